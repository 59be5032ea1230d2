using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Read-modify-write of a static field, in ordinary code, that a handler also touches.</summary>
internal sealed class TH6001_NonAtomicUpdate : Rule
{
    public static readonly TH6001_NonAtomicUpdate Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NonAtomicUpdate,
        "Update what a handler shares atomically",
        "'{0}' is also used by the handler '{1}': an interrupt between the read and the write of '{2}' loses an update. Use Interlocked, or mask the source while you update.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "x++ and x += n read, compute and write; an interrupt may come in between.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";
}
