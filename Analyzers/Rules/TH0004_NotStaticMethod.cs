using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>What is registered is a static method without a hidden first argument.</summary>
internal sealed class TH0004_NotStaticMethod : Rule
{
    public static readonly TH0004_NotStaticMethod Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NotStaticMethod,
        "Register a plain static method as the handler",
        "{0} cannot be an interrupt handler: {1}. Register a static method.",
        RuleCategories.Declaration,
        RuleLevel.RegistrationRefuses,
        "Lambdas, even static ones, and instance methods are called with a hidden object as first argument, which shifts the others.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";
}
