using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>
/// What mends one diagnostic: one node that is replaced, or a few. Because an edit is data, and not a changed document, many can be applied at once
/// without merging texts.
/// </summary>
internal sealed class Edit(
    string title, Document document, SyntaxNode target, Func<SyntaxNode, SyntaxNode> rewrite, Edit? other = null, string sameness = "")
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

    /// <summary>What belongs to it elsewhere, such as the declaration of what it names.</summary>
    public Edit? Other { get; } = other;

    /// <summary>Which of several edits of one node are the same, so that one is enough, as for two calls of a callee. All are, by default.</summary>
    public string Sameness { get; } = sameness;

    /// <summary>The same, and another with it.</summary>
    public Edit With(Edit? another) => new(Title, Document, Target, Rewrite, another, Sameness);

    /// <summary>It, and all that belongs to it.</summary>
    public IEnumerable<Edit> All
    {
        get
        {
            for (Edit? each = this; each is not null; each = each.Other)
            {
                yield return each;
            }
        }
    }

    /// <summary>Applies edits that were planned on this solution.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, ImmutableArray<Edit> edits, CancellationToken cancellationToken)
    {
        foreach (IGrouping<DocumentId, Edit> inDocument in edits.SelectMany(static edit => edit.All).GroupBy(edit => edit.Document.Id))
        {
            Dictionary<SyntaxNode, Edit[]> byTarget = inDocument
                .GroupBy(edit => edit.Target)
                .ToDictionary(same => same.Key, same => same.GroupBy(edit => edit.Sameness).Select(equal => equal.First()).ToArray());
            SyntaxNode? root = await inDocument.First().Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
            solution = solution.WithDocumentSyntaxRoot(
                inDocument.Key, UnusedImports.Without(root!, Splice.Into(root!.ReplaceNodes(
                    byTarget.Keys, (original, current) => byTarget[original].Aggregate(current, static (node, edit) => edit.Rewrite(node))))));
        }

        return solution;
    }
}
