using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Makes the place where the reason of a suppression belongs. The reason is the user's to write, and until then the rule goes on reporting.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0008_ReasonPlaceFix))]
[Shared]
public sealed class TH0008_ReasonPlaceFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0008.ReasonPlace";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnexplainedSuppression];

    private protected override string FixAllTitle => "Make places for the reasons of suppressions";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        const string Title = "Make a place for the reason";
        return root?.FindNode(diagnostic.Location.SourceSpan, findInsideTrivia: true, getInnermostNodeForTie: true) switch
        {
            AttributeSyntax { ArgumentList: { Arguments: var arguments } } attribute
                when !arguments.Any(static argument => argument.NameEquals?.Name.Identifier.ValueText == "Justification") =>
                new Edit(Title, document, attribute, static current => ((AttributeSyntax)current).AddArgumentListArguments(Justification())),
            { } node when node.FirstAncestorOrSelf<PragmaWarningDirectiveTriviaSyntax>() is { } pragma && !Comments.AreIn(pragma.EndOfDirectiveToken.LeadingTrivia)
                && !pragma.ToFullString().Contains("//") =>
                new Edit(Title, document, pragma, static current => WithReason((PragmaWarningDirectiveTriviaSyntax)current)),
            _ => null,
        };
    }

    private static AttributeArgumentSyntax Justification() =>
        SyntaxFactory.AttributeArgument(SyntaxFactory.ParseExpression($"\"{TH3001_ListAsSafeFix.Pending}\""))
            .WithNameEquals(SyntaxFactory.NameEquals(
                SyntaxFactory.IdentifierName("Justification"),
                SyntaxFactory.Token(SyntaxKind.EqualsToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space)));

    private static PragmaWarningDirectiveTriviaSyntax WithReason(PragmaWarningDirectiveTriviaSyntax pragma) =>
        pragma.WithEndOfDirectiveToken(pragma.EndOfDirectiveToken.WithLeadingTrivia(
            SyntaxFactory.Space, SyntaxFactory.Comment($"// {TH3001_ListAsSafeFix.Pending}")));
}
