using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// How many tests of values a method has with what the JIT inlines into it. Of each the JIT keeps two facts, that it holds and that it does not, and it has room for
/// 64 facts in a method, however much is inlined: more only in one of 512 to 1535 bytes of IL (optMaxAssertionCount, src/coreclr/jit/assertionprop.cpp). Without them
/// it leaves out no range check that only a test makes superfluous.
/// </summary>
internal static class KeptFacts
{
    // Of 32 and 64 tests: other facts are kept, too, such as that a reference is not null.
    private const int Most = 30;
    private const int MostOfMedium = 60;
    private const int MediumIL = 512;
    private const int LargeIL = 1536;

    // What Inlining.Size says may be too much by this factor.
    private const int Doubt = 2;

    // DEFAULT_MAX_INLINE_SIZE of the JIT is 100: longer methods are inlined only where that is asked for.
    private const int MaybeInlined = 150;

    // At least as many as a method of the library has that the JIT inlines by itself.
    private const int InLibrary = 4;

    /// <summary>
    /// The first index of the method, or of what is inlined into it, whose range check is left out only because of a test; null if there is none, or room enough
    /// for all tests.
    /// </summary>
    public static Effect? Lost(IMethodSymbol method, Engine engine, CancellationToken cancellation)
    {
        MemberEffects own = engine.Direct(method, cancellation);
        if (engine.Tests(method, cancellation) <= (own.Size / Doubt >= MediumIL && own.Size < LargeIL ? MostOfMedium : Most))
        {
            return null;
        }

        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default) { method };
        Queue<IMethodSymbol> queue = new(seen);
        while (queue.Count > 0)
        {
            IMethodSymbol member = queue.Dequeue();
            foreach (IOperation root in BodyReader.Bodies(engine, member, cancellation))
            {
                Body body = new(engine, member, engine.Model(root.Syntax.SyntaxTree), root, cancellation);
                if (root.DescendantsAndSelf().FirstOrDefault(operation => NeedsTest(operation, body)) is { } index)
                {
                    return TH4003_ImplicitThrow.Instance.Forgotten(index, member, method);
                }
            }

            foreach (Call call in engine.Direct(member, cancellation).Calls)
            {
                if (IsInlined(call.Target, engine, cancellation) && seen.Add(call.Target))
                {
                    queue.Enqueue(call.Target);
                }
            }
        }

        return null;
    }

    /// <summary>At least as many tests as a body has, without the methods of this compilation that it calls.</summary>
    public static int Of(IOperation root) => root.DescendantsAndSelf().Sum(static operation => operation switch
    {
        IBinaryOperation { OperatorKind: var kind } => IsComparison(kind) ? 1 : 0,
        IConditionalOperation { Condition: var condition } => IsTested(condition) ? 0 : 1,

        // It is tested before the loop, and at its end.
        IForEachLoopOperation => 2,
        IWhileLoopOperation { Condition: var condition } => condition is null || IsTested(condition) ? 1 : 2,
        IForLoopOperation => 1,
        IForToLoopOperation or ICaseClauseOperation or ISwitchExpressionArmOperation or IPatternOperation => 1,
        ICoalesceOperation or ICoalesceAssignmentOperation or IConditionalAccessOperation => 1,
        IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => 1,
        IObjectCreationOperation { Constructor: { DeclaringSyntaxReferences.IsEmpty: true } constructor } => OfLibrary(constructor),
        IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } method } => OfLibrary(method),
        _ => 0,
    });

    /// <summary>Whether a callee that has a body here may become a part of the method that calls it.</summary>
    public static bool IsInlined(IMethodSymbol callee, Engine engine, CancellationToken cancellation) =>
        (callee.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) == 0
            && ((callee.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) != 0 || engine.Direct(callee, cancellation).Size <= MaybeInlined);

    // Whether the condition consists of comparisons, which count by themselves.
    private static bool IsTested(IOperation condition) => condition switch
    {
        IParenthesizedOperation parenthesized => IsTested(parenthesized.Operand),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not => IsTested(not.Operand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } both => IsTested(both.LeftOperand) && IsTested(both.RightOperand),
        IBinaryOperation { OperatorKind: var kind } => IsComparison(kind),
        IIsPatternOperation => true,
        _ => false,
    };

    private static bool IsComparison(BinaryOperatorKind kind) => kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan
        or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals;

    private static int OfLibrary(IMethodSymbol method) => (method.MethodImplementationFlags & MethodImplAttributes.NoInlining) != 0 ? 0
        : method.ContainingAssembly?.Name == KnownSymbols.Library ? InLibrary
        : method.ContainingType.Name is "Unsafe" or "Volatile" or "Interlocked" or "BitConverter" ? 0 : 1;

    private static bool NeedsTest(IOperation operation, Body body) => operation switch
    {
        IForEachLoopOperation loop => Facts.IsEnumeratedByIndex(loop),
        IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) =>
            !IsWithin(property.Arguments[0].Value, SpanLength.Of(property.Instance, body.Root), body),
        IInlineArrayAccessOperation access => !IsWithin(access.Argument, TypeFacts.InlineArrayLength(access.Instance.Type), body),
        IImplicitIndexerReferenceOperation slice => SpanLength.Of(slice.Instance, body.Root) is null,
        IInvocationOperation call => SpanLength.IsSlice(call) && SpanLength.Of(call, body.Root) is null,
        _ => false,
    };

    private static bool IsWithin(IOperation index, int? length, Body body) =>
        length is { } known && SeenRange.Of(index, body, isLengthKnown: true) is { } range && range.Low >= 0 && range.High < known;
}
