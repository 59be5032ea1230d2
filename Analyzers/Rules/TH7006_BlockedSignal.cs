using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Signal masks that keep out what the runtime or the library works with.</summary>
internal sealed class TH7006_BlockedSignal : Rule
{
    public static readonly TH7006_BlockedSignal Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.BlockedSignal,
        "Do not block the signals of the runtime or of interrupt sources",
        "'{0}' blocks {1}. Block only the signals that you mean, and mask an interrupt source by Mask().",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "The runtime suspends threads, and finds null references, by signals; threads that are started meanwhile inherit the mask.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
