using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>The comments of what goes, which get lines of their own above what takes its place.</summary>
internal static class KeptComments
{
    /// <summary>Those between the first token of a node and its last; <see langword="null"/> if there are directives, or documentation.</summary>
    public static List<SyntaxTrivia>? Within(SyntaxNode node) => Of(node.DescendantTrivia().Where(trivia => node.Span.Contains(trivia.Span)));

    /// <summary>Also those above it and behind it.</summary>
    public static List<SyntaxTrivia>? With(SyntaxNode node) => Of(node.DescendantTrivia());

    /// <summary>Those above and behind statements; <see langword="null"/> where one within a line has no place.</summary>
    public static List<SyntaxTrivia>? Around(IReadOnlyCollection<SyntaxNode> statements) =>
        statements.Any(Comments.AreWithin) ? null : Of(statements.SelectMany(static statement => statement.GetLeadingTrivia().Concat(statement.GetTrailingTrivia())));

    /// <summary>A node with comments above it, below those that it has.</summary>
    public static T Above<T>(T node, IReadOnlyCollection<SyntaxTrivia> comments)
        where T : SyntaxNode
    {
        SyntaxTriviaList leading = node.GetLeadingTrivia();
        return comments.Count == 0 ? node : node.WithLeadingTrivia(leading.AddRange(Lines(comments, MovedTrivia.Indentation(node), LineEnds.Like(node))));
    }

    /// <summary>Comments on lines of their own, and then the indentation of the next line.</summary>
    public static IEnumerable<SyntaxTrivia> Lines(IEnumerable<SyntaxTrivia> comments, SyntaxTriviaList indentation, SyntaxTrivia end) =>
        comments.SelectMany(comment => (SyntaxTrivia[])[comment, SyntaxFactory.EndOfLine(end.ToString()), .. indentation]);

    /// <summary>Whether it is a comment, and not one that documents.</summary>
    public static bool IsComment(SyntaxTrivia trivia) => trivia.RawKind is (int)SyntaxKind.SingleLineCommentTrivia or (int)SyntaxKind.MultiLineCommentTrivia;

    private static List<SyntaxTrivia>? Of(IEnumerable<SyntaxTrivia> trivia)
    {
        List<SyntaxTrivia> found = [.. trivia.Where(static one => Comments.AreIn([one]))];
        return found.TrueForAll(IsComment) ? found : null;
    }
}
