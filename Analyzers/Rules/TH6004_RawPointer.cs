using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Plain read or write in ordinary code, or in another handler, through a pointer to what a handler uses too.</summary>
internal sealed class TH6004_RawPointer : Rule
{
    public static readonly TH6004_RawPointer Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.RawPointer,
        "Do not reach into the state of a handler by a pointer",
        "'{0}' is memory that the handler '{1}' {2}, too{3}, and this is plain access{4}. {5}.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "A pointer to what a handler uses goes round everything that keeps both sides apart.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
