// Short names for how methods are compiled.
using System.Runtime.CompilerServices;

namespace TopHalf.Oracle;

internal static class Compiled
{
    /// <summary>A handler: fully optimised, once.</summary>
    public const MethodImplOptions Ahead = MethodImplOptions.AggressiveOptimization;

    /// <summary>A callee that a handler may call: so, too, and not inlined.</summary>
    public const MethodImplOptions Separate = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>A callee that it may not call.</summary>
    public const MethodImplOptions Tiered = MethodImplOptions.NoInlining;

    public const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
}
