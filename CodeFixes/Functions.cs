using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>The functions that code is in, and their bodies.</summary>
internal static class Functions
{
    /// <summary>The innermost function around a node; there is none around top-level statements.</summary>
    public static SyntaxNode? Around(SyntaxNode node) =>
        node.Ancestors().FirstOrDefault(static ancestor => ancestor
            is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax);

    /// <summary>Whether a node is in a handler itself, and not in what one calls: where that is left, the interrupted code goes on.</summary>
    public static bool IsInHandler(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        Around(node) is (MethodDeclarationSyntax or LocalFunctionStatementSyntax) and var function
        && model.GetDeclaredSymbol(function, cancellationToken) is IMethodSymbol
        {
            ReturnsVoid: true, IsAsync: false, Parameters: [{ RefKind: RefKind.Ref }, { RefKind: RefKind.In, Type: { } context }],
        }
        && context.ToDisplayString() == "TopHalf.InterruptContext";

    /// <summary>
    /// What is replaced where an expression is all that a statement does: the statement, or the function without a result whose body is <c>=&gt;</c> it.
    /// </summary>
    public static SyntaxNode? StatementOf(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) => expression.Parent switch
    {
        ExpressionStatementSyntax statement => statement,
        ArrowExpressionClauseSyntax { Parent: (MethodDeclarationSyntax or LocalFunctionStatementSyntax) and var function }
            when model.GetDeclaredSymbol(function, cancellationToken) is IMethodSymbol { ReturnsVoid: true } => function,
        _ => null,
    };

    /// <summary>The statement of what <see cref="StatementOf"/> found, in which something may have changed.</summary>
    public static StatementSyntax Statement(SyntaxNode current) =>
        current as StatementSyntax is { } statement and not LocalFunctionStatementSyntax ? statement
            : SyntaxFactory.ExpressionStatement(Arrow(current)!.Expression.WithoutTrivia());

    /// <summary>What <see cref="StatementOf"/> found, with other statements in its place. They have their own trivia where they replace a statement.</summary>
    public static SyntaxNode WithStatements(SyntaxNode current, params StatementSyntax[] statements)
    {
        BlockSyntax body = SyntaxFactory.Block(statements).WithAdditionalAnnotations(Formatter.Annotation);
        SyntaxToken gap = Arrow(current)?.ArrowToken.GetPreviousToken() ?? default;
        switch (current)
        {
            case MethodDeclarationSyntax { ExpressionBody: not null } method:
                method = method.ReplaceToken(gap, gap.WithTrailingTrivia());
                return method.WithExpressionBody(null).WithSemicolonToken(default).WithBody(body).WithTrailingTrivia(method.GetTrailingTrivia());
            case LocalFunctionStatementSyntax { ExpressionBody: not null } function:
                function = function.ReplaceToken(gap, gap.WithTrailingTrivia());
                return function.WithExpressionBody(null).WithSemicolonToken(default).WithBody(body).WithTrailingTrivia(function.GetTrailingTrivia());
            default:
                return statements is [var only] ? only : Splice.Of(statements);
        }
    }

    private static ArrowExpressionClauseSyntax? Arrow(SyntaxNode function) =>
        (function as MethodDeclarationSyntax)?.ExpressionBody ?? (function as LocalFunctionStatementSyntax)?.ExpressionBody;
}
