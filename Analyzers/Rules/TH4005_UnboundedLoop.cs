using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Loops that move on, but by no counter that says how often; found by <see cref="TH2003_SpinLoop"/>.</summary>
internal sealed class TH4005_UnboundedLoop : Rule
{
    public static readonly TH4005_UnboundedLoop Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UnboundedLoop,
        "Bound the loops of a handler",
        "{0} {1}: the interrupted thread stands still as long. {2}.",
        RuleCategories.ControlFlow,
        RuleLevel.Advice,
        "A handler takes its time from other code. Nothing but a bound says how much; the verifier does not refuse loops.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Count the rounds, and leave the rest to the next interrupt or to the bottom half";
}
