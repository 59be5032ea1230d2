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

    // MAX_INL_LCLS and MAX_INL_ARGS of the JIT.
    private const int MostLocals = 32;

    // DEFAULT_MAX_INLINE_DEPTH is 20; the library's functions need some of it.
    private const int MostDepth = 16;

    // MAX_LV_NUM_COUNT_FOR_INLINING
    private const int MostLocalsOfAll = 512;

    public static bool CountsAsInlined(IMethodSymbol method, Body body) =>
        CountsAsInlined(method, body.Root)
            && (TH0003_NotOptimized.IsOptimized(method) || (Locals(body.Root) <= MostLocals && method.Parameters.Length < MostLocals && body.LargestAllocation <= TH4004_StackBudget.InFrame && !ReturnsCountOfConstant(method, body)));

    /// <summary>Whether all that the method calls can be inlined into it, where it is to be.</summary>
    public static bool HasRoom(IMethodSymbol method, Engine engine, CancellationToken cancellation) =>
        engine.Inlined(method, cancellation) is { Depth: <= MostDepth, Locals: <= MostLocalsOfAll };

    /// <summary>How many locals the method has in IL, and at least as many as the JIT adds for arguments of what it inlines of the library.</summary>
    public static int LocalsOfAll(IMethodSymbol method, IOperation body) => Locals(body) + method.Parameters.Length
        + body.DescendantsAndSelf().Sum(static operation => operation switch
        {
            IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } } call => call.Arguments.Length + 1,
            IInvocationOperation { TargetMethod.ReturnsVoid: false } => 1,
            IObjectCreationOperation { Constructor: { DeclaringSyntaxReferences.IsEmpty: true } constructor } => constructor.Parameters.Length + 1,
            IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => 2,
            _ => 0,
        });

    private static int Locals(IOperation body)
    {
        HashSet<ISymbol> declared = new(SymbolEqualityComparer.Default);
        int temporaries = 0;
        foreach (IOperation operation in body.DescendantsAndSelf())
        {
            ISymbol? symbol = operation switch
            {
                IVariableDeclaratorOperation declarator => declarator.Symbol,
                ILocalReferenceOperation { IsDeclaration: true } local => local.Local,
                IDeclarationPatternOperation pattern => pattern.DeclaredSymbol,
                _ => null,
            };
            if (symbol is not null)
            {
                declared.Add(symbol);
            }

            // What the compiler adds at most.
            temporaries += operation switch
            {
                IForEachLoopOperation => 3,
                ISwitchOperation or ISwitchExpressionOperation or ICoalesceOperation or IConditionalAccessOperation or IWithOperation or ITupleBinaryOperation
                    or IIsPatternOperation => 1,
                _ => 0,
            };
        }

        return declared.Count + temporaries;
    }

    /// <summary>
    /// A count of the zeros below the lowest bit of 64. Of a constant the JIT takes it for a number of 64 bits, and does not inline a method that returns
    /// it as one of 32 ("return type mismatch").
    /// </summary>
    public static bool IsWideCount(IMethodSymbol method) =>
        method is { Name: "TrailingZeroCount", ContainingType: { Name: "BitOperations", ContainingNamespace.Name: "Numerics" }, Parameters: [{ Type: var type }] } && TypeFacts.Size(type) == sizeof(long);

    public static bool ReturnsInt(IMethodSymbol method) =>
        ((method.ReturnType as INamedTypeSymbol)?.EnumUnderlyingType ?? method.ReturnType).SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32;

    private static bool ReturnsCountOfConstant(IMethodSymbol method, Body body) => ReturnsInt(method)
        && body.Root.DescendantsAndSelf().Any(operation => operation is IInvocationOperation call && IsWideCount(call.TargetMethod) && LateFolding.IsFixed(call.Arguments[0].Value, body));

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

        // The address of the image's data, and how many bytes there are, whatever they say.
        if (Facts.ImageSpanLength(operation) is { } length)
        {
            return 10 + Short(length);
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

            // The address of the image's data, how many bytes there are, and the span that is made of them.
            IUtf8StringOperation => 15,

            // What has no address is put into a variable first.
            IInvocationOperation { Instance: { Type.IsValueType: true } instance } => HasAddress(instance) ? 6 : 8,
            IPropertyReferenceOperation { Instance: { Type.IsValueType: true } instance } => HasAddress(instance) ? 6 : 8,
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

            // An array or a buffer is made, and filled.
            { Syntax: CollectionExpressionSyntax } and not IConversionOperation => 20,

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

    private static bool HasAddress(IOperation value) => value is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IInstanceReferenceOperation or IInlineArrayAccessOperation
        or IPropertyReferenceOperation { Property.RefKind: not RefKind.None } or IInvocationOperation { TargetMethod.RefKind: not RefKind.None } or { Kind: OperationKind.None };

    /// <summary>The bytes of IL that there are at least, while <see cref="Size"/> says how many there may be.</summary>
    public static int LeastSize(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true } constant && operation is not ILocalReferenceOperation { IsDeclaration: true })
        {
            return constant.Value is bool or char ? 1 : Constant(constant.Value);
        }

        int children = 0;
        foreach (IOperation child in operation.ChildOperations)
        {
            children += LeastSize(child);
        }

        return children + operation switch
        {
            IFieldReferenceOperation or IInvocationOperation or IPropertyReferenceOperation or IObjectCreationOperation => 5,
            ILocalReferenceOperation or IParameterReferenceOperation or IInstanceReferenceOperation or IBinaryOperation or ISimpleAssignmentOperation or { Kind: OperationKind.None } => 1,
            ICompoundAssignmentOperation or IIncrementOrDecrementOperation or IConditionalOperation or ILoopOperation => 2,
            _ => 0,
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
            // A short one, and what widens it.
            long or ulong => Integer(number) is >= int.MinValue and <= uint.MaxValue and var small ? Short(small) + 1 : 9,
            _ => Short(Integer(number)),
        },
        _ => 5,
    };

    private static int Short(decimal number) => number switch { >= -1 and <= 8 => 1, >= sbyte.MinValue and <= sbyte.MaxValue => 2, _ => 5 };

    private static decimal Integer(IConvertible number) => number.ToDecimal(System.Globalization.CultureInfo.InvariantCulture);
}
