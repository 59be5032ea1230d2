using Microsoft.CodeAnalysis;

namespace TopHalf.CodeFixes;

/// <summary>What a finding is about: it stands at the handler's own operation or call, and the cause may be further down the chain.</summary>
internal static class Cause
{
    /// <summary>The syntax at the finding, or else at the last of its additional locations, where that is of the kind that is looked for.</summary>
    public static async Task<(Document Home, TNode Node, SemanticModel Model)?> FindAsync<TNode>(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellationToken)
        where TNode : SyntaxNode
    {
        foreach (Location place in diagnostic.AdditionalLocations.Reverse().Append(diagnostic.Location))
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)) is { } root && root.FullSpan.Contains(place.SourceSpan)
                && root.FindNode(place.SourceSpan, getInnermostNodeForTie: true) is TNode node && node.Span == place.SourceSpan)
            {
                return (home, node, model);
            }
        }

        return null;
    }

    /// <summary>The same for a token, such as the keyword of a loop.</summary>
    public static async Task<(Document Home, SyntaxToken Token, SemanticModel Model)?> FindTokenAsync(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        foreach (Location place in diagnostic.AdditionalLocations.Reverse().Append(diagnostic.Location))
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)).FindToken(place.SourceSpan.Start) is var token
                && token.Span == place.SourceSpan)
            {
                return (home, token, model);
            }
        }

        return null;
    }
}
