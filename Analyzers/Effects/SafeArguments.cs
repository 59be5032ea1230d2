using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>Members of the library that are unsafe in general, called with arguments for which the JIT leaves out what is unsafe in them.</summary>
internal static class SafeArguments
{
    /// <summary>The most bytes that are copied and filled without a call on any processor with AVX2.</summary>
    private const int MovedInline = 128;

    public static bool Has(IObjectCreationOperation creation, Body body) =>
        // A span over a pointer throws for a negative length, and for elements that hold references.
        creation is { Constructor: { } constructor, Arguments: [_, { Value: { } length }] } && SpanLength.IsOverPointer(constructor)
        && Facts.IsNotNegative(length, body)
        && !TypeFacts.HoldsReferences(body.Instantiation.Of(constructor.ContainingType.TypeArguments[0]));

    public static bool Has(IInvocationOperation call, Body body) =>
        // A slice that is surely within the span.
        SpanLength.IsSlice(call) ? SpanLength.Of(call, body.Root) is not null || Facts.IsWithinSpan(call, body)
        : call.TargetMethod switch
        {
            { Name: "CopyBlock" or "CopyBlockUnaligned", ContainingType: { Name: "Unsafe", ContainingNamespace.Name: "CompilerServices" } } => IsFew(Given(call, 2)),
            { Name: "InitBlock" or "InitBlockUnaligned", ContainingType: { Name: "Unsafe", ContainingNamespace.Name: "CompilerServices" } } =>
                Given(call, 1).Value.ConstantValue.HasValue && IsFew(Given(call, 2)),
            { Name: "DivRem", ContainingType: { Name: "Math", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } =>
                Divisor.Of(Given(call, 0).Value, Given(call, 1).Value, body.Root) == Divisor.Danger.None,

            // From .NET 9 on, of any small number; what it throws for are types that the JIT knows.
            { Name: "Exchange" or "CompareExchange", ContainingType: { Name: "Interlocked", ContainingNamespace.Name: "Threading" }, TypeArguments: [{ } type] } =>
                TypeFacts.IsPrimitive(body.Instantiation.Of(type)),
            _ => false,
        };

    // Arguments that have names may stand in any order.
    private static IArgumentOperation Given(IInvocationOperation call, int parameter) => call.Arguments.First(argument => argument.Parameter?.Ordinal == parameter);

    private static bool IsFew(IArgumentOperation count) => count.Value.ConstantValue is { HasValue: true, Value: uint and <= MovedInline };
}
