using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>What a finding is about: it stands at the handler's own operation or call, and the cause may be further down the chain.</summary>
internal static class Cause
{
    /// <summary>The syntax at the last of the finding's additional locations, or else at the finding itself, that is of the kind that is looked for.</summary>
    /// <param name="solution">Where the finding is from.</param>
    /// <param name="diagnostic">The finding.</param>
    /// <param name="isMeant">Whether it may be what the finding is about; the last location may also be that of the registration.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static async Task<(Document Home, TNode Node, SemanticModel Model)?> FindAsync<TNode>(
        Solution solution, Diagnostic diagnostic, Func<TNode, SemanticModel, bool> isMeant, CancellationToken cancellationToken)
        where TNode : SyntaxNode
    {
        foreach (Location place in diagnostic.AdditionalLocations.Reverse().Append(diagnostic.Location))
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)) is { } root && root.FullSpan.Contains(place.SourceSpan)
                && root.FindNode(place.SourceSpan, getInnermostNodeForTie: true) is TNode node && node.Span == place.SourceSpan && isMeant(node, model))
            {
                return (home, node, model);
            }
        }

        return null;
    }

    /// <summary>The same for a keyword, such as that of a loop.</summary>
    public static async Task<(Document Home, SyntaxToken Token, SemanticModel Model)?> FindKeywordAsync(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        foreach (Location place in diagnostic.AdditionalLocations.Reverse().Append(diagnostic.Location))
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)).FindToken(place.SourceSpan.Start) is var token
                && token.IsKeyword() && token.Span == place.SourceSpan)
            {
                return (home, token, model);
            }
        }

        return null;
    }
}
