using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Overrides and implementations that do not keep the promise of what they stand in for; found by <see cref="Contract"/>.</summary>
internal sealed class TH0005_WeakenedPromise : Rule
{
    public static readonly TH0005_WeakenedPromise Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.WeakenedPromise,
        "Keep the promise that a member inherits",
        "'{0}' {1} '{2}', which is [AsyncSignalSafe], but {3}: whoever calls the one in a handler gets the other. Make it safe, or take the promise back.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "[AsyncSignalSafe] is a promise about a member and about all that stands in for it: overrides and implementations inherit it, and may not weaken it.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
