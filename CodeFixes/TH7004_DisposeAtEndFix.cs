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
/// Keeps a source that the program's entry point starts in a <c>using</c> variable: it is disposed of when the program ends. How long one is to live that
/// another method starts, only its author knows.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7004_DisposeAtEndFix))]
[Shared]
public sealed class TH7004_DisposeAtEndFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7004.DisposeAtEnd";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.LostSource];

    private protected override string FixAllTitle => "Dispose of sources when the program ends";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        const string Title = "Dispose of the source when the program ends";
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax start
            || start.FirstAncestorOrSelf<StatementSyntax>() is not { } statement
            || model is null || !IsOfEntryPoint(statement, model, cancellationToken))
        {
            return null;
        }

        switch (statement)
        {
            case LocalDeclarationStatementSyntax { Modifiers.Count: 0, Declaration.Variables: [{ Initializer.Value: var value } variable] } local when value == start
                && IsSource((model.GetDeclaredSymbol(variable, cancellationToken) as ILocalSymbol)?.Type) && local.UsingKeyword.RawKind == (int)SyntaxKind.None
                && local.AwaitKeyword.RawKind == (int)SyntaxKind.None:
                return new Edit(Title, document, local, static current =>
                {
                    var declaration = (LocalDeclarationStatementSyntax)current;
                    return declaration.WithoutLeadingTrivia().WithUsingKeyword(Using(declaration));
                });

            case ExpressionStatementSyntax expression when expression.Expression == start
                || (expression.Expression is AssignmentExpressionSyntax { Right: var right } && right == start):
                string name = Name(statement, model);
                return new Edit(Title, document, expression, current =>
                {
                    var lost = (ExpressionStatementSyntax)current;
                    ExpressionSyntax kept = lost.Expression is AssignmentExpressionSyntax discard ? discard.Right : lost.Expression;
                    VariableDeclaratorSyntax variable = SyntaxFactory.VariableDeclarator(name)
                        .WithInitializer(SyntaxFactory.EqualsValueClause(kept.WithoutLeadingTrivia())).WithAdditionalAnnotations(Formatter.Annotation);
                    TypeSyntax type = SyntaxFactory.IdentifierName("var").WithTrailingTrivia(SyntaxFactory.Space);
                    return SyntaxFactory.LocalDeclarationStatement(
                        default, Using(lost), default, SyntaxFactory.VariableDeclaration(type, [variable]), lost.SemicolonToken);
                });

            default:
                return null;
        }
    }

    private static SyntaxToken Using(StatementSyntax statement) =>
        SyntaxFactory.Token(statement.GetLeadingTrivia(), SyntaxKind.UsingKeyword, [SyntaxFactory.Space]);

    // Of its outermost block: at the end of one further in the program goes on.
    private static bool IsOfEntryPoint(StatementSyntax statement, SemanticModel model, CancellationToken cancellation) =>
        statement.Parent is GlobalStatementSyntax
        || (statement.Parent is BlockSyntax { Parent: MethodDeclarationSyntax method }
            && SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(method, cancellation), model.Compilation.GetEntryPoint(cancellation)));

    private static string Name(StatementSyntax statement, SemanticModel model)
    {
        // A name that nothing in the body has, be it declared before or behind, and that none gets that is lost further up.
        SyntaxNode body = statement.Parent is GlobalStatementSyntax { Parent: { } unit } ? unit : statement.Parent!;
        HashSet<string> taken = [.. body.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken)).Select(static token => token.ValueText)];
        int others = body.ChildNodes().Select(static child => child is GlobalStatementSyntax global ? global.Statement : child).TakeWhile(other => other != statement)
            .OfType<ExpressionStatementSyntax>().Count(other => IsSource(model.GetTypeInfo(other.Expression).Type));
        return Enumerable.Range(1, int.MaxValue).Select(static number => number == 1 ? "source" : $"source{number}")
            .Where(name => !taken.Contains(name) && model.LookupSymbols(statement.SpanStart, name: name).IsEmpty).ElementAt(others);
    }

    private static bool IsSource(ITypeSymbol? type) => type is not null && (type.Name == "InterruptSource" || IsSource(type.BaseType));
}
