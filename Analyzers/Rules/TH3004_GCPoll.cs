using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>SuppressGCTransition, on P/Invokes and unmanaged function pointers.</summary>
internal sealed class TH3004_GCPoll : Rule
{
    public static readonly TH3004_GCPoll Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.GCPoll,
        "Do not suppress the GC transition in a handler",
        "{0} {1}: behind the call stands a GC poll, which parks the thread in the middle of interrupted code; the next collection then corrupts the heap. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "SuppressGCTransition removes the transition but adds a poll.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Hold the function's address in a 'static readonly' managed function pointer (delegate*<...>)";
}
