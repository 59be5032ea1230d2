using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers;

/// <summary>The severity policy, in words. A rule names its level; the severity follows from it here and nowhere else.</summary>
internal static class RuleLevel
{
    /// <summary>Registration refuses this at run time, always: it can never work.</summary>
    public const DiagnosticSeverity RegistrationRefuses = DiagnosticSeverity.Error;

    /// <summary>Surely wrong in signal context, or not provably right: unknown is unsafe.</summary>
    public const DiagnosticSeverity SurelyWrong = DiagnosticSeverity.Warning;

    /// <summary>Right today, but better written another way.</summary>
    public const DiagnosticSeverity Advice = DiagnosticSeverity.Info;
}
