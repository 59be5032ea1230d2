using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>An interrupt source that nobody keeps.</summary>
internal sealed class TH7004_LostSource : Rule
{
    public static readonly TH7004_LostSource Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.LostSource,
        "Keep an interrupt source, and dispose of it",
        "Nobody keeps the interrupt source that '{0}' makes: it goes on interrupting, and nothing can stop it or read its state. Keep it, and dispose of it when it has done its work.",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "A source lives until it is disposed of.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
