using System.Globalization;
using System.Runtime.CompilerServices;

namespace TopHalf.Benchmarks;

/// <summary>Measures, in one run: a mask and its end, to enter a shared value and leave it, a write into a queue, and how long a handler takes to awaken a reader, beside a raw eventfd.</summary>
internal static class HandOverCost
{
    private const int Blocks = 500;
    private const int PerBlock = 1000;
    private const int WarmUps = 3;
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(300);
    private static long s_sink;

    /// <summary>Measures and prints.</summary>
    /// <param name="wakes">Readers of each kind to awaken.</param>
    /// <param name="picture">Where to draw how long that takes, or null.</param>
    public static void Report(int wakes, string? picture)
    {
        double call = MedianOf(static () => Call());
        Line("an empty call", call);
        Line("a locked instruction", MedianOf(static () => Interlocked.Increment(ref s_sink)) - call);
        var options = new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
        using (SoftwareInterrupt<long> source = SoftwareInterrupt.Start<long>(WakeCost.Ignore, options))
        {
            Line("Mask and its end, on its thread", MedianOf(() => { using (source.Mask()) { } }) - call);
        }

        using (SoftwareInterrupt<long> source = SoftwareInterrupt.Start<long>(WakeCost.Ignore, new SoftwareInterruptOptions { Target = InterruptTarget.Dedicated, Delivery = DeliveryMode.Signal }))
        {
            Line("... on another", MedianOf(() => { using (source.Mask()) { } }) - call);
            MeasureFurther(source, call, "a second", "a third", "a fourth");
        }

        Line("TryEnter and Exit, in a handler", EnterCost.Measure(Blocks, PerBlock));
        using (var queue = new InterruptQueue<long>(PerBlock))
        {
            var items = new long[PerBlock];
            InterruptQueueWriter<long> writer = queue.Writer;
            double write = MedianOf(() => writer.TryWrite(1), () => queue.Read(items)) - call;
            Line("TryWrite", write);
            if (queue.Delivered != (WarmUps + 1) * Blocks * PerBlock || queue.Dropped != 0)
            {
                throw new InvalidOperationException($"{queue.Delivered} items were delivered and {queue.Dropped} dropped: not all writes were writes.");
            }
        }

        (double[] raw, double[] blocking, double[] awaiting, double[] awaitingHere) = WakeCost.Measure(wakes);
        Console.WriteLine($"To a reader that is awakened, {wakes} of each kind, in turn:");
        Line("raw eventfd: write to read", raw.Median());
        Line("handler to Wait", blocking.Median());
        Line("handler to ReadAllAsync", awaiting.Median());
        Line("... on the queue's own thread", awaitingHere.Median());
        Console.WriteLine(Text($"Wait / raw eventfd: {blocking.Median() / raw.Median():F2}, ReadAllAsync / raw eventfd: {awaiting.Median() / raw.Median():F2}, on the queue's own thread: {awaitingHere.Median() / raw.Median():F2}"));
        if (picture is not null)
        {
            File.WriteAllText(picture, DistributionPicture.Draw(
                $"From a writer to the reader that it awakens: {wakes} of each kind",
                "time to the reader",
                new Series("raw eventfd", "#7f7f7f", raw),
                new Series("handler, Wait", "#d62728", blocking),
                new Series("handler, ReadAllAsync", "#1f77b4", awaiting),
                new Series("handler, ReadAllAsync on the queue's thread", "#2ca02c", awaitingHere)));
            Console.WriteLine($"Picture: {Path.GetFullPath(picture)}");
        }
    }

    // Each on a thread of its own, all of which live until the end: the next would have the same stack otherwise, and be taken for the same.
    private static void MeasureFurther(SoftwareInterrupt<long> source, double call, params ReadOnlySpan<string> further)
    {
        if (further.IsEmpty)
        {
            return;
        }

        double median = 0;
        using var measured = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            median = MedianOf(() => { using (source.Mask()) { } });
            measured.Set();
            done.Wait();
        });
        thread.Start();
        measured.Wait();
        Line($"... on {further[0]}", median - call);
        MeasureFurther(source, call, further[1..]);
        done.Set();
        thread.Join();
    }

    // The median over blocks of the wall time of one, nanoseconds, of code that the JIT has optimised.
    private static double MedianOf(Action act, Action? afterwards = null)
    {
        for (int warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            // The JIT waits until a program has settled, and then optimises what was called often.
            _ = BlocksOf(act, afterwards);
            Thread.Sleep(s_settling);
        }

        return BlocksOf(act, afterwards).Median();
    }

    private static double[] BlocksOf(Action act, Action? afterwards)
    {
        var results = new double[Blocks];
        for (int block = 0; block < Blocks; block++)
        {
            long start = InterruptClock.Timestamp;
            for (int i = 0; i < PerBlock; i++)
            {
                act();
            }

            long end = InterruptClock.Timestamp;
            afterwards?.Invoke();
            results[block] = (double)(end - start) / PerBlock;
        }

        return results;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Call()
    {
    }

    private static void Line(string name, double nanoseconds) => Console.WriteLine(Text($"{name,-32}{nanoseconds,10:F1} ns"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
