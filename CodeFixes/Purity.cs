using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>Which expressions may be left out, asked for twice, or moved.</summary>
internal static class Purity
{
    /// <summary>Whether an expression does nothing but compute of what it reads.</summary>
    public static bool OnlyReads(ExpressionSyntax expression, SemanticModel? model, CancellationToken cancellationToken) =>
        model?.GetOperation(Bare(expression), cancellationToken) is { } operation
        && operation.DescendantsAndSelf().All(static part => part is not (IInvocationOperation or IAssignmentOperation or IIncrementOrDecrementOperation
            or IObjectCreationOperation or IAwaitOperation or IInvalidOperation or IThrowOperation or IFunctionPointerInvocationOperation));

    /// <summary>Whether an expression is a local or parameter that nobody else can change.</summary>
    public static bool IsOwn(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetOperation(Bare(expression), cancellationToken) is { } operation && IsOwn(operation);

    /// <summary>An expression without the parentheses around it, which are no operation.</summary>
    public static ExpressionSyntax Bare(ExpressionSyntax expression) => expression is ParenthesizedExpressionSyntax parenthesized ? Bare(parenthesized.Expression) : expression;

    /// <inheritdoc cref="IsOwn(ExpressionSyntax, SemanticModel, CancellationToken)"/>
    public static bool IsOwn(IOperation operation) =>
        operation is ILocalReferenceOperation { Local.IsRef: false } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None };
}
