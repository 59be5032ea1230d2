using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Adds the arm <c>_ =&gt; default</c> to a switch expression that would throw for the values that it does not name.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_DefaultArmFix))]
[Shared]
public sealed class TH4003_DefaultArmFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.DefaultArm";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Give the default for all other values";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<SwitchExpressionSyntax>(document.Project.Solution, diagnostic, static (_, _) => true, cancellationToken).ConfigureAwait(false) is not var (home, choice, _)
            || choice.Arms.Count == 0)
        {
            return null;
        }

        Edit edit = new("Give the default for all other values", home, choice, static current =>
            ((SwitchExpressionSyntax)current).WithArms(WithDefault(((SwitchExpressionSyntax)current).Arms)));
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // Written as the arm before it is: on a line of its own, with a comma behind it.
    private static SeparatedSyntaxList<SwitchExpressionArmSyntax> WithDefault(SeparatedSyntaxList<SwitchExpressionArmSyntax> arms)
    {
        SwitchExpressionArmSyntax last = arms.Last();
        SwitchExpressionArmSyntax added = ((SwitchExpressionSyntax)SyntaxFactory.ParseExpression("0 switch { _ => default }")).Arms[0]
            .WithLeadingTrivia(Blank(last.GetLeadingTrivia())).WithTrailingTrivia();
        if (arms.SeparatorCount == arms.Count)
        {
            SyntaxToken comma = arms.GetSeparators().Last();
            return SyntaxFactory.SeparatedList<SwitchExpressionArmSyntax>(arms.GetWithSeparators().AddRange(
                [added, SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(Blank(comma.TrailingTrivia))]));
        }

        SyntaxToken between = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(last.GetTrailingTrivia());
        return SyntaxFactory.SeparatedList<SwitchExpressionArmSyntax>(arms.Replace(last, last.WithTrailingTrivia()).GetWithSeparators().AddRange(
            [between, added.WithTrailingTrivia(Blank(last.GetTrailingTrivia()))]));
    }

    private static SyntaxTriviaList Blank(SyntaxTriviaList trivia)
    {
        // The line that the arm stands on, and no comments.
        SyntaxTrivia[] blank = [.. trivia.Where(static t => t.RawKind is (int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia)];
        int line = Array.FindLastIndex(blank, static t => t.IsKind(SyntaxKind.EndOfLineTrivia));
        return [.. line >= 0 && line < blank.Length - 1 ? blank.Skip(line + 1) : line >= 0 ? [blank[line]] : blank];
    }
}
