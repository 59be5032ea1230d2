using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Members marked <c>[AsyncSignalUnsafe]</c>.</summary>
internal sealed class TH3005_DeclaredUnsafe : Rule
{
    public static readonly TH3005_DeclaredUnsafe Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.DeclaredUnsafe,
        "Do not call what is declared unsafe",
        "{0} {1}. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "[AsyncSignalUnsafe] is the word of the member's author.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Move the call to the bottom half";
}
