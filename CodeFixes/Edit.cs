using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>
/// What mends one diagnostic: one node that is replaced. Because an edit is data, and not a changed document, many can be applied at once
/// without merging texts.
/// </summary>
internal sealed class Edit(string title, Document document, SyntaxNode target, Func<SyntaxNode, SyntaxNode> rewrite)
{
    /// <summary>What the user reads.</summary>
    public string Title { get; } = title;

    /// <summary>The target's document, which need not be the diagnostic's.</summary>
    public Document Document { get; } = document;

    /// <summary>A node of the document as it is.</summary>
    public SyntaxNode Target { get; } = target;

    /// <summary>
    /// Makes the new node of the target, in which other edits may have changed something already. Type names in it are written in full and
    /// annotated: the clean-up that follows every code action imports and shortens them where that is right.
    /// </summary>
    public Func<SyntaxNode, SyntaxNode> Rewrite { get; } = rewrite;

    /// <summary>Applies edits that were planned on this solution. Of several for one node, as for two calls of a callee, one is enough.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, ImmutableArray<Edit> edits, CancellationToken cancellationToken)
    {
        foreach (IGrouping<DocumentId, Edit> inDocument in edits.GroupBy(edit => edit.Document.Id))
        {
            Dictionary<SyntaxNode, Edit> byTarget = inDocument
                .GroupBy(edit => edit.Target)
                .ToDictionary(same => same.Key, same => same.First());
            SyntaxNode? root = await inDocument.First().Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
            solution = solution.WithDocumentSyntaxRoot(
                inDocument.Key, root!.ReplaceNodes(byTarget.Keys, (original, current) => byTarget[original].Rewrite(current)));
        }

        return solution;
    }
}
