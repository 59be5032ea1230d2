using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Turns <c>throw …;</c> in a handler into <c>return;</c>. Not in what a handler calls: the caller would go on as if all were well.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4001_LeaveHandlerFix))]
[Shared]
public sealed class TH4001_LeaveHandlerFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4001.LeaveHandler";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Throw];

    private protected override string FixAllTitle => "Leave handlers instead of throwing";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        SyntaxNode? thrown = root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (model is null || thrown is null || Comments.AreIn(thrown.DescendantTrivia().Where(trivia => thrown.Span.Contains(trivia.Span)))
            || !Functions.IsInHandler(thrown, model, cancellationToken))
        {
            return null;
        }

        Edit? edit = thrown switch
        {
            ThrowStatementSyntax => new Edit("Leave the handler instead of throwing", document, thrown, static current =>
                SyntaxFactory.ParseStatement("return;").WithTriviaFrom(current)),
            ThrowExpressionSyntax { Parent: ArrowExpressionClauseSyntax } whole when Functions.StatementOf(whole, model, cancellationToken) is { } function =>
                new Edit("Leave the handler instead of throwing", document, function, static current => Functions.WithStatements(current)),
            _ => null,
        };

        // Not out of a finally block.
        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }
}
