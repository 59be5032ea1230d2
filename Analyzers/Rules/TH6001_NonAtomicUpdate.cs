using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Read-modify-write of a static field in ordinary code, or in another handler, that a handler also touches.</summary>
internal sealed class TH6001_NonAtomicUpdate : Rule
{
    public static readonly TH6001_NonAtomicUpdate Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NonAtomicUpdate,
        "Update what a handler shares atomically",
        "'{0}' is also used by the handler '{1}'{2} between the read and the write of '{0}' loses an update. {3}.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "x++ and x += n read, compute and write; an interrupt may come in between.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";
}
