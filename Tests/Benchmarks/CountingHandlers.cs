using System.Runtime.CompilerServices;

namespace TopHalf.Benchmarks;

/// <summary>The state of the handlers that are measured.</summary>
internal struct Counter
{
    public long Count;
    public ulong Waste;
}

/// <summary>What the handlers do: count, and, for the test of the benchmark itself, count slowly.</summary>
internal static class CountingHandlers
{
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Count(ref Counter state, in InterruptContext context) => state.Count++;

    // Some hundred nanoseconds of multiplications, each waiting for the one before.
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CountSlowly(ref Counter state, in InterruptContext context)
    {
        ulong waste = state.Waste | 1;
        for (int i = 0; i < 400; i++)
        {
            waste *= 6364136223846793005;
        }

        state.Waste = waste;
        state.Count++;
    }
}
