using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Counts the rounds of a loop, and ends it after so many: what is left waits for the next interrupt. How many is for the user to say.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4005_BoundLoopFix))]
[Shared]
public sealed class TH4005_BoundLoopFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4005.BoundLoop";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnboundedLoop];

    private protected override string FixAllTitle => "End loops after 1,000 rounds";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindKeywordAsync(document.Project.Solution, diagnostic, cancellationToken).ConfigureAwait(false) is not var (home, keyword, model)
            || keyword.Parent is not StatementSyntax loop || Condition(loop) is not { } condition || loop.Parent is LabeledStatementSyntax)
        {
            return null;
        }

        string rounds = UniqueName.For("rounds", loop, static node => node is StatementSyntax other && Condition(other) is not null, model);
        Edit edit = new("End the loop after 1,000 rounds", home, loop, current =>
        {
            ExpressionSyntax asked = Condition((StatementSyntax)current)!;
            ExpressionSyntax bounded = SyntaxFactory.BinaryExpression(
                SyntaxKind.LogicalAndExpression,
                SyntaxFactory.ParseExpression($"{rounds}++ < 1_000"),
                SyntaxFactory.ParenthesizedExpression(asked.WithoutTrivia()).WithAdditionalAnnotations(Simplifier.Annotation)).WithTriviaFrom(asked);
            return Splice.Of(
                SyntaxFactory.ParseStatement($"int {rounds} = 0;").WithLeadingTrivia(current.GetLeadingTrivia())
                    .WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation),
                (StatementSyntax)current.ReplaceNode(asked, bounded).WithLeadingTrivia(current.GetLeadingTrivia()
                    .Reverse().TakeWhile(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).Reverse()).WithAdditionalAnnotations(Formatter.Annotation));
        });
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static ExpressionSyntax? Condition(StatementSyntax loop) => loop switch
    {
        WhileStatementSyntax { Condition: var condition } => condition,
        DoStatementSyntax { Condition: var condition } => condition,
        ForStatementSyntax { Condition: var condition } => condition,
        _ => null,
    };
}
