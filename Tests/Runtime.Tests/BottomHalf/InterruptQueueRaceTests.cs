// InterruptQueue under real concurrency: threads, signal handlers that interrupt writers, disposal amid writers. Child processes.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class InterruptQueueRaceTests
{
    // Rings above the threshold are mapped singly and unmapped when freed, so that a write into a freed ring is fatal.
    private static Dictionary<string, string> SinglyMapped => new() { ["MALLOC_MMAP_THRESHOLD_"] = "65536" };

    // Read by the handler: a pointer, so no initialiser and no managed memory.
    private static unsafe HandlerState* s_state;

    [Fact]
    public void Items_of_many_writers_arrive_whole_once_and_in_each_writers_order() =>
        ChildProcess.Run(ManyWriters).AssertSucceeded();

    [Fact]
    public void Handlers_that_interrupt_writers_write_too_and_all_is_accounted_for() =>
        ChildProcess.Run(NestedWriters).AssertSucceeded();

    [Fact]
    public void The_handler_of_that_test_calls_nothing_but_the_doorbell_and_the_futex() =>
        JitListing.Of(nameof(OnSignal), InstallHandler).AssertCallsNativeFunctionsOnly(2);

    [Fact]
    public void Disposal_amid_writers_never_lets_one_touch_the_freed_ring_or_another_queue() =>
        ChildProcess.Run(DisposeAmidWriters, environment: SinglyMapped).AssertSucceeded();

    [Fact]
    public void In_that_environment_a_write_into_a_freed_ring_is_fatal() =>
        Assert.NotNull(ChildProcess.Run(WriteIntoFreedRing, environment: SinglyMapped).Signal);

    private static void ManyWriters()
    {
        const int Writers = 4;
        const long Each = 500_000;
        using var queue = new InterruptQueue<WideItem>(256);
        long refused = 0;
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
        {
            long mine = 0;
            for (long number = 0; number < Each; number++)
            {
                mine += queue.Writer.TryWrite(new WideItem(writer, number)) ? 0 : 1;
            }

            Interlocked.Add(ref refused, mine);
        }))];
        Array.ForEach(writers, static writer => writer.Start());

        long[] next = new long[Writers];
        long read = 0;
        bool alive;
        do
        {
            // Asked before the reading: what is read to the end afterwards is all.
            alive = Array.Exists(writers, static writer => writer.IsAlive);
            while (queue.TryRead(out WideItem item))
            {
                read++;
                Assert.True(item.IsWhole);
                Assert.True(item.Number >= next[item.Writer], "out of order");
                next[item.Writer] = item.Number + 1;
            }
        }
        while (alive);

        Assert.Equal((read, refused), (queue.Written, queue.Dropped));
        Assert.Equal(Writers * Each, read + refused);
        Assert.True(read > 0 && refused > 0, "the test was meant to see both");
    }

    private static unsafe void InstallHandler()
    {
        s_state = (HandlerState*)NativeMemory.AllocZeroed((nuint)sizeof(HandlerState));
        using var queue = new InterruptQueue<Item>(2);
        Handlers.Install(Handlers.SpareSignal, typeof(InterruptQueueRaceTests), nameof(OnSignal));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void OnSignal(int signal, siginfo_t* info, void* context)
    {
        HandlerState* state = s_state;
        state->Nested += state->Control->Active > 0 ? 1 : 0;
        state->Refused += state->Writer.TryWrite(new Item(1, state->Attempts++)) ? 0 : 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long WriteMany(InterruptQueueWriter<Item> writer, long first, int count)
    {
        long refused = 0;
        for (long number = first; number < first + count; number++)
        {
            refused += writer.TryWrite(new Item(0, number)) ? 0 : 1;
        }

        return refused;
    }

    // This thread writes, signals make it write within its writes, another thread collects garbage, a task reads.
    private static unsafe void NestedWriters()
    {
        const int Nested = 500;
        const int Batch = 20_000;
        InstallHandler();
        using var queue = new InterruptQueue<Item>(16_384);
        s_state->Writer = queue.Writer;
        InterruptQueueWriter<Item> writer = queue.Writer;
        s_state->Control = *(QueueControl**)&writer;

        Task<long> read = CountAsync(queue);
        int target = LibC.gettid();
        bool stop = false;
        var raise = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Assert.Equal(0, LibC.tgkill(LibC.getpid(), target, Handlers.SpareSignal));
                Thread.SpinWait(50);
            }
        });
        var collect = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.KeepAlive(new byte[1000]);
                GC.Collect(0);
                Thread.Sleep(1);
            }
        });
        raise.Start();
        collect.Start();

        long attempts = 0;
        long refused = 0;
        while (Volatile.Read(ref s_state->Nested) < Nested)
        {
            refused += WriteMany(writer, attempts, Batch);
            attempts += Batch;

            // Lets the reader catch up, so that most of each batch finds room.
            while (queue.Count > 0)
            {
                Thread.Yield();
            }
        }

        Volatile.Write(ref stop, true);
        raise.Join();
        collect.Join();

        // A signal that is still pending comes now at the latest, with the next system call of this thread.
        _ = LibC.gettid();
        queue.Complete();
        Assert.True(read.Wait(TimeSpan.FromMinutes(2)), "the reader was not woken");

        Console.WriteLine(
            $"{attempts} writes, {s_state->Attempts} signals, {s_state->Nested} of them within a write, "
            + $"{queue.Dropped} dropped, {queue.Sleeps} sleeps, {queue.Rings} rings");
        Assert.Equal(attempts + s_state->Attempts, queue.Written + queue.Dropped);
        Assert.Equal(refused + s_state->Refused, queue.Dropped);
        Assert.Equal(queue.Written, read.Result);
        Assert.InRange(queue.Rings, 0, queue.Sleeps);
    }

    private static async Task<long> CountAsync(InterruptQueue<Item> queue)
    {
        long[] next = new long[2];
        long count = 0;
        await foreach (Item item in queue.ReadAllAsync().ConfigureAwait(false))
        {
            count++;
            Assert.True(item.Number >= next[item.Writer], "out of order");
            next[item.Writer] = item.Number + 1;
        }

        return count;
    }

    private static void DisposeAmidWriters()
    {
        const int Queues = 2_000;
        const int Writers = 3;
        const int Capacity = 8192;
        var current = new StrongBox<(InterruptQueueWriter<long> Writer, long Queue)>[1] { new() };
        bool stop = false;
        long attempts = 0;
        long[] accepted = new long[Queues];
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(_ => new Thread(() =>
        {
            long mine = 0;
            while (!Volatile.Read(ref stop))
            {
                (InterruptQueueWriter<long> writer, long queue) = Volatile.Read(ref current[0]).Value;
                for (int i = 0; i < 20; i++, mine++)
                {
                    if (writer.TryWrite(queue))
                    {
                        Interlocked.Increment(ref accepted[queue]);
                    }
                }
            }

            Interlocked.Add(ref attempts, mine);
        }))];

        long[] written = new long[Queues];
        for (long number = 0; number < Queues; number++)
        {
            var queue = new InterruptQueue<long>(Capacity);
            Volatile.Write(ref current[0], new StrongBox<(InterruptQueueWriter<long>, long)>((queue.Writer, number)));
            if (number == 0)
            {
                Array.ForEach(writers, static writer => writer.Start());
            }

            // From immediately to while the ring fills up.
            Thread.SpinWait((int)(number % 50) * 20);
            for (int i = 0; i < 50 && queue.TryRead(out long item); i++)
            {
                Assert.Equal(number, item);
            }

            queue.Dispose();
            written[number] = queue.Written;
        }

        stop = true;
        Array.ForEach(writers, static writer => writer.Join());
        Console.WriteLine($"{attempts} writes, {written.Sum()} of them accepted by {Queues} queues");
        Assert.Equal(written, accepted);
        Assert.True(attempts > 1_000_000 && written.Sum() > Queues, "too few writes to tell anything");
    }

    private static unsafe void WriteIntoFreedRing()
    {
        var queue = new InterruptQueue<long>(8192);
        InterruptQueueWriter<long> writer = queue.Writer;
        long* ring = (long*)(*(QueueControl**)&writer)->Cells;
        queue.Dispose();
        ring[0] = 1;
    }

    private readonly record struct Item(int Writer, long Number);

    private readonly record struct WideItem(int Writer, long Number)
    {
        private readonly Filling _filling = new(Number);

        public bool IsWhole => _filling.IsAll(Number);

        // Makes the item larger than what the JIT copies in one go.
        private struct Filling
        {
            private unsafe fixed long _numbers[20];

            public unsafe Filling(long number)
            {
                for (int i = 0; i < 20; i++)
                {
                    _numbers[i] = number;
                }
            }

            public readonly unsafe bool IsAll(long number)
            {
                for (int i = 0; i < 20; i++)
                {
                    if (_numbers[i] != number)
                    {
                        return false;
                    }
                }

                return true;
            }
        }
    }

    private unsafe struct HandlerState
    {
        public InterruptQueueWriter<Item> Writer;
        public QueueControl* Control;
        public long Attempts;
        public long Refused;
        public long Nested;
    }
}
