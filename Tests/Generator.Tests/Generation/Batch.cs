using System.Globalization;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>Handlers that are compiled into one assembly.</summary>
/// <param name="Seed">The campaign's.</param>
/// <param name="Handlers">In the order of their numbers.</param>
internal sealed record Batch(ulong Seed, IReadOnlyList<GeneratedHandler> Handlers)
{
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{GeneratedHandler.Namespace}{Handlers[0].Index}");

    /// <summary>Every other batch spares the zeroing of locals, as handlers' assemblies should.</summary>
    public bool SkipsLocalsInit { get; } = (Handlers[0].Index / Math.Max(1, Handlers.Count) & 1) == 0;

    public string Source =>
        $$"""
        using System.Numerics;
        using System.Runtime.CompilerServices;
        using System.Runtime.Intrinsics;
        using System.Runtime.Intrinsics.X86;
        using TopHalf;
        using TopHalf.Generator.Material;
        {{(SkipsLocalsInit ? "[module: SkipLocalsInit]" : "")}}
        namespace {{GeneratedHandler.Namespace}}
        {
        public static class Cell<T> { public static long Value; }
        {{string.Concat(Handlers.Select(h => h.Source))}}
        }
        """;

    public static Batch Generate(ulong seed, int first, int count) =>
        new(seed, [.. Enumerable.Range(first, count).Select(i => HandlerGenerator.Generate(seed, i))]);
}
