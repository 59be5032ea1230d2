using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>A statement that calls a native function, and does not look at what comes of it.</summary>
internal static class NativeStatement
{
    /// <summary>The call that is all of a statement, its result thrown away.</summary>
    public static InvocationExpressionSyntax? Call(StatementSyntax statement) => statement is not ExpressionStatementSyntax { Expression: var expression } ? null
        : (IsDiscard(expression) ? ((AssignmentExpressionSyntax)expression).Right : expression) as InvocationExpressionSyntax;

    /// <summary><c>_ = call;</c></summary>
    public static bool IsDiscard(SyntaxNode? node) =>
        node is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: IdentifierNameSyntax { Identifier.ValueText: "_" } };

    /// <summary>Whether what was there before is thrown away: <c>null</c>, <c>0</c>, <c>out _</c>.</summary>
    public static bool IsNothing(ArgumentSyntax argument, SemanticModel model, CancellationToken cancellationToken) =>
        (argument.RefKindKeyword.IsKind(SyntaxKind.OutKeyword) && argument.Expression is IdentifierNameSyntax { Identifier.ValueText: "_" })
        || argument.Expression is DeclarationExpressionSyntax { Designation: DiscardDesignationSyntax }
        || ConstantStruct.Constant(model.GetOperation(argument.Expression, cancellationToken)) == 0;
}
