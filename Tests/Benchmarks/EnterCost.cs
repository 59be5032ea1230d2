using System.Runtime.CompilerServices;

namespace TopHalf.Benchmarks;

/// <summary>What a handler pays to enter a value that it shares with a higher level, and to leave it, where nothing is held back.</summary>
internal struct EnterCost
{
    private InterruptSharedAccess<long> _shared;
    private long _times;
    private long _nanoseconds;

    /// <summary>The median over blocks of the time of one, nanoseconds.</summary>
    public static double Measure(int blocks, int perBlock)
    {
        using var shared = new InterruptShared<long>();
        using SoftwareInterrupt<EnterCost> low = Start(shared, perBlock, 0);
        using SoftwareInterrupt<EnterCost> high = Start(shared, perBlock, 3);
        var results = new double[blocks];
        for (int block = -blocks; block < blocks; block++)
        {
            low.Raise();
            if (block >= 0)
            {
                results[block] = (double)low.Snapshot()._nanoseconds / perBlock;
            }
        }

        return shared.Snapshot() == 2L * blocks * perBlock && shared.Refused == 0
            ? results.Median()
            : throw new InvalidOperationException($"The value was entered {shared.Snapshot()} times, and not {2L * blocks * perBlock}.");
    }

    private static SoftwareInterrupt<EnterCost> Start(InterruptShared<long> shared, int times, int level) => SoftwareInterrupt.Start(
        OnRaise,
        new EnterCost { _shared = shared.Access, _times = times },
        new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal, Shares = [shared], Level = level });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnRaise(ref EnterCost state, in InterruptContext context)
    {
        long start = InterruptClock.Timestamp;
        for (long i = 0; i < state._times; i++)
        {
            if (state._shared.TryEnter(in context, out InterruptSharedSection<long> section))
            {
                section.Value++;
                section.Exit();
            }
        }

        state._nanoseconds = InterruptClock.Timestamp - start;
    }
}
