using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes a static local function, marked as a handler and optimised, of a lambda that is registered. It is compiled to a static method, which a lambda
/// never is. Only of a lambda that captures nothing, or nothing but values that do not change any more: those become fields of the state.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0004_LambdaToFunctionFix))]
[Shared]
public sealed class TH0004_LambdaToFunctionFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0004.LambdaToFunction";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NotStaticMethod];

    private protected override string FixAllTitle => "Make functions of lambdas";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ParenthesizedLambdaExpressionSyntax lambda
            || lambda is not { AsyncKeyword.RawKind: (int)SyntaxKind.None, AttributeLists.Count: 0 } || lambda.ParameterList.Parameters.Any(static p => p.Type is null)
            || Home(lambda) is not { } home || model is null || IsGeneric(model.GetEnclosingSymbol(lambda.SpanStart, cancellationToken))
            || Attributes(lambda, model, document) is not { } attributes)
        {
            return null;
        }

        string name = NameOf(lambda, home);
        Edit? kept = null;
        ParenthesizedLambdaExpressionSyntax free = lambda;
        if (Captures(lambda, model, cancellationToken))
        {
            if (await LambdaState.KeepAsync(lambda, document, model, cancellationToken).ConfigureAwait(false) is not var (without, fields))
            {
                return null;
            }

            free = without;
            kept = fields;
        }

        Edit more = new("", document, home, current => With(current, Function(free, lambda.SyntaxTree.GetText(), name, attributes)), kept, name);
        if (InferredName(lambda, model, cancellationToken) is { } method)
        {
            TypeArgumentListSyntax state = SyntaxFactory.TypeArgumentList([lambda.ParameterList.Parameters[0].Type!.WithoutTrivia()]);
            more = new("", document, method, current => SyntaxFactory.GenericName(((IdentifierNameSyntax)current).Identifier, state).WithTriviaFrom(current), more);
        }

        Edit edit = new("Make a static function of the lambda", document, lambda, current => SyntaxFactory.IdentifierName(name).WithTriviaFrom(current), more);
        return kept is null ? edit : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static SyntaxNode? Home(SyntaxNode lambda) =>
        lambda.FirstAncestorOrSelf<GlobalStatementSyntax>() is { Parent: { } unit } ? unit : lambda.Ancestors().OfType<BlockSyntax>().LastOrDefault();

    private static bool IsGeneric(ISymbol? symbol)
    {
        for (; symbol is not null; symbol = symbol.ContainingSymbol)
        {
            if (symbol is IMethodSymbol { IsGenericMethod: true } or INamedTypeSymbol { IsGenericType: true })
            {
                return true;
            }
        }

        return false;
    }

    // Anything that is declared around it, or the object that it is in.
    private static bool Captures(LambdaExpressionSyntax lambda, SemanticModel model, CancellationToken cancellationToken) =>
        InstanceUse.In(lambda, model, itself: null, cancellationToken)
        || lambda.DescendantNodes().OfType<SimpleNameSyntax>().Any(name => model.GetSymbolInfo(name, cancellationToken).Symbol
            is (ILocalSymbol { IsConst: false } or IParameterSymbol or IRangeVariableSymbol or IMethodSymbol { MethodKind: MethodKind.LocalFunction, IsStatic: false }) and { } local
            && !local.Locations.Any(location => lambda.Span.Contains(location.SourceSpan)));

    private static AttributeListSyntax? Attributes(SyntaxNode place, SemanticModel model, Document document) =>
        model.Compilation.GetTypeByMetadataName("TopHalf.InterruptHandlerAttribute") is { } marker
            && model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplAttribute") is { } implementation
            && model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplOptions") is { } options
            ? SyntaxFactory.AttributeList(
            [
                SyntaxFactory.Attribute(TypeNames.Of(marker, place, model, document)),
                SyntaxFactory.Attribute(
                    TypeNames.Of(implementation, place, model, document),
                    SyntaxFactory.AttributeArgumentList([SyntaxFactory.AttributeArgument(TypeNames.Member(options, "AggressiveOptimization", place, model, document))])),
            ])
            : null;

    // Each of several gets the name that it would get after those before it.
    private static string NameOf(SyntaxNode lambda, SyntaxNode home)
    {
        HashSet<string> taken = [.. lambda.SyntaxTree.GetRoot().DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)).Select(static t => t.ValueText)];
        int before = home.DescendantNodes().OfType<ParenthesizedLambdaExpressionSyntax>().Count(other => other.SpanStart < lambda.SpanStart);
        return Enumerable.Range(1, int.MaxValue).Select(static i => i == 1 ? "OnInterrupt" : "OnInterrupt" + i).Where(name => !taken.Contains(name)).ElementAt(before);
    }

    /// <summary>The name of the generic method that the lambda is given to, if its type argument is known by the lambda's parameters alone.</summary>
    private static IdentifierNameSyntax? InferredName(ParenthesizedLambdaExpressionSyntax lambda, SemanticModel model, CancellationToken cancellationToken)
    {
        if (lambda.Parent is not ArgumentSyntax { Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax call } } argument
            || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { TypeArguments.Length: 1 } method)
        {
            return null;
        }

        ITypeParameterSymbol state = method.OriginalDefinition.TypeParameters[0];
        return method.OriginalDefinition.Parameters.Any(p => SymbolEqualityComparer.Default.Equals(p.Type, state)) && call.ArgumentList.Arguments.IndexOf(argument) == 0
            ? null
            : call.Expression switch
            {
                MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name } => name,
                IdentifierNameSyntax name => name,
                _ => null,
            };
    }

    private static LocalFunctionStatementSyntax Function(ParenthesizedLambdaExpressionSyntax lambda, SourceText text, string name, AttributeListSyntax attributes)
    {
        LocalFunctionStatementSyntax function = SyntaxFactory.LocalFunctionStatement(SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.VoidKeyword)), name)
            .WithAttributeLists([attributes.WithTrailingTrivia(SyntaxFactory.ElasticLineFeed)])
            .WithModifiers([SyntaxFactory.Token(SyntaxKind.StaticKeyword)])
            .WithParameterList(lambda.ParameterList.WithoutTrivia());
        function = lambda.Block is { } block
            ? function.WithBody(block.WithoutTrivia())
            : function.WithExpressionBody(SyntaxFactory.ArrowExpressionClause(lambda.ExpressionBody!.WithoutTrivia())).WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken));
        TextLine line = text.Lines[0];
        SyntaxTrivia lineEnd = SyntaxFactory.EndOfLine(line.Text!.ToString(TextSpan.FromBounds(line.End, line.EndIncludingLineBreak)));
        return function.WithLeadingTrivia(lineEnd).WithTrailingTrivia(lineEnd).WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static SyntaxNode With(SyntaxNode home, LocalFunctionStatementSyntax function)
    {
        if (home is BlockSyntax block)
        {
            return block.AddStatements(function);
        }

        var unit = (CompilationUnitSyntax)home;
        int last = unit.Members.LastIndexOf(static member => member is GlobalStatementSyntax);
        return unit.WithMembers(unit.Members.Insert(last + 1, SyntaxFactory.GlobalStatement(function)));
    }
}
