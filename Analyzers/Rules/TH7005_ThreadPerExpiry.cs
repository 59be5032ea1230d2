using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Timer callbacks by SIGEV_THREAD.</summary>
internal sealed class TH7005_ThreadPerExpiry : Rule
{
    public static readonly TH7005_ThreadPerExpiry Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ThreadPerExpiry,
        "Do not have the C library start a thread for each expiry",
        "{0} is called by way of '{1}' on a thread that the C library starts for each expiry and the runtime has to take in: expiries are late, run at the same time, and are lost when no thread can be started. Use InterruptTimer.Start, with Threaded delivery for ordinary code.",
        RuleCategories.Registration,
        RuleLevel.Advice,
        "SIGEV_THREAD is no interrupt: it starts a thread.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
