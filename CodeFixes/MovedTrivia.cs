using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Who gets which comments and lines when statements move: comments go along, empty lines stay.</summary>
internal static class MovedTrivia
{
    /// <summary>The empty lines before the first comment, and the rest.</summary>
    public static (SyntaxTriviaList Before, SyntaxTriviaList Own) Split(SyntaxTriviaList leading)
    {
        int lines = 0;
        for (int i = 0; i < leading.Count && leading[i].RawKind is (int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia; i++)
        {
            lines = leading[i].IsKind(SyntaxKind.EndOfLineTrivia) ? i + 1 : lines;
        }

        return ([.. leading.Take(lines)], [.. leading.Skip(lines)]);
    }

    /// <summary>What a node is indented by.</summary>
    public static SyntaxTriviaList Indentation(SyntaxNode node) =>
        node.GetLeadingTrivia() is [.., var last] && last.IsKind(SyntaxKind.WhitespaceTrivia) ? [last] : [];

    /// <summary>The spaces and line ends, without comments and what is before them.</summary>
    public static SyntaxTriviaList Bare(SyntaxTriviaList trailing)
    {
        int comment = trailing.ToList().FindLastIndex(static trivia => trivia.RawKind is not ((int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia));
        return [.. trailing.Skip(comment + 1)];
    }

    public static StatementSyntax OnOwnLine(StatementSyntax statement, SyntaxNode place) =>
        statement.GetTrailingTrivia().Any(SyntaxKind.EndOfLineTrivia) ? statement
            : statement.WithTrailingTrivia(Trimmed(statement.GetTrailingTrivia()).Add(DeferToBottomHalfCode.EndOfLine(place)));

    private static SyntaxTriviaList Trimmed(SyntaxTriviaList trailing) =>
        trailing is [.., var last] && last.IsKind(SyntaxKind.WhitespaceTrivia) ? trailing.RemoveAt(trailing.Count - 1) : trailing;
}
