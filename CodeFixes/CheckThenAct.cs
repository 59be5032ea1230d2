using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>
/// <c>if (x == a) x = b;</c>: what is tested may no longer hold when it is acted upon, however each of the two accesses is made. One
/// <see cref="Interlocked"/>.CompareExchange does both.
/// </summary>
internal sealed class CheckThenAct(IfStatementSyntax statement, AssignmentExpressionSyntax action, bool isLeft)
{
    /// <summary>The whole.</summary>
    public IfStatementSyntax Statement { get; } = statement;

    /// <summary>What is done if the test holds.</summary>
    public AssignmentExpressionSyntax Action { get; } = action;

    /// <summary>What the variable is compared with.</summary>
    public ExpressionSyntax Expected { get; } = isLeft ? Test(statement).Right : Test(statement).Left;

    /// <summary>The one that a variable, in its test or its assignment, belongs to.</summary>
    public static CheckThenAct? Around(ExpressionSyntax variable, SemanticModel? model, CancellationToken cancellation)
    {
        if (model is null || variable.FirstAncestorOrSelf<IfStatementSyntax>() is not { Else: null } statement
            || Bare(statement.Condition) is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression } test
            || (statement.Statement is BlockSyntax { Statements: [{ } only] } ? only : statement.Statement) is not ExpressionStatementSyntax
            {
                Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } action,
            }
            || model.GetOperation(test, cancellation) is not IBinaryOperation { OperatorMethod: null })
        {
            return null;
        }

        bool isLeft = Is(test.Left);
        CheckThenAct found = new(statement, action, isLeft);
        return isLeft != Is(test.Right) && SyntaxFactory.AreEquivalent(action.Left, variable)
            && (variable == action.Left || variable == Bare(test.Left) || variable == Bare(test.Right))
            && IsPlain(found.Expected) && IsPlain(action.Right)
            && model.GetTypeInfo(variable, cancellation).Type is { } type && IsComparedByItsBits(type)
            && HasType(found.Expected, type) && HasType(action.Right, type)
            ? found : null;

        bool Is(ExpressionSyntax side) => SyntaxFactory.AreEquivalent(Bare(side), variable);

        // Both are evaluated whether or not the test holds, and not after the first access: numbers, and variables of the method.
        bool IsPlain(ExpressionSyntax value) =>
            model.GetConstantValue(value, cancellation).HasValue
            || (value is IdentifierNameSyntax
                && model.GetSymbolInfo(value, cancellation).Symbol is ILocalSymbol { RefKind: RefKind.None } or IParameterSymbol { RefKind: RefKind.None });

        // No conversion in between that makes the comparison another one.
        bool HasType(ExpressionSyntax value, ITypeSymbol type) =>
            model.ClassifyConversion(value, type) is { IsImplicit: true, IsUserDefined: false }
            && (model.GetConstantValue(value, cancellation).HasValue
                || SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(value, cancellation).Type, type));
    }

    private static BinaryExpressionSyntax Test(IfStatementSyntax statement) => (BinaryExpressionSyntax)Bare(statement.Condition);

    private static ExpressionSyntax Bare(ExpressionSyntax expression) =>
        expression is ParenthesizedExpressionSyntax parenthesized ? Bare(parenthesized.Expression) : expression;

    // Not floating-point numbers, of which 0 and -0 are equal.
    private static bool IsComparedByItsBits(ITypeSymbol type) =>
        type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64
            or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
}
