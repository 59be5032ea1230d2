using TopHalf.Dispatch;

namespace TopHalf.Benchmarks;

/// <summary>What one round measured, nanoseconds of CPU time a signal.</summary>
/// <param name="Empty">A C handler that does nothing: what the kernel costs.</param>
/// <param name="C">The protocol and a counting handler in C.</param>
/// <param name="Managed">TopHalf's dispatcher and a counting handler in C#.</param>
internal readonly record struct Round(double Empty, double C, double Managed);

/// <summary>Interrupts this thread by signals of its own, through the managed dispatcher and through C, in blocks that take turns.</summary>
/// <remarks>
/// Each signal carries what a signal of the kernel's timer does (SI_TIMER, the key, the timer's id), so both go the whole way. CPU time
/// of the thread is measured, and neighbours are compared with neighbours, so that other work on the machine cancels out.
/// </remarks>
internal static unsafe class Comparison
{
    public const int SignalsPerBlock = 500;

    private const int WarmUpRounds = 20;
    private const ulong ReferenceKey = 0x5A5A_0001;
    private const int ReferenceTimerId = 77;

    /// <summary>Measures on the calling thread.</summary>
    /// <param name="rounds">Each is a block of every kind, in random order.</param>
    /// <param name="seed">Of that order.</param>
    /// <param name="handler">The managed handler; it has to count.</param>
    public static Round[] Run(int rounds, int seed, InterruptHandler<Counter> handler)
    {
        ReferenceLibrary reference = ReferenceLibrary.Build();
        var options = new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
        using InterruptTimer<Counter> timer = InterruptTimer.Start(handler, TimeSpan.FromHours(1), options);
        InterruptSlot* slot = OnlySlot();
        int cSignal = timer.Signal + 1;
        int emptySignal = timer.Signal + 2;
        reference.InstallFull(cSignal, ReferenceKey, ReferenceTimerId, InterruptClock.Timestamp);
        reference.InstallEmpty(emptySignal);

        Func<double>[] blocks =
        [
            () => reference.Send(emptySignal, 0, 0, SignalsPerBlock),
            () => reference.Send(cSignal, ReferenceKey, ReferenceTimerId, SignalsPerBlock),
            () => reference.Send(timer.Signal, slot->Key, slot->Sender, SignalsPerBlock),
        ];
        int[] order = [0, 1, 2];
        var random = new Random(seed);
        var results = new Round[rounds];
        double[] result = new double[blocks.Length];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (int kind in order)
            {
                result[kind] = blocks[kind]();
            }

            if (round >= 0)
            {
                results[round] = new Round(result[0], result[1], result[2]);
            }
        }

        // Both went all the way, each time.
        long sent = (long)(rounds + WarmUpRounds) * SignalsPerBlock;
        if (reference.Count != sent || timer.Snapshot().Count != sent || timer.Statistics.Delivered != sent)
        {
            throw new InvalidOperationException($"{sent} signals sent, but {reference.Count} were handled by C and {timer.Snapshot().Count} by C#.");
        }

        return results;
    }

    /// <summary>The middle value.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // SAFETY: the table is never freed. There is one source in this process, so one slot has a key.
    private static InterruptSlot* OnlySlot()
    {
        InterruptSlot* slot = InterruptTable.Root->Slots;
        while (slot->Key == 0)
        {
            slot++;
        }

        return slot;
    }
}
