using System.Runtime.CompilerServices;

namespace TopHalf.Benchmarks;

/// <summary>The state of <see cref="LongHandlers"/>.</summary>
internal unsafe struct Mixture(long* numbers)
{
    public readonly long* Numbers = numbers;
    public long A;
    public long B;
    public long Branches;
    public InterruptHistogram Histogram;
}

/// <summary>Handlers of some 500 instructions, one for each type argument, for the verifier.</summary>
internal static unsafe class LongHandlers
{
    private const MethodImplOptions Handler = MethodImplOptions.AggressiveOptimization;

    private static long s_sum;

    /// <summary>Handlers whose machine code has nothing in common.</summary>
    public static InterruptHandler<Mixture>[] All { get; } =
        [Mix<byte>, Mix<sbyte>, Mix<short>, Mix<ushort>, Mix<int>, Mix<uint>, Mix<long>, Mix<ulong>];

    [InterruptHandler, MethodImpl(Handler)]
    private static void Mix<TVariant>(ref Mixture state, in InterruptContext context)
        where TVariant : unmanaged
    {
        long x = state.A;
        long y = state.B;
        Step(ref state, ref x, ref y, 3);
        Step(ref state, ref x, ref y, 5);
        Step(ref state, ref x, ref y, 7);
        Step(ref state, ref x, ref y, 9);
        Step(ref state, ref x, ref y, 11);
        Step(ref state, ref x, ref y, 13);
        Step(ref state, ref x, ref y, 15);
        Step(ref state, ref x, ref y, 17);
        Step(ref state, ref x, ref y, 19);
        Step(ref state, ref x, ref y, 21);
        Step(ref state, ref x, ref y, 23);
        Step(ref state, ref x, ref y, 25);
        Step(ref state, ref x, ref y, 27);
        Step(ref state, ref x, ref y, 29);
        Step(ref state, ref x, ref y, 31);
        Step(ref state, ref x, ref y, 33);
        state.A = Turn(x, y);
        state.B = y;
        state.Histogram.Record(x & 0xFFFF);
        Volatile.Write(ref s_sum, Volatile.Read(ref s_sum) + InterruptClock.Timestamp);
        for (int i = 0; i < 16; i++)
        {
            state.Numbers[i] ^= x;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ref Mixture state, ref long x, ref long y, int by)
    {
        x = (x * by) + y;
        y ^= x << by;
        state.Numbers[x & 15] += y;
        if (x > y)
        {
            state.Branches++;
        }
        else
        {
            state.Branches -= by;
        }

        y = (y * by) + (x >> 3);
        x ^= y << by;
        state.Numbers[y & 15] -= x;
    }

    [MethodImpl(Handler)]
    private static long Turn(long x, long y)
    {
        for (int i = 0; i < 3; i++)
        {
            x = (x * 31) + y;
            y ^= x >> 7;
        }

        return x + y;
    }
}
