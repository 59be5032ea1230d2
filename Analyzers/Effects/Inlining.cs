using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether a callee counts as inlined or fully optimised: <c>AggressiveInlining</c>, <c>AggressiveOptimization</c>, or so small that the
/// JIT always inlines it, which is at most 16 bytes of IL without loops and exception regions (ALWAYS_INLINE_SIZE of the JIT).
/// </summary>
/// <remarks>The size is what <see cref="ILSize"/> says it is at most, so what is not sure counts as not inlined.</remarks>
internal static class Inlining
{
    public const int AlwaysInlineSize = 16;

    // MAX_INL_LCLS and MAX_INL_ARGS of the JIT.
    private const int MostLocals = 32;

    // DEFAULT_MAX_INLINE_DEPTH is 20; the library's functions need some of it.
    private const int MostDepth = 16;

    // MAX_LV_NUM_COUNT_FOR_INLINING
    private const int MostLocalsOfAll = 512;

    /// <param name="method">The method.</param>
    /// <param name="body">One of its bodies: a constructor has initializers besides.</param>
    /// <param name="size">The bytes of IL of all that were seen, see <see cref="ILSize.Most"/>.</param>
    public static bool CountsAsInlined(IMethodSymbol method, Body body, int size) =>
        CountsAsInlined(method, body.Root, size)
            && (TH0003_NotOptimized.IsOptimized(method) || (ILLocals.Most(body.Root) <= MostLocals && method.Parameters.Length < MostLocals && body.LargestAllocation <= TH4004_StackBudget.InFrame && !ReturnsCountOfConstant(method, body)));

    /// <summary>Whether all that the method calls can be inlined into it, where it is to be.</summary>
    public static bool HasRoom(IMethodSymbol method, Engine engine, CancellationToken cancellation) =>
        engine.Inlined(method, cancellation) is { Depth: <= MostDepth, Locals: <= MostLocalsOfAll } && InlineBudget.Suffices(method, engine, cancellation);

    /// <summary>How many locals the method has in IL, and at least as many as the JIT adds for arguments of what it inlines of the library.</summary>
    public static int LocalsOfAll(IMethodSymbol method, IOperation body) => ILLocals.OfSource(body) + method.Parameters.Length
        + body.DescendantsAndSelf().Sum(static operation => operation switch
        {
            IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } } call => call.Arguments.Length + 1,
            IInvocationOperation { TargetMethod.ReturnsVoid: false } => 1,
            IObjectCreationOperation { Constructor: { DeclaringSyntaxReferences.IsEmpty: true } constructor } => constructor.Parameters.Length + 1,
            IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => 2,
            _ => 0,
        });

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

    private static bool CountsAsInlined(IMethodSymbol method, IOperation body, int size)
    {
        MethodImplAttributes flags = method.MethodImplementationFlags;

        // What is async is reported as that.
        if (method.IsAsync || (flags & (MethodImplAttributes)512 /* AggressiveOptimization */) != 0)
        {
            return true;
        }

        if ((flags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) != 0)
        {
            return false;
        }

        return (flags & MethodImplAttributes.AggressiveInlining) != 0 || (size <= AlwaysInlineSize && !HasLoopOrRegion(body));
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
}
