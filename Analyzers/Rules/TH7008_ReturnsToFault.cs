using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A handler of a synchronous fault, installed by hand, that returns.</summary>
internal sealed class TH7008_ReturnsToFault : Rule
{
    public static readonly TH7008_ReturnsToFault Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.ReturnsToFault,
        "Do not return from the handler of a fault",
        "{0} handles {1} and returns: the instruction that faulted runs again and faults again, for ever. Do not handle it, since the runtime makes exceptions of faults, or end the process there by _exit.",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "After the handler of SIGSEGV, SIGBUS, SIGFPE or SIGILL returns, the processor takes up the instruction that faulted.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
