using System.Globalization;
using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>
/// What comes after handlers, amid chaos: for each policy a queue that a handler fills faster than its reader now and then reads, each read in another way, and a time
/// provider with hundreds of timers. Every item is accounted for, and no timer is early.
/// </summary>
internal sealed class BottomHalves
{
    private const int Timers = 300;
    private const int Capacity = 64;
    private const int ItemsBetweenRests = 1000;

    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(30);

    private readonly List<string> _faults = [];

    /// <summary>Runs for so long; returns what was done, and what is wrong.</summary>
    public static async Task<(string Done, IReadOnlyList<string> Faults)> RunAsync(TimeSpan duration)
    {
        var soak = new BottomHalves();
        Task<string>[] parts =
        [
            Task.Run(() => soak.FillAsync(duration, BackPressure.DropNewest, static (queue, read) => ReadAsync(queue, read))),
            Task.Run(() => soak.FillAsync(duration, BackPressure.DropOldest, static (queue, read) => queue.OnBatch(items => Each(items, read)).Completion)),
            Task.Run(() => soak.FillAsync(duration, BackPressure.LatestOnly, static (queue, read) => Task.Factory.StartNew(() => Block(queue, read), TaskCreationOptions.LongRunning))),
            Task.Run(() => soak.TimeAsync(duration)),
        ];
        long end = InterruptClock.Timestamp + (long)duration.TotalNanoseconds;
        for (long round = 0; InterruptClock.Timestamp < end; round++)
        {
            Chaos.Round(round);
        }

        return (string.Join("; ", await Task.WhenAll(parts)), soak._faults);
    }

    private async Task<string> FillAsync(TimeSpan duration, BackPressure policy, Func<InterruptQueue<long>, Action<long>, Task> start)
    {
        using var queue = new InterruptQueue<long>(Capacity, policy) { AllowSynchronousContinuations = policy == BackPressure.DropNewest };
        long read = 0;
        long last = 0;
        Task reader = start(queue, number =>
        {
            Check(number > last, $"{policy}: {number} was read after {last}");
            last = number;
            if (++read % ItemsBetweenRests == 0)
            {
                Thread.Sleep(s_rest);
            }
        });

        var options = new InterruptTimerOptions { Name = policy.ToString(), Delivery = DeliveryMode.Signal };
        InterruptTimer<Filler> timer = InterruptTimer.Start(Filler.OnTick, new Filler { Queue = queue.Writer }, s_period, options);
        await Task.Delay(duration);
        timer.Dispose();
        Filler filler = timer.Snapshot();
        queue.Complete();
        await reader;
        Check(filler.Written > 0 && filler.Written + filler.Refused == filler.Last, $"{policy}: of {filler.Last} items {filler.Written} were written and {filler.Refused} refused");
        Check(queue.Written == filler.Written && queue.DroppedNewest == filler.Refused, $"{policy}: the queue counts {queue.Written} written and {queue.DroppedNewest} refused, and the handler {filler.Written} and {filler.Refused}");
        Check(queue.Delivered == read && queue.Written == read + queue.DroppedOldest, $"{policy}: of {queue.Written} items {read} were read, {queue.Delivered} delivered and {queue.DroppedOldest} dropped");
        return string.Create(CultureInfo.InvariantCulture, $"{policy}: {read} read, {queue.Dropped} dropped");
    }

    private async Task<string> TimeAsync(TimeSpan duration)
    {
        using var provider = new InterruptTimeProvider();
        long calls = 0;
        var counts = new int[Timers];
        var timers = new List<ITimer>();
        for (int i = 0; i < Timers; i++)
        {
            int number = i;
            long period = 1_000_000 + (i % 20 * 370_000);
            long start = InterruptClock.Timestamp;
            timers.Add(provider.CreateTimer(
                _ =>
                {
                    // Its callbacks may overlap, and the last to count has waited longest.
                    long now = InterruptClock.Timestamp;
                    long due = start + (Interlocked.Increment(ref counts[number]) * period);
                    Check(now >= due || InterruptClock.Timestamp >= due, $"timer {number} was called {due - now} ns early");
                    Interlocked.Increment(ref calls);
                },
                null, TimeSpan.FromMicroseconds(period / 1000), TimeSpan.FromMicroseconds(period / 1000)));
        }

        long end = InterruptClock.Timestamp + (long)duration.TotalNanoseconds;
        long delays = 0;
        while (InterruptClock.Timestamp < end)
        {
            long start = InterruptClock.Timestamp;
            int milliseconds = 1 + (int)(delays++ % 7);
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), provider);
            Check(InterruptClock.Timestamp - start >= milliseconds * 1_000_000, $"a delay of {milliseconds} ms took {InterruptClock.Timestamp - start} ns");
        }

        foreach (ITimer timer in timers)
        {
            await timer.DisposeAsync();
        }

        int silent = counts.Count(static count => count == 0);
        Check(silent == 0, $"{silent} timers were never called");
        Check(provider.ActiveTimers == 0, $"{provider.ActiveTimers} timers are set after the end");
        return string.Create(CultureInfo.InvariantCulture, $"{Timers} timers: {Volatile.Read(ref calls)} calls, {delays} delays");
    }

    private static async Task ReadAsync(InterruptQueue<long> queue, Action<long> read)
    {
        await foreach (long number in queue.ReadAllAsync())
        {
            read(number);
        }
    }

    private static void Block(InterruptQueue<long> queue, Action<long> read)
    {
        var items = new long[16];
        while (queue.Wait())
        {
            Each(items.AsSpan(0, queue.Read(items)), read);
        }
    }

    private static void Each(ReadOnlySpan<long> items, Action<long> read)
    {
        foreach (long item in items)
        {
            read(item);
        }
    }

    private void Check(bool holds, string fault)
    {
        if (!holds)
        {
            lock (_faults)
            {
                _faults.Add(fault);
            }
        }
    }

    private struct Filler
    {
        public InterruptQueueWriter<long> Queue;
        public long Last;
        public long Written;
        public long Refused;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnTick(ref Filler state, in InterruptContext context)
        {
            state.Last++;
            if (state.Queue.TryWrite(state.Last))
            {
                state.Written++;
            }
            else
            {
                state.Refused++;
            }
        }
    }
}
