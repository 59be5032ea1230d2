using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Virtual, interface and delegate calls.</summary>
internal sealed class TH3002_DynamicDispatch : Rule
{
    public static readonly TH3002_DynamicDispatch Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.DynamicDispatch,
        "Call statically bound methods only",
        "{0} {1}: the target is found through the managed heap and may have to be compiled first. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "Virtual, interface and delegate calls read a method table or go through stubs that resolve their target on the first call.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Call a static method, a struct's own method or a sealed type's method";
}
