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

    /// <summary>Nothing but mistakes that code fixes mend. What is left of it waits for five interrupts of either timer, and ends when
    /// the bottom half has seen each of the second one's.</summary>
    public const string IsMendable =
        """
        using System.Diagnostics;
        using TopHalf;

        string delivery = Run();
        Console.WriteLine($"{delivery} {Handlers.s_log.Count == Handlers.s_ticks} {Handlers.s_log[4]}");

        static string Run()
        {
            using var plain = InterruptTimer.Start((ref long ticks, in InterruptContext context) => ticks++, TimeSpan.FromMilliseconds(1));
            using var timer = InterruptTimer.Start<State>(Handlers.OnTick, TimeSpan.FromMilliseconds(1), new InterruptTimerOptions { Name = "t", Signal = 11 });
            while (Handlers.s_ticks < 5 || plain.Snapshot() < 5)
            {
            }

            Handlers.s_updates++;
            return $"{timer.Delivery} {timer.Snapshot().Time > 0}";
        }

        [Flags]
        internal enum Kinds
        {
            None = 0,
            Even = 1,
        }

        internal struct State
        {
            public long Ticks;
            public long Time;
            public Kinds Kinds;
        }

        internal static class Handlers
        {
            public static long s_ticks;
            public static long s_updates;
            public static readonly List<long> s_log = [];
            private static readonly object s_gate = new();

            [InterruptHandler]
            public static void OnTick(ref State state, in InterruptContext context)
            {
                Span<byte> buffer = stackalloc byte[16];
                int index = (int)(state.Ticks % 32);
                buffer[index] = 1;
                state.Time = Stopwatch.GetTimestamp();
                state.Ticks += state.Kinds.HasFlag(Kinds.Even) ? 2 : 1 + (Half(1) & Later(state.Ticks));
                Volatile.Write(ref s_ticks, state.Ticks);
                lock (s_gate)
                {
                    // One by one.
                    s_log.Add(state.Ticks);
                }

                Volatile.Write(ref s_updates, 0);
            }

            [AsyncSignalSafe]
            private static long Half(long ticks) => ticks >> 1;

            private static long Later(long ticks) => ticks == long.MaxValue ? 1 : Much(ticks);

            private static long Much(long ticks)
            {
                long sum = 0;
                for (int i = 0; i < 4; i++)
                {
                    sum += ticks >> 62;
                }

                return sum;
            }
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
