using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>The default verdict on a call.</summary>
internal sealed class TH3001_UnknownCall : Rule
{
    public static readonly TH3001_UnknownCall Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UnknownCall,
        "Call only what is known to be safe",
        "{0} {1}: it may allocate, lock, throw or be compiled on its first call. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "Unknown is unsafe.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy =>
        "Mark it [AsyncSignalSafe] if it is yours, list it in TopHalf.SafeApis.txt if you know it to be safe, or move the call to the bottom half";
}
