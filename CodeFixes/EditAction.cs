using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>Edits as the action that an editor offers. Where all lines of a file end alike, so do those that the edits and the clean-up behind them bring in.</summary>
internal sealed class EditAction(string title, string key, Solution before, Func<CancellationToken, Task<Solution>> apply) : CodeAction
{
    public override string Title { get; } = title;

    public override string EquivalenceKey { get; } = key;

    protected override async Task<Solution?> GetChangedSolutionAsync(CancellationToken cancellationToken)
    {
        Solution changed = await apply(cancellationToken).ConfigureAwait(false);
        foreach (DocumentId id in changed.GetChanges(before).GetProjectChanges().SelectMany(static project => project.GetChangedDocuments()).ToArray())
        {
            // The clean-up, which follows anyway, ends lines as the editor is set, or the system does: where that is wrong, it is done here, and its text is mended.
            if (await LineEndAsync(before.GetDocument(id)!, cancellationToken).ConfigureAwait(false) is { } lineEnd)
            {
                Document clean = await PostProcessChangesAsync(changed.GetDocument(id)!, cancellationToken).ConfigureAwait(false);
                SyntaxNode root = (await clean.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false))!;
                SyntaxTrivia[] others = [.. root.DescendantTrivia().Where(end => IsEnd(end) && end.ToString() != lineEnd)];
                Encoding? encoding = (await before.GetDocument(id)!.GetTextAsync(cancellationToken).ConfigureAwait(false)).Encoding;
                changed = others.Length == 0
                    ? changed : changed.WithDocumentText(id, SourceText.From(root.ReplaceTrivia(others, (_, _) => SyntaxFactory.EndOfLine(lineEnd)).ToFullString(), encoding));
            }
        }

        return changed;
    }

    private static async Task<string?> LineEndAsync(Document document, CancellationToken cancellationToken) =>
        (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false))!.DescendantTrivia().Where(IsEnd).Select(static end => end.ToString()).Distinct().ToArray()
            is [var only] ? only : null;

    private static bool IsEnd(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.EndOfLineTrivia);
}
