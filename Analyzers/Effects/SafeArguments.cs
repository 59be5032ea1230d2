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
        : call.TargetMethod is { ContainingType: { Name: "Unsafe", ContainingNamespace.Name: "CompilerServices" } } target && target.Name switch
        {
            "CopyBlock" or "CopyBlockUnaligned" => IsFew(call.Arguments[2]),
            "InitBlock" or "InitBlockUnaligned" => call.Arguments[1].Value.ConstantValue.HasValue && IsFew(call.Arguments[2]),
            _ => false,
        };

    private static bool IsFew(IArgumentOperation count) => count.Value.ConstantValue is { HasValue: true, Value: uint and <= MovedInline };
}
