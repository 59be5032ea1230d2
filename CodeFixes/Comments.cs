using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>Whether trivia holds anything that a fix must not drop: comments, directives, what the compiler skipped.</summary>
internal static class Comments
{
    public static bool AreIn(IEnumerable<SyntaxTrivia> trivia) =>
        trivia.Any(static t => t.RawKind is not ((int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia));
}
