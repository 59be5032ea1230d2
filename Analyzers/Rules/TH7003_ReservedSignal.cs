using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A signal number that registration always refuses.</summary>
internal sealed class TH7003_ReservedSignal : Rule
{
    public static readonly TH7003_ReservedSignal Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ReservedSignal,
        "Choose a signal that can be had",
        "Signal {0} {1}: registration refuses it. Leave the signal unset, so that the first free real-time signal is taken.",
        RuleCategories.Registration,
        RuleLevel.RegistrationRefuses,
        "Some signals belong to the kernel, the C library or the runtime.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
