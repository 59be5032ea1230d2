using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>
/// A block whose statements take the place of the statement that it is in, and the tokens before it that go. Comments that stand where nothing is left get lines of their own.
/// </summary>
internal sealed class LinePart(BlockSyntax block, SyntaxToken[] gone)
{
    public BlockSyntax Block { get; } = block;

    public SyntaxToken[] Gone { get; } = gone;

    /// <summary>The statements of the parts in the place of the whole.</summary>
    public static BlockSyntax InLine(StatementSyntax whole, params LinePart[] parts)
    {
        List<StatementSyntax> statements = [];
        List<SyntaxTrivia> waiting = [];
        SyntaxTriviaList indentation = MovedTrivia.Indentation(whole);
        foreach (LinePart part in parts)
        {
            // What is declared in one block may have the name of something else outside.
            bool declares = parts.Length > 1 && part.Block.Statements.Any(static statement =>
                statement is LocalDeclarationStatementSyntax or LocalFunctionStatementSyntax or LabeledStatementSyntax
                || statement.DescendantNodes().Any(node => node is SingleVariableDesignationSyntax));
            waiting.AddRange(part.Above(whole, declares));
            StatementSyntax[] own = declares ? [part.Block.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.ElasticLineFeed)] : [.. part.Block.Statements];
            if (own.Length > 0 && waiting.Count > 0)
            {
                own[0] = own[0].WithLeadingTrivia(indentation.AddRange(Lines(waiting, whole)).AddRange(FromComment(own[0].GetLeadingTrivia())));
                waiting.Clear();
            }

            statements.AddRange(own);
            waiting.AddRange(part.Below(whole, declares));
        }

        for (int i = 0; i < statements.Count; i++)
        {
            StatementSyntax statement = statements[i];
            SyntaxTriviaList leading = i == 0 ? whole.GetLeadingTrivia().AddRange(FromComment(statement.GetLeadingTrivia())) : statement.GetLeadingTrivia();
            SyntaxTriviaList trailing = i == statements.Count - 1 ? Last(statement.GetTrailingTrivia(), whole, waiting) : Ended(statement.GetTrailingTrivia(), SyntaxFactory.ElasticLineFeed);
            statements[i] = statement.WithLeadingTrivia(leading).WithTrailingTrivia(trailing).WithAdditionalAnnotations(Formatter.Annotation);
        }

        return Splice.Of([.. statements]);
    }

    /// <summary>Whether there is anything but comments where nothing is left.</summary>
    public bool HasDirectives(StatementSyntax whole) =>
        Before(whole, keepsBraces: false).Concat(Behind(whole, keepsBraces: false)).Any(static trivia => Comments.AreIn([trivia]) && !KeptComments.IsComment(trivia));

    /// <summary>The comments of what goes before its statements.</summary>
    public IEnumerable<SyntaxTrivia> Above(StatementSyntax whole, bool keepsBraces) => Before(whole, keepsBraces).Where(KeptComments.IsComment);

    // Behind the last statement stands what is behind the whole; on a line of its own where there is a comment already.
    private static SyntaxTriviaList Last(SyntaxTriviaList own, StatementSyntax whole, List<SyntaxTrivia> waiting)
    {
        SyntaxTriviaList behind = whole.GetTrailingTrivia();
        bool isCommented = Comments.AreIn(own);
        SyntaxTrivia[] below = [.. waiting, .. isCommented ? behind.Where(KeptComments.IsComment) : []];
        if (below.Length == 0)
        {
            return isCommented && !own.Any(SyntaxKind.EndOfLineTrivia) ? own.AddRange(behind) : isCommented ? own : behind;
        }

        SyntaxTriviaList indentation = MovedTrivia.Indentation(whole);
        SyntaxTrivia[] lines = [.. Lines(below, whole)];
        return Ended(isCommented ? own : behind, LineEnds.Like(whole)).AddRange(indentation).AddRange(lines.Take(lines.Length - indentation.Count));
    }

    private static SyntaxTriviaList Ended(SyntaxTriviaList trailing, SyntaxTrivia end) => trailing.Any(SyntaxKind.EndOfLineTrivia) ? trailing : trailing.Add(end);

    private static SyntaxTriviaList Lines(IEnumerable<SyntaxTrivia> comments, StatementSyntax whole) =>
        [.. KeptComments.Lines(comments, MovedTrivia.Indentation(whole), LineEnds.Like(whole))];

    private static IEnumerable<SyntaxTrivia> FromComment(SyntaxTriviaList leading) =>
        Comments.AreIn(leading) ? leading.SkipWhile(static trivia => !Comments.AreIn([trivia])) : [];

    private IEnumerable<SyntaxTrivia> Below(StatementSyntax whole, bool keepsBraces) => Behind(whole, keepsBraces).Where(KeptComments.IsComment);

    // What is before the whole stays there, and what is within braces that stay.
    private IEnumerable<SyntaxTrivia> Before(StatementSyntax whole, bool keepsBraces) =>
        Gone.SelectMany(token => (token == whole.GetFirstToken() ? default : token.LeadingTrivia).Concat(token.TrailingTrivia))
            .Concat(Block.OpenBraceToken.LeadingTrivia).Concat(keepsBraces ? default : Block.OpenBraceToken.TrailingTrivia);

    // What is behind the whole is there still.
    private IEnumerable<SyntaxTrivia> Behind(StatementSyntax whole, bool keepsBraces) => (keepsBraces ? default : Block.CloseBraceToken.LeadingTrivia)
        .Concat(Block.Span.End == whole.Span.End || Block.SyntaxTree != whole.SyntaxTree ? default : Block.CloseBraceToken.TrailingTrivia);
}
