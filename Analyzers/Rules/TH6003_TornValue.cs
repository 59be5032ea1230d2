using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A value that is too wide or not aligned in ordinary code, or in another handler, that a handler uses too.</summary>
internal sealed class TH6003_TornValue : Rule
{
    public static readonly TH6003_TornValue Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.TornValue,
        "Do not read or write in halves what a handler shares",
        "'{0}' {1}: as the handler '{2}' {3} it, too{4} in between leaves one half old and one half new. {5}.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "A value that takes more than one instruction can be interrupted between them.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
