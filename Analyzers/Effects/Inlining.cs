using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether a callee counts as inlined or fully optimised: <c>AggressiveInlining</c>, <c>AggressiveOptimization</c>, or so small that the
/// JIT always inlines it, which is at most 16 bytes of IL without loops and exception regions (ALWAYS_INLINE_SIZE of the JIT).
/// </summary>
/// <remarks>
/// The size is estimated from the operations, one weight a kind, each the length of the instructions that the compiler emits for it in
/// optimised code: a call or field access 5, a local or argument 1 or 2, a constant 1, 2, 5 or 9, a branch 2, an arithmetic instruction 1.
/// What has no weight of its own counts 5, so the estimate errs towards "not inlined".
/// </remarks>
internal static class Inlining
{
    public const int AlwaysInlineSize = 16;

    public static bool CountsAsInlined(IMethodSymbol method, Body body) =>
        CountsAsInlined(method, body.Root)
            && (body.LargestAllocation <= TH4004_StackBudget.InFrame || TH0003_NotOptimized.IsOptimized(method));

    public static bool CountsAsInlined(IMethodSymbol method, IOperation? body)
    {
        MethodImplAttributes flags = method.MethodImplementationFlags;
        if ((flags & (MethodImplAttributes)512 /* AggressiveOptimization */) != 0)
        {
            return true;
        }

        if ((flags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) != 0)
        {
            return false;
        }

        return (flags & MethodImplAttributes.AggressiveInlining) != 0 || body is null || (!HasLoopOrRegion(body)
            && Size(body) <= AlwaysInlineSize);
    }

    private static bool HasLoopOrRegion(IOperation body)
    {
        foreach (IOperation operation in body.DescendantsAndSelf())
        {
            if (operation is ILoopOperation or ITryOperation or IUsingOperation or IUsingDeclarationOperation or ILockOperation
                or ILabeledOperation or IBranchOperation { BranchKind: BranchKind.GoTo } or IThrowOperation)
            {
                return true;
            }
        }

        return false;
    }

    internal static int Size(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true } constant && operation is not ILocalReferenceOperation { IsDeclaration: true })
        {
            return Constant(constant.Value);
        }

        int children = 0;
        foreach (IOperation child in operation.ChildOperations)
        {
            children += Size(child);
        }

        return children + operation switch
        {
            IBlockOperation or IExpressionStatementOperation or IVariableDeclarationGroupOperation or IVariableDeclarationOperation
                or IVariableInitializerOperation or IMethodBodyOperation or IConstructorBodyOperation
                or IFieldInitializerOperation or IPropertyInitializerOperation or IParenthesizedOperation or ISimpleAssignmentOperation
                or IDiscardOperation or ILocalFunctionOperation or IAnonymousFunctionOperation or IEmptyOperation or ITupleOperation
                or IObjectOrCollectionInitializerOperation or IDeconstructionAssignmentOperation or IDeclarationExpressionOperation => 0,
            // ldloca.s and ldarga.s are a byte longer than the short forms that load values.
            IArgumentOperation argument => argument.Parameter?.RefKind is null or RefKind.None ? 0 : 1,
            IVariableDeclaratorOperation => 1,
            IReturnOperation => 1,
            ILocalReferenceOperation local => local.Local.RefKind == RefKind.None ? 1 : 2,
            IParameterReferenceOperation parameter =>
                (parameter.Parameter.Ordinal < 3 ? 1 : 2) + (parameter.Parameter.RefKind == RefKind.None ? 0 : 1),
            IInstanceReferenceOperation => 1,
            IFieldReferenceOperation field => 5 + (field.Field.IsVolatile ? 2 : 0),
            IInvocationOperation { Instance.Type.IsValueType: true }
                or IPropertyReferenceOperation { Instance.Type.IsValueType: true } => 6,
            IInvocationOperation or IPropertyReferenceOperation or IObjectCreationOperation or IFunctionPointerInvocationOperation => 5,
            IBinaryOperation binary => binary.OperatorMethod is not null ? 5 : binary.OperatorKind switch
            {
                BinaryOperatorKind.Equals => 2,
                BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThanOrEqual => 5,
                BinaryOperatorKind.LessThan or BinaryOperatorKind.GreaterThan => 2,
                BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr => 5,
                _ => 1,
            },
            IUnaryOperation unary => unary.OperatorMethod is not null ? 5 : 2,
            IConversionOperation conversion =>
                conversion.OperatorMethod is not null ? 5 : conversion.Conversion.IsIdentity ? 0 : conversion.Conversion.IsNullable ? 5 : 1,
            IIncrementOrDecrementOperation or ICompoundAssignmentOperation => children + 2,
            IConditionalOperation => 4,
            IAddressOfOperation => 1,
            ISizeOfOperation or IDefaultValueOperation => 6,
            ICoalesceOperation => 20,

            // p[i] converts, scales and adds the index before it loads or stores.
            { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax } => 6,
            {
                Kind: OperationKind.None, Syntax: StackAllocArrayCreationExpressionSyntax
                or ImplicitStackAllocArrayCreationExpressionSyntax
            } => 10,
            { Kind: OperationKind.None } => 2,
            _ => 5,
        };
    }

    private static int Constant(object? value) => value switch
    {
        null => 1,
        double => 9,
        float or string => 5,
        bool or char => 2,
        IConvertible number => number switch
        {
            long or ulong => Integer(number) is >= int.MinValue and <= int.MaxValue ? 3 : 9,
            _ => Integer(number) switch { >= -1 and <= 8 => 1, >= sbyte.MinValue and <= sbyte.MaxValue => 2, _ => 5 },
        },
        _ => 5,
    };

    private static decimal Integer(IConvertible number) => number.ToDecimal(System.Globalization.CultureInfo.InvariantCulture);
}
