using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns a delegate that a local holds, and that is only ever called, into what it calls: <c>Func&lt;int&gt; f = () =&gt; x;</c> becomes the local function
/// <c>int f() =&gt; x;</c>, and of <c>Action a = M;</c> only the calls stay, as <c>M()</c>. One that is not called at all goes.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1003_LocalFunctionFix))]
[Shared]
public sealed class TH1003_LocalFunctionFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1003.LocalFunction";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.DelegateCreation];

    private protected override string FixAllTitle => "Call without delegates";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(document.Project.Solution, diagnostic, static (node, _) => node.Parent is EqualsValueClauseSyntax, cancellationToken)
                .ConfigureAwait(false) is not var (home, value, model)
            || value.Parent is not EqualsValueClauseSyntax
            {
                Parent: VariableDeclaratorSyntax
                {
                    Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } statement },
                } declarator,
            }
            || model.GetDeclaredSymbol(declarator, cancellationToken) is not ILocalSymbol { Type: INamedTypeSymbol { DelegateInvokeMethod: { } invoke } } local
            || statement.Parent is not BlockSyntax block
            || Calls(local, block, model, cancellationToken) is not { } calls)
        {
            return null;
        }

        bool isPlain = value is AnonymousFunctionExpressionSyntax || model.GetSymbolInfo(value, cancellationToken).Symbol is IMethodSymbol { IsStatic: true };
        Edit? edit = calls.Count == 0 ? isPlain ? Nothing(statement, home) : null
            : value is AnonymousFunctionExpressionSyntax lambda ? Function(statement, declarator, lambda, invoke, home, model)
            : Direct(value, statement, invoke, calls, home, model, cancellationToken);
        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The names of the local, each of which is called; null if one is used in another way.</summary>
    private static List<IdentifierNameSyntax>? Calls(ILocalSymbol local, BlockSyntax block, SemanticModel model, CancellationToken cancellationToken)
    {
        List<IdentifierNameSyntax> uses = [.. block.DescendantNodes().OfType<IdentifierNameSyntax>().Where(name =>
            name.Identifier.ValueText == local.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local))];
        return uses.All(static name => name.Parent is InvocationExpressionSyntax call && call.Expression == name) ? uses : null;
    }

    private static Edit? Nothing(LocalDeclarationStatementSyntax statement, Document home) =>
        Comments.AreIn(statement.DescendantTrivia()) ? null
            : new Edit("Remove the delegate that nobody calls", home, statement, static _ => Splice.Of());

    private static Edit? Function(
        LocalDeclarationStatementSyntax statement, VariableDeclaratorSyntax declarator, AnonymousFunctionExpressionSyntax lambda, IMethodSymbol invoke, Document home, SemanticModel model)
    {
        string[]? names = lambda switch
        {
            SimpleLambdaExpressionSyntax { Parameter: var only } => [only.Identifier.Text],
            ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters: var parameters } when parameters.All(static one => one.Default is null && one.AttributeLists.Count == 0) =>
                [.. parameters.Select(static one => one.Identifier.Text)],
            AnonymousMethodExpressionSyntax { ParameterList: { Parameters: var parameters } } => [.. parameters.Select(static one => one.Identifier.Text)],
            _ => null,
        };

        // (_, _) are discards in a lambda, and names in a function.
        if (names is null || names.Length != invoke.Parameters.Length || names.Distinct().Count() != names.Length || lambda.AsyncKeyword.RawKind != 0
            || lambda is LambdaExpressionSyntax { AttributeLists.Count: > 0 } || invoke.ReturnsByRef || invoke.ReturnsByRefReadonly
            || Comments.AreIn(statement.DescendantTrivia().Where(trivia => statement.Span.Contains(trivia.Span) && !lambda.Body.Span.Contains(trivia.Span))))
        {
            return null;
        }

        string name = declarator.Identifier.Text;
        return new Edit("Make it a local function", home, statement, current =>
        {
            var changed = (LocalDeclarationStatementSyntax)current;
            var function = (AnonymousFunctionExpressionSyntax)changed.Declaration.Variables[0].Initializer!.Value;
            string isStatic = function.Modifiers.Any(SyntaxKind.StaticKeyword) ? "static " : "";
            string list = string.Join(", ", invoke.Parameters.Select((parameter, index) => Reference(parameter.RefKind) + Name(parameter.Type) + " " + names[index]));
            var made = (LocalFunctionStatementSyntax)SyntaxFactory.ParseStatement($"{isStatic}{(invoke.ReturnsVoid ? "void" : Name(invoke.ReturnType))} {name}({list}) => 0;");
            made = function.Body is BlockSyntax body
                ? made.WithExpressionBody(null).WithSemicolonToken(default).WithParameterList(made.ParameterList.WithTrailingTrivia(SyntaxFactory.ElasticSpace)).WithBody(body)
                : made.WithExpressionBody(made.ExpressionBody!.WithExpression((ExpressionSyntax)function.Body));
            return made.WithTriviaFrom(changed).WithAdditionalAnnotations(Formatter.Annotation);

            string Name(ITypeSymbol type) => type.ToMinimalDisplayString(model, statement.SpanStart);
        });
    }

    private static Edit? Direct(
        ExpressionSyntax value, LocalDeclarationStatementSyntax statement, IMethodSymbol invoke, List<IdentifierNameSyntax> calls, Document home, SemanticModel model,
        CancellationToken cancellationToken)
    {
        // A method that is not overloaded, or which of them is called might change, and that has no object, which might.
        if (value is not (IdentifierNameSyntax or MemberAccessExpressionSyntax)
            || model.GetMemberGroup(value, cancellationToken) is not [IMethodSymbol { IsGenericMethod: false, ReducedFrom: null } method]
            || !(method.IsStatic || method.MethodKind == MethodKind.LocalFunction)
            || !method.Parameters.Select(static parameter => (parameter.Type, parameter.RefKind)).SequenceEqual(invoke.Parameters.Select(static parameter => (parameter.Type, parameter.RefKind)))
            || !SymbolEqualityComparer.Default.Equals(method.ReturnType, invoke.ReturnType)
            || Comments.AreIn(statement.DescendantTrivia()))
        {
            return null;
        }

        Edit edit = new($"Call '{method.Name}'", home, statement, static _ => Splice.Of());
        foreach (IdentifierNameSyntax call in calls)
        {
            edit = new Edit(edit.Title, home, call, current => value.WithTriviaFrom(current)).With(edit);
        }

        return edit;
    }

    private static string Reference(RefKind kind) => kind switch
    {
        RefKind.Ref => "ref ",
        RefKind.Out => "out ",
        RefKind.In => "in ",
        RefKind.RefReadOnlyParameter => "ref readonly ",
        _ => "",
    };
}
