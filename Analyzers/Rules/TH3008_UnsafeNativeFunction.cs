using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers.Rules;

/// <summary>Native functions that are not async-signal-safe, or that registration refuses, called through a pointer; see
/// <see cref="Knowledge.LibcTable"/> and <see cref="Knowledge.CallableLibc"/>.</summary>
internal sealed class TH3008_UnsafeNativeFunction : Rule
{
    public static readonly TH3008_UnsafeNativeFunction Instance = new();

    private static readonly DiagnosticDescriptor s_descriptor = Create(
        RuleIds.UnsafeNativeFunction,
        "Call only native functions that are async-signal-safe",
        "{0} {1}. {2}.",
        RuleCategories.Calls,
        RuleLevel.SurelyWrong,
        "What POSIX and glibc list as async-signal-safe can be called whatever was interrupted. Everything else is unsafe, because it is unknown. " +
        "Registration accepts those of them of which it is known what stack they take, and that they call nothing back.");

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    /// <summary>Judges a call of a native function that makes no transition.</summary>
    public void Inspect(NativeFunction function, SyntaxNode at, Body body)
    {
        if (!function.IsSafe)
        {
            body.Report(this, at,
                $"calls {function.Description}: the interrupted thread may be inside the library, holding its locks, with its data half changed", function.Remedy);
        }
        else if (!function.IsCallable)
        {
            body.Report(this, at, $"calls {function.Description}; registration refuses it, because {function.WhyNotCallable}", function.Remedy);
        }
        else if (function.Waits)
        {
            body.Report(TH2002_Blocking.Instance, at, $"calls {function.Description}", function.Remedy);
        }
    }
}
