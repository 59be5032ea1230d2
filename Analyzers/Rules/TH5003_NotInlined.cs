using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Callees that are neither inlined nor <c>AggressiveOptimization</c>; see <see cref="Inlining"/>.</summary>
internal sealed class TH5003_NotInlined : Rule
{
    public static readonly TH5003_NotInlined Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NotInlined,
        "Have what a handler calls inlined or fully optimised",
        "{0} {1}: its first call may go to the JIT compiler, and later ones are counted. {2}.",
        RuleCategories.RuntimeServices,
        RuleLevel.SurelyWrong,
        "A callee that is not inlined is compiled on its own, at first unoptimised, and the code that counts its calls and recompiles it runs in the handler.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "Add '[MethodImpl(MethodImplOptions.AggressiveInlining)]' to it";

    public Effect Effect(IMethodSymbol callee) => new(
        this,
        callee.Locations.FirstOrDefault() ?? Location.None,
        "is neither inlined nor AggressiveOptimization",
        Remedy,
        culprit: callee);
}
