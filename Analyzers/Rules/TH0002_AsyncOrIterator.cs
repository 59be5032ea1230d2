using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A handler is an ordinary method.</summary>
internal sealed class TH0002_AsyncOrIterator : Rule
{
    public static readonly TH0002_AsyncOrIterator Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.AsyncOrIterator,
        "Do not make a handler async or an iterator",
        "'{0}' is {1}: its body lives in an object on the managed heap and continues on another thread. Do the waiting in the bottom half.",
        RuleCategories.Declaration,
        RuleLevel.RegistrationRefuses,
        "Async methods and iterators are rewritten into a heap-allocated state machine.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";
}
