using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>Whether trivia holds anything that a fix must not drop: comments, directives, what the compiler skipped.</summary>
internal static class Comments
{
    /// <summary>Whether there is any between the first token of a node and its last, where it goes if the node is written anew.</summary>
    public static bool AreWithin(SyntaxNode node) => AreIn(node.DescendantTrivia().Where(trivia => node.Span.Contains(trivia.Span)));

    public static bool AreIn(IEnumerable<SyntaxTrivia> trivia) =>
        trivia.Any(static t => t.RawKind is not ((int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia));
}
