using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Takes away a call that nobody asks for its result, with its statement; comments above and behind it stay.</summary>
internal static class Removal
{
    private static readonly SyntaxAnnotation s_goes = new("TopHalf.Removal");

    /// <summary>The edit, or <see langword="null"/> where the call is more than a statement, or its arguments do something.</summary>
    public static Edit? Of(string title, Document document, ExpressionSyntax call)
    {
        if (call.DescendantNodes().Any(DoesSomething) || Comments.AreWithin(call))
        {
            return null;
        }

        switch (call.Parent)
        {
            case ExpressionStatementSyntax statement:
                return Of(title, document, statement);

            // static void M() => call;
            case ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax method } when IsVoid(method.ReturnType):
                return new Edit(title, document, method, static current =>
                {
                    var arrow = (MethodDeclarationSyntax)current;
                    return arrow.WithExpressionBody(null).WithSemicolonToken(default).WithBody(Empty(arrow.SemicolonToken.TrailingTrivia));
                });

            case ArrowExpressionClauseSyntax { Parent: LocalFunctionStatementSyntax function } when IsVoid(function.ReturnType):
                return new Edit(title, document, function, static current =>
                {
                    var arrow = (LocalFunctionStatementSyntax)current;
                    return arrow.WithExpressionBody(null).WithSemicolonToken(default).WithBody(Empty(arrow.SemicolonToken.TrailingTrivia));
                });

            default:
                return null;
        }
    }

    /// <summary>Whether the type of a result is none.</summary>
    public static bool IsVoid(TypeSyntax type) => type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };

    /// <summary>A file without some of its statements; what is said of them stays.</summary>
    public static SyntaxNode Without(SyntaxNode root, IReadOnlyCollection<SyntaxNode> statements) =>
        statements.Count == 0 ? root : WithoutMarked(root.ReplaceNodes(statements, static (_, current) => current.WithAdditionalAnnotations(s_goes)));

    private static Edit? Of(string title, Document document, ExpressionStatementSyntax statement)
    {
        SyntaxNode gone = statement.Parent is GlobalStatementSyntax global ? global : statement;
        return gone.Parent switch
        {
            // What makes the file a program stays.
            CompilationUnitSyntax unit when unit.Members.OfType<GlobalStatementSyntax>()
                .Count(static other => other.Statement is not LocalFunctionStatementSyntax) == 1 => null,

            BlockSyntax or CompilationUnitSyntax when !statement.GetLeadingTrivia().Any(static trivia => trivia.IsDirective) =>
                new Edit(
                    title, document, gone, static current => current.WithAdditionalAnnotations(s_goes),
                    new Edit(title, document, gone.Parent, WithoutMarked, sameness: nameof(Removal)), nameof(Removal)),

            // What stands under an 'if' must stay a statement.
            IfStatementSyntax or ElseClauseSyntax or WhileStatementSyntax or ForStatementSyntax or ForEachStatementSyntax or FixedStatementSyntax
                or UsingStatementSyntax => new Edit(title, document, statement, static current => Empty(default).WithTriviaFrom(current)),
            _ => null,
        };
    }

    // Of what is evaluated for the call. To take an address, or a delegate's, changes nothing.
    private static bool DoesSomething(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax { Expression: var called } => (called is MemberAccessExpressionSyntax member ? member.Name : called)
            is not SimpleNameSyntax { Identifier.ValueText: "nameof" or "GetFunctionPointerForDelegate" },
        PostfixUnaryExpressionSyntax => node.RawKind != (int)SyntaxKind.SuppressNullableWarningExpression,
        PrefixUnaryExpressionSyntax => node.RawKind is (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression,
        AssignmentExpressionSyntax or AwaitExpressionSyntax => true,
        _ => false,
    };

    private static BlockSyntax Empty(SyntaxTriviaList trailing) =>
        SyntaxFactory.Block(
            SyntaxFactory.Token(default, SyntaxKind.OpenBraceToken, [SyntaxFactory.Space]), default,
            SyntaxFactory.Token(default, SyntaxKind.CloseBraceToken, trailing));

    private static SyntaxNode WithoutMarked(SyntaxNode parent)
    {
        while (parent.GetAnnotatedNodes(s_goes).LastOrDefault() is { } gone)
        {
            SyntaxToken previous = gone.GetFirstToken().GetPreviousToken();
            SyntaxToken next = gone.GetLastToken().GetNextToken(includeZeroWidth: true);
            SyntaxTriviaList above = gone.GetLeadingTrivia();
            SyntaxTrivia[] behind = [.. gone.GetTrailingTrivia().Where(KeptComments.IsComment)];
            SyntaxTriviaList indentation = MovedTrivia.Indentation(gone);

            // What is said of it stays, on lines of its own; an empty line does not begin a block.
            SyntaxTriviaList said = Comments.AreIn(above) ? [.. above.Take(above.Count - indentation.Count)] : default;
            said = said.AddRange(behind.SelectMany(comment => (SyntaxTrivia[])[.. indentation, comment, SyntaxFactory.EndOfLine(LineEnds.Like(parent).ToString())]));
            IEnumerable<SyntaxTrivia> leading = said.Count > 0
                ? said.Concat(next.LeadingTrivia)
                : previous.RawKind is (int)SyntaxKind.OpenBraceToken or (int)SyntaxKind.None
                ? next.LeadingTrivia.SkipWhile(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) : next.LeadingTrivia;
            parent = parent.ReplaceToken(next, next.WithLeadingTrivia(leading));
            parent = parent.RemoveNode(parent.GetAnnotatedNodes(s_goes).Last(), SyntaxRemoveOptions.KeepNoTrivia)!;
        }

        return parent;
    }
}
