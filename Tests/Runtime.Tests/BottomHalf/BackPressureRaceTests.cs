// The policies of InterruptQueue under several threads that write, each interrupted by a timer whose handler writes too, as is the thread that reads.
// Every item arrives whole and once, in its writer's order, or is counted as dropped. Child processes.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class BackPressureRaceTests
{
    private const int Threads = 3;
    private const long Enough = 20_000;
    private const int Capacity = 64;

    // Of a handler's call: what it drops when it interrupts the reader is all that the reader is copying.
    private const int Burst = Capacity + 1;

    [Fact]
    public void Drop_newest_delivers_or_counts_every_item() => ChildProcess.Run(DropNewest).AssertSucceeded();

    [Fact]
    public void Drop_oldest_delivers_or_counts_every_item() => ChildProcess.Run(DropOldest).AssertSucceeded();

    [Fact]
    public void Latest_only_delivers_or_counts_every_item() => ChildProcess.Run(LatestOnly).AssertSucceeded();

    private static void DropNewest()
    {
        using var queue = new InterruptQueue<Item>(Capacity);
        Stress(queue);
        Assert.Equal(0, queue.DroppedOldest);
    }

    private static void DropOldest()
    {
        using var queue = new InterruptQueue<Item>(Capacity, BackPressure.DropOldest);
        Stress(queue);
        Assert.True(queue.DroppedOldest > queue.DroppedNewest);
    }

    private static void LatestOnly()
    {
        using var queue = new InterruptQueue<Item>(Capacity, BackPressure.LatestOnly);
        Stress(queue);
        Assert.True(queue.DroppedOldest > queue.DroppedNewest);
    }

    private static void Stress(InterruptQueue<Item> queue)
    {
        long attempts = 0;
        long refused = 0;
        bool stop = false;
        int live = Threads;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            using InterruptTimer<Writer> timer = StartWriter(queue, Threads + number);
            long written = 0;
            long mine = 0;
            while (!Volatile.Read(ref stop))
            {
                for (int i = 0; i < 100; i++)
                {
                    mine += queue.Writer.TryWrite(new Item(number, written++)) ? 0 : 1;
                }

                // Few processors: the reader has to come in between.
                Thread.Yield();
            }

            timer.Dispose();
            Writer handler = timer.Snapshot();
            Interlocked.Add(ref attempts, written + handler.Attempts);
            Interlocked.Add(ref refused, mine + handler.Refused);
            if (Interlocked.Decrement(ref live) == 0)
            {
                queue.Complete();
            }
        }))];

        // The reader is interrupted as well: the handler drops what it is copying.
        using InterruptTimer<Writer> own = StartWriter(queue, 2 * Threads);
        Array.ForEach(threads, static thread => thread.Start());
        long[] next = new long[(2 * Threads) + 1];
        long[] seen = new long[next.Length];
        var items = new Item[Capacity];
        long delivered = 0;
        int size = 0;
        while (queue.Wait())
        {
            // Of changing length, down to one.
            size = (size % items.Length) + 1;
            int count = queue.Read(items.AsSpan(0, size));
            delivered += count;
            foreach (Item item in items.AsSpan(0, count))
            {
                Assert.True(item.IsWhole, "torn");
                Assert.True(item.Number >= next[item.Writer], $"{item.Number} after {next[item.Writer] - 1} of writer {item.Writer}");
                next[item.Writer] = item.Number + 1;
                seen[item.Writer]++;
            }

            // Not after a time, or a number of writes: until the test has seen what it is for.
            bool raced = queue.BackPressure == BackPressure.DropNewest || queue.Retries > 20;
            if (raced && delivered >= Enough && queue.Dropped > Enough && seen[Threads..].Sum() > 100 && seen[..Threads].Sum() > 100)
            {
                Volatile.Write(ref stop, true);
            }
        }

        Array.ForEach(threads, static thread => thread.Join());
        own.Dispose();
        Writer last = own.Snapshot();
        attempts += last.Attempts;
        refused += last.Refused;

        Console.WriteLine($"{queue.BackPressure}: {attempts} written, {delivered} delivered, {queue.DroppedNewest} newest and {queue.DroppedOldest} oldest dropped, by handlers {seen[Threads..].Sum()}, {queue.Retries} copies in vain");
        Assert.True(queue.IsDrained);
        Assert.Equal((delivered, refused), (queue.Delivered, queue.DroppedNewest));
        Assert.Equal(attempts, queue.Written + queue.DroppedNewest);
        Assert.Equal(attempts, queue.Delivered + queue.DroppedNewest + queue.DroppedOldest);
    }

    private static InterruptTimer<Writer> StartWriter(InterruptQueue<Item> queue, int number) => InterruptTimer.Start(
        OnTick,
        new Writer { Queue = queue.Writer, Number = number },
        TimeSpan.FromMicroseconds(100),
        new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnTick(ref Writer state, in InterruptContext context)
    {
        for (int i = 0; i < Burst; i++)
        {
            state.Refused += state.Queue.TryWrite(new Item(state.Number, state.Attempts++)) ? 0 : 1;
        }
    }

    // Larger than what is copied in one go.
    private readonly struct Item(int writer, long number)
    {
        public readonly long Number = number;
        public readonly long Writer = writer;
        private readonly long _a = ~number;
        private readonly long _b = number + writer;
        private readonly long _c = number ^ 0x5555;
        private readonly long _d = -number;
        private readonly long _e = number * 3;
        private readonly long _f = number - writer;
        private readonly long _g = number;

        public bool IsWhole =>
            _a == ~Number && _b == Number + Writer && _c == (Number ^ 0x5555) && _d == -Number && _e == Number * 3 && _f == Number - Writer && _g == Number;
    }

    private struct Writer
    {
        public InterruptQueueWriter<Item> Queue;
        public int Number;
        public long Attempts;
        public long Refused;
    }
}
