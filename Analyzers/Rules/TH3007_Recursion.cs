using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Direct and mutual recursion.</summary>
internal sealed class TH3007_Recursion : Rule
{
    public static readonly TH3007_Recursion Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.Recursion,
        "Do not recurse in a handler",
        "{0} {1}: the handler runs on what is left of the interrupted code's stack. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "Nobody knows how deep the interrupted stack already is.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Write a loop with a fixed bound";

    public Effect Effect(IMethodSymbol member, Call back) => new(
        this,
        back.Location,
        SymbolEqualityComparer.Default.Equals(back.Target, member) ? "calls itself" : $"calls itself by way of '{Names.Of(back.Target)}'",
        Remedy);
}
