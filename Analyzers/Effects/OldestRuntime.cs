using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The oldest .NET that the code may run on, by the class library that it is compiled against. What the JIT leaves out differs between versions, and a
/// program may run on a newer one than it was made for: what is relied upon has to hold on this one and on all that came after it.
/// </summary>
internal static class OldestRuntime
{
    /// <summary>The oldest that is supported. It is what a library for .NET Standard is judged by.</summary>
    private const int Oldest = 8;

    public static int Of(Compilation compilation) => Math.Max(Oldest, compilation.ObjectType.ContainingAssembly?.Identity.Version.Major ?? Oldest);
}
