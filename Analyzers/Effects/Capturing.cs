using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.Analyzers.Effects;

/// <summary>Whether a local function uses variables around it. One that uses none is compiled to a static method.</summary>
internal static class Capturing
{
    public static bool Captures(IMethodSymbol function, Engine engine)
    {
        if (function.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not LocalFunctionStatementSyntax local)
        {
            return true;
        }

        SemanticModel model = engine.Model(local.SyntaxTree);
        SyntaxNode? body = local.Body ?? (SyntaxNode?)local.ExpressionBody?.Expression;
        DataFlowAnalysis? flow = body switch
        {
            StatementSyntax statement => model.AnalyzeDataFlow(statement),
            ExpressionSyntax expression => model.AnalyzeDataFlow(expression),
            _ => null,
        };

        // Everything that flows in from outside, apart from the function's own parameters. Symbols of different models of one tree are not
        // the same for locals, so they are compared by where they are declared.
        return flow is not { Succeeded: true } || flow.ReadInside.Concat(flow.WrittenInside).Any(symbol => !IsInside(symbol, local));
    }

    private static bool IsInside(ISymbol symbol, LocalFunctionStatementSyntax function) =>
        symbol.Locations.Any(location => location.SourceTree == function.SyntaxTree && function.Span.Contains(location.SourceSpan))
            && symbol is not IParameterSymbol { IsThis: true };
}
