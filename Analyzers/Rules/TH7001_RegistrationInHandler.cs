using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>Registration from inside a handler.</summary>
internal sealed class TH7001_RegistrationInHandler : Rule
{
    public static readonly TH7001_RegistrationInHandler Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.RegistrationInHandler,
        "Do not register handlers in a handler",
        "{0} {1}: registration compiles, verifies, allocates and locks. {2}.",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "Registration is ordinary code.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Register in ordinary code, and mask or change the source from there";
}
