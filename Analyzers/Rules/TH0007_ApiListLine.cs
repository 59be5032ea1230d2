using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Lines of the user's lists that cannot be read, name nothing, or are overruled; found by <see cref="Knowledge.ApiListCheck"/>.</summary>
internal sealed class TH0007_ApiListLine : Rule
{
    public static readonly TH0007_ApiListLine Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ApiListLine,
        "Keep the lists of safe and unsafe members true",
        "'{0}' {1}. {2}.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "A line that names nothing, or is overruled by another, looks like a decision and is none.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
