using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A signal handler, installed by hand, that installs itself.</summary>
internal sealed class TH7007_InstallsItself : Rule
{
    public const string Handler = "where it is still there that does nothing, and where System V's signal or SA_RESETHAND took it away, a signal that comes before ends the process";
    public const string Timer = "each expiry makes one more timer, and nobody deletes them";

    public static readonly TH7007_InstallsItself Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.InstallsItself,
        "Do not install a signal handler again in itself",
        "{0} installs itself again by '{1}': {2}. Install it once, in ordinary code.",
        RuleCategories.Registration,
        RuleLevel.SurelyWrong,
        "A handler stays installed. Where it does not, it comes too late.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;
}
