namespace TopHalf.Package.Tests;

/// <summary>Programs with one mistake each.</summary>
internal static class FaultyPrograms
{
    public const string IsNotOptimized =
        """
        using TopHalf;

        InterruptTimer.Start<long>(Handlers.OnTick, TimeSpan.FromSeconds(1)).Dispose();

        internal static class Handlers
        {
            [InterruptHandler]
            public static void OnTick(ref long state, in InterruptContext context) => state++;
        }
        """;

    public static readonly string Allocates =
        $$"""
        {{AllocatingHandler("Handlers")}}

        internal static class Program
        {
            private static void Main() => InterruptTimer.Start<long>(Handlers.OnTick, TimeSpan.FromSeconds(1)).Dispose();
        }
        """;

    /// <summary>A class with one handler, OnTick, which allocates an object.</summary>
    public static string AllocatingHandler(string className) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        internal static class {{className}}
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void OnTick(ref long state, in InterruptContext context)
            {
                _ = new object();
                state++;
            }
        }
        """;

    /// <summary>A class with one handler, OnTick, whose loop nobody can count.</summary>
    public static string DrainingHandler(string className) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        internal static class {{className}}
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void OnTick(ref long state, in InterruptContext context)
            {
                while (state > 0)
                {
                    state -= 7;
                }
            }
        }
        """;
}
