using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A handler enters a shared value and does not look whether it was let in.</summary>
internal sealed class TH6005_UntestedEntry : Rule
{
    public static readonly TH6005_UntestedEntry Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UntestedEntry,
        "Look whether a shared value was entered",
        "'{0}' says whether the handler was let in, and nobody asks: it is not where its source does not share the value, or the value is gone, and its use then ends the process. Write 'if (shared.TryEnter(in context, out var section)) {{ …; section.Exit(); }}'.",
        RuleCategories.SharedState,
        RuleLevel.SurelyWrong,
        "What is not entered is not there.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
