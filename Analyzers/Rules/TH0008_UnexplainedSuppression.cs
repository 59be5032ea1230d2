using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Suppressions of these rules without a reason; found by <see cref="Suppressions"/>.</summary>
internal sealed class TH0008_UnexplainedSuppression : Rule
{
    public static readonly TH0008_UnexplainedSuppression Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UnexplainedSuppression,
        "Say why a rule is suppressed",
        "This suppression of {0} gives no reason: the next reader cannot tell a proof from a shortcut. {1}.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "A suppression says that the author knows better. What the author knows belongs beside it.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
