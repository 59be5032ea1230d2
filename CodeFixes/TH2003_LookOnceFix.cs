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
/// Turns a loop in a handler that does nothing but wait, <c>while (x) { }</c>, into <c>if (x) { return; }</c>: the next interrupt looks again. Taking a
/// lock becomes trying to take it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH2003_LookOnceFix))]
[Shared]
public sealed class TH2003_LookOnceFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH2003.LookOnce";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.SpinLoop];

    private protected override string FixAllTitle => "Look once, and leave handlers instead of waiting";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (model is null
            || root?.FindToken(diagnostic.Location.SourceSpan.Start).Parent is not StatementSyntax loop || Parts(loop) is not var (condition, body)
            || model.GetConstantValue(condition, cancellationToken).HasValue
            || !OnlyWaits(body, model, cancellationToken) || HidesComments(loop, condition, body)
            || !Functions.IsInHandler(loop, model, cancellationToken))
        {
            return null;
        }

        Edit edit = new("Look once, and leave the handler instead of waiting", document, loop, static current =>
        {
            (ExpressionSyntax asked, StatementSyntax waits) = Parts((StatementSyntax)current)!.Value;
            StatementSyntax leave = SyntaxFactory.ReturnStatement().WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);
            BlockSyntax block = waits is BlockSyntax own ? own.WithStatements([leave]) : SyntaxFactory.Block(leave);
            return SyntaxFactory.IfStatement(asked.WithoutTrivia(), block.WithTrailingTrivia())
                .WithTriviaFrom(current).WithAdditionalAnnotations(Formatter.Annotation);
        });
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static (ExpressionSyntax Condition, StatementSyntax Body)? Parts(StatementSyntax loop) => loop switch
    {
        WhileStatementSyntax { Condition: var condition, Statement: var body } => (condition, body),
        DoStatementSyntax { Condition: var condition, Statement: var body } => (condition, body),
        ForStatementSyntax { Declaration: null, Initializers.Count: 0, Condition: { } condition, Incrementors.Count: 0, Statement: var body } => (condition, body),
        _ => null,
    };

    private static bool OnlyWaits(StatementSyntax body, SemanticModel model, CancellationToken cancellationToken) => body switch
    {
        EmptyStatementSyntax => true,
        BlockSyntax block => block.Statements.All(statement => OnlyWaits(statement, model, cancellationToken)),
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } => model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol
        {
            Name: "Pause" or "SpinWait" or "SpinOnce" or "Yield", ContainingType.Name: "X86Base" or "Thread" or "SpinWait",
        },
        _ => false,
    };

    // All that is kept are the comments around the whole, and those in the body's block but behind what it does.
    private static bool HidesComments(StatementSyntax loop, ExpressionSyntax condition, StatementSyntax body) =>
        Comments.AreIn(loop.DescendantTrivia().Where(trivia => loop.Span.Contains(trivia.Span) && !condition.Span.Contains(trivia.Span)
            && !(body is BlockSyntax block && (block.OpenBraceToken.TrailingTrivia.Contains(trivia) || block.CloseBraceToken.LeadingTrivia.Contains(trivia)))));
}
