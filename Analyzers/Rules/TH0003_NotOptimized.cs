using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Rules;

/// <summary>A handler is compiled fully optimised at once.</summary>
internal sealed class TH0003_NotOptimized : Rule
{
    public static readonly TH0003_NotOptimized Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.NotOptimized,
        "Mark a handler with AggressiveOptimization",
        "'{0}' is not marked AggressiveOptimization: the JIT would first compile it unoptimised and count its calls, and both call into the runtime. Add '[MethodImpl(MethodImplOptions.AggressiveOptimization)]'.",
        RuleCategories.Declaration,
        RuleLevel.SurelyWrong,
        "Unoptimised and tiered code calls into the runtime; only AggressiveOptimization makes the JIT compile a method fully optimised the first time. Registration refuses anything else on CoreCLR.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override string Remedy => "";

    public static bool IsOptimized(IMethodSymbol method) =>
        ((int)method.MethodImplementationFlags & 512 /* AggressiveOptimization */) != 0;
}
