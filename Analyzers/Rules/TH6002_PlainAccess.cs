using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Plain read or write in ordinary code, or in another handler, of a static that a handler uses too.</summary>
internal sealed class TH6002_PlainAccess : Rule
{
    public static readonly TH6002_PlainAccess Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.PlainAccess,
        "Read and write what a handler shares by Volatile or Interlocked",
        "The handler '{1}' {2} '{0}', too{3}: the compiler may leave out, repeat or move a plain {4}, so that the other side sees it late or never. {5}.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "The compiler knows of no interrupt: it may keep what a loop reads in a register, and join or move what is written.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
