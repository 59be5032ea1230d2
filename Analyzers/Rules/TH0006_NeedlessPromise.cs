using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Promises that change nothing; found by <see cref="Contract"/>.</summary>
internal sealed class TH0006_NeedlessPromise : Rule
{
    public static readonly TH0006_NeedlessPromise Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NeedlessPromise,
        "Do not promise what is proved anyway",
        "'{0}' needs no [AsyncSignalSafe]: it is private, and judged with '{1}', which calls it. Remove the attribute.",
        RuleCategories.Declaration,
        RuleLevel.Advice,
        "Code of the same project is read, however deep the calls go. The attribute is for what others call.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
