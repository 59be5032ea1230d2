using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// How many facts about values the JIT would have to keep of a method, with what it inlines into it. Most come from tests, two of each: that it holds, and that it does not. There is
/// room for 64, however much is inlined, and for more only in a method of 512 to 1535 bytes of IL (optMaxAssertionCount, src/coreclr/jit/assertionprop.cpp). Without them the JIT
/// leaves out no range check that only a test makes superfluous.
/// </summary>
internal static class KeptFacts
{
    // Of 64 and 128: some are kept that are not counted here, as that a reference is not null.
    private const int Most = 60;
    private const int MostOfMedium = 120;
    private const int MediumIL = 512;
    private const int LargeIL = 1536;

    // DEFAULT_MAX_INLINE_SIZE of the JIT is 100: longer methods are inlined only where that is asked for.
    private const int MaybeInlined = 150;

    private const int OfTest = 2;
    private const int OfLoop = 6;

    // At least as many as a method of the library brings that the JIT inlines by itself.
    private const int InLibrary = 8;

    /// <summary>
    /// The first index of the method, or of what is inlined into it, whose range check is left out only because of a test; null if there is none, or room enough
    /// for all tests.
    /// </summary>
    public static Effect? Lost(IMethodSymbol method, Engine engine, CancellationToken cancellation)
    {
        MemberEffects own = engine.Direct(method, cancellation);
        if (engine.Facts(method, cancellation) <= (own.LeastSize >= MediumIL && own.Size < LargeIL ? MostOfMedium : Most))
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

    /// <summary>At least as many facts as a body brings, without the methods of this compilation that it calls.</summary>
    public static int Of(IOperation root) => root.DescendantsAndSelf().Sum(static operation => operation switch
    {
        IBinaryOperation { OperatorMethod: null } binary => IsTest(binary) ? OfTest : 0,

        // Before the loop and at its end, that the counter is not negative, and that it is in range.
        IForEachLoopOperation loop => TypeFacts.IsInlineArray(Facts.Unconverted(loop.Collection).Type) ? OfTest + 1 : OfLoop,
        ILoopOperation => OfLoop / 2,

        ISingleValueCaseClauseOperation or IRelationalCaseClauseOperation or IConstantPatternOperation or IRelationalPatternOperation or ITypePatternOperation
            or ICoalesceOperation or ICoalesceAssignmentOperation or IConditionalAccessOperation => OfTest,
        IPropertyReferenceOperation property when Facts.IsElementAccessOfSpan(property) => 1,
        IObjectCreationOperation { Constructor: { DeclaringSyntaxReferences.IsEmpty: true } constructor } creation =>
            creation.Arguments.All(static argument => argument.Value.ConstantValue.HasValue || argument.Value.Type is IPointerTypeSymbol) ? 0 : OfLibrary(constructor),
        IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } choice =>
            OfTest * choice.Arguments.Count(static argument => IsBound(argument.Value)),
        IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: true } method } => OfLibrary(method),
        _ => 0,
    });

    /// <summary>Whether a callee that has a body here may become a part of the method that calls it.</summary>
    public static bool IsInlined(IMethodSymbol callee, Engine engine, CancellationToken cancellation) =>
        (callee.MethodImplementationFlags & (MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization)) == 0
            && ((callee.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) != 0 || engine.Direct(callee, cancellation).Size <= MaybeInlined);

    // Of floating-point numbers nothing is kept, nor of numbers in 64 bits, nor of two that are both no bound, unless it is that a local is, or is not, a constant.
    private static bool IsTest(IBinaryOperation binary)
    {
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)
        {
            return (IsLocal(binary.LeftOperand) || IsLocal(binary.RightOperand)) && !TypeFacts.IsFloating(binary.LeftOperand.Type);
        }

        return binary.OperatorKind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual
            && binary.LeftOperand.Type is { } type && TypeFacts.Size(type) is <= sizeof(int) && !TypeFacts.IsFloating(type)
            && (IsBound(binary.LeftOperand) || IsBound(binary.RightOperand));
    }

    // A constant, which an argument may be where its method is inlined, or a length.
    private static bool IsBound(IOperation value) => value.ConstantValue.HasValue
        || value.DescendantsAndSelf().Any(static part => part is IParameterReferenceOperation { Parameter.RefKind: RefKind.None } or IPropertyReferenceOperation { Property.Name: "Length" }
            || (part is ILocalReferenceOperation { Local: { } local } && Places.InitialValue(local, part)?.DescendantsAndSelf().Any(IsLengthOrConstant) == true));

    private static bool IsLengthOrConstant(IOperation part) => part.ConstantValue.HasValue || part is IPropertyReferenceOperation { Property.Name: "Length" };

    private static bool IsLocal(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => IsLocal(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => IsLocal(conversion.Operand),
        IUnaryOperation { OperatorMethod: null } unary => IsLocal(unary.Operand),
        ILocalReferenceOperation or IParameterReferenceOperation => true,
        _ => false,
    };

    private static int OfLibrary(IMethodSymbol method) => (method.MethodImplementationFlags & MethodImplAttributes.NoInlining) != 0 ? 0
        : method.ContainingAssembly?.Name == KnownSymbols.Library ? InLibrary
        : method.ContainingType.Name is "Unsafe" or "Volatile" or "Interlocked" or "BitConverter" or "BitOperations" or "MemoryMarshal" ? 0 : OfTest;

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
