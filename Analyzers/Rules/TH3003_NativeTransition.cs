using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>P/Invoke and unmanaged function pointers.</summary>
internal sealed class TH3003_NativeTransition : Rule
{
    public static readonly TH3003_NativeTransition Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NativeTransition,
        "Do not use P/Invoke in a handler",
        "{0} {1}: the transition to native code changes the thread's state, and its end waits for the garbage collector. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "A P/Invoke makes a GC transition, which corrupts the interrupted thread's own.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Hold the function's address in a 'static readonly' managed function pointer (delegate*<...>), or move the call to the bottom half";
}
