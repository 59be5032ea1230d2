using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Plain read or write, in ordinary code, of a static that a handler uses too.</summary>
internal sealed class TH6002_PlainAccess : Rule
{
    public static readonly TH6002_PlainAccess Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.PlainAccess,
        "Read and write what a handler shares by Volatile or Interlocked",
        "The handler '{1}' {2} '{0}', too: the compiler may leave out, repeat or move a plain {3}, so that the other side sees it late or never. Use Volatile or Interlocked, or mask the source.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "The compiler knows of no interrupt: it may keep what a loop reads in a register, and join or move what is written.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
