using TopHalf.Generator.Tests.Generation;

namespace TopHalf.Generator.Tests;

/// <summary>Handlers written by hand, to be judged and run as generated ones are.</summary>
internal static class HandWritten
{
    /// <summary>A handler with this body, and members beside it.</summary>
    public static GeneratedHandler Handler(int index, string body, string members = "", Poison? poison = null) => new(
        index,
        $$"""
        public static unsafe class {{GeneratedHandler.ClassName(index)}}
        {
            private const MethodImplOptions Callee = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
            private static long s_count;
            {{members}}
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void {{GeneratedHandler.Method}}(ref State state, in InterruptContext context) { {{body}} }
            public static void {{GeneratedHandler.Reset}}() { s_count = 0; }
            public static ulong {{GeneratedHandler.Digest}}() { return (ulong)s_count; }
        }

        """,
        poison);

    public static Batch Batch(params IReadOnlyList<GeneratedHandler> handlers) => new(Seed: 1, handlers);
}
