using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>The ends of lines that new ones are to have.</summary>
internal static class LineEnds
{
    /// <summary>As the first line of the file ends.</summary>
    public static SyntaxTrivia Like(SyntaxNode node)
    {
        foreach (SyntaxTrivia trivia in node.SyntaxTree.GetRoot().DescendantTrivia())
        {
            if (trivia.IsKind(SyntaxKind.EndOfLineTrivia))
            {
                return SyntaxFactory.ElasticEndOfLine(trivia.ToString());
            }
        }

        return SyntaxFactory.ElasticLineFeed;
    }
}
