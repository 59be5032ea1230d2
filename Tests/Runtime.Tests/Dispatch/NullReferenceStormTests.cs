// NullReferenceExceptions amid interrupts, in children. The runtime handles each of them on the thread's alternate stack, where a second
// signal frame does not fit on a CPU with AVX-512, so without a larger one each of these dies within seconds.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed class NullReferenceStormTests
{
    private static readonly TimeSpan s_stormPeriod = TimeSpan.FromMicroseconds(50);

    [Fact]
    public void Null_references_amid_interrupts_of_the_current_thread_do_no_harm() => ChildProcess.Run(FailOnCurrentThread).AssertSucceeded();

    [Fact]
    public void Null_references_amid_interrupts_of_a_thread_chosen_by_its_id_do_no_harm() => ChildProcess.Run(FailOnChosenThreads).AssertSucceeded();

    [Fact]
    public void Null_references_of_fresh_threads_chosen_by_their_id_do_no_harm_from_the_first_interrupt_on() =>
        ChildProcess.Run(FailOnFreshThreadsById).AssertSucceeded();

    [Fact]
    public void Null_references_of_fresh_threads_of_the_process_do_no_harm_from_the_first_interrupt_on() =>
        ChildProcess.Run(FailOnFreshThreadsOfProcess).AssertSucceeded();

    [Fact]
    public void Null_references_amid_interrupts_of_the_process_do_no_harm() => ChildProcess.Run(FailInProcess).AssertSucceeded();

    [Fact]
    public void Null_references_of_many_threads_amid_interrupts_and_collections_do_no_harm() =>
        ChildProcess.Run(FailAmidCollections).AssertSucceeded();

    [Fact]
    public void Null_references_beside_a_dedicated_thread_do_no_harm() => ChildProcess.Run(FailBesideDedicated).AssertSucceeded();

    [Fact]
    public void Null_references_amid_interrupts_of_all_levels_that_nest_do_no_harm() => ChildProcess.Run(FailAmidLevels).AssertSucceeded();

    [Fact]
    public void Null_references_of_a_thread_chosen_by_its_id_amid_interrupts_of_all_levels_do_no_harm() => ChildProcess.Run(FailAmidLevelsUnprepared).AssertSucceeded();

    private static void FailAmidLevels() => FailAmidLevelsOf(InterruptTarget.CurrentThread);

    private static void FailAmidLevelsUnprepared() => FailAmidLevelsOf(InterruptTarget.Thread(LibC.gettid()));

    // Each handler runs for a while and uses nearly all of the stack that it may, so that those of higher levels find it at work.
    private static void FailAmidLevelsOf(InterruptTarget target)
    {
        using var cells = new Cells(1);
        InterruptTimer<Deep>[] timers = [.. Enumerable.Range(0, InterruptLevel.Count).Select(level => InterruptTimer.Start(
            Deep.OnTick, Deep.In(cells), TimeSpan.FromMicroseconds(97 + (13 * level)), new() { Target = target, Delivery = DeliveryMode.Signal, Level = level }))];
        long caught = 0;
        while (timers[0].Statistics is var counts && counts.Delivered + counts.Overruns < 40_000)
        {
            for (int i = 0; i < 50; i++)
            {
                caught += Fault.Catch();
            }
        }

        long[] deepest = [.. timers.Select(static timer => timer.Snapshot().Deepest)];
        foreach (InterruptTimer<Deep> timer in timers)
        {
            timer.Dispose();
        }

        Assert.True(caught > 300, $"Only {caught} exceptions.");
        Assert.Equal(1, deepest[0]);
        Assert.InRange(deepest[^1], 2, InterruptLevel.Count);
    }

    private static void FailOnCurrentThread()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.CurrentThread);
        Fail(timer);
    }

    private static void FailOnChosenThreads()
    {
        using ProbedTimer first = StartStorm(InterruptTarget.Thread(LibC.gettid()));
        ProbedTimer? second = null;
        var other = new Thread(() =>
        {
            using (second = StartStorm(InterruptTarget.Thread(LibC.gettid())))
            {
                Fail(second);
            }
        });
        other.Start();
        Fail(first);
        other.Join();
    }

    private static void FailInProcess()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.Process);
        var other = new Thread(() => Fail(timer));
        other.Start();
        Fail(timer);
        other.Join();
    }

    private static void FailAmidCollections()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.Process);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(id => new Thread(() =>
        {
            List<object> kept = [];
            var random = new Random(id);
            while (timer.Calls < 60_000)
            {
                Fault.Catch();
                kept.Add(new byte[random.Next(1, 2000)]);
                if (kept.Count > 300)
                {
                    kept.Clear();
                    GC.Collect(random.Next(3), GCCollectionMode.Forced, blocking: true);
                }
            }

            Assert.Equal(AlternateStack.RequiredSize, AlternateStack.CurrentSize);
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private static void FailBesideDedicated()
    {
        using ProbedTimer timer = StartStorm(InterruptTarget.Dedicated);
        Fail(timer);
    }

    private static void FailOnFreshThreadsById() =>
        InterruptFreshThreads(static thread => InterruptTarget.Thread(thread), isSureToBeHit: true);

    // From Linux 6.4 on a timer's signal to the process goes to the thread that runs; before, to the main thread if it can.
    private static void FailOnFreshThreadsOfProcess() =>
        InterruptFreshThreads(static _ => InterruptTarget.Process, isSureToBeHit: Environment.OSVersion.Version >= new Version(6, 4));

    // Each thread fails all the time before its first interrupt can come, so that every first one has its chance to fall into the runtime's
    // handling of a failure.
    private static unsafe void InterruptFreshThreads(Func<int, InterruptTarget> targetOf, bool isSureToBeHit)
    {
        const int Threads = 400;
        const int Hits = 20;
        using var cells = new Cells(2);
        long* hits = cells[0];
        long* others = cells[1];
        for (int i = 0; i < Threads; i++)
        {
            using var caught = new CountdownEvent(3);
            using var worker = new Worker(() =>
            {
                Fault.Catch();
                if (!caught.IsSet)
                {
                    caught.Signal();
                }
            });
            caught.Wait();
            *hits = *others = 0;
            using var timer = InterruptTimer.Start(
                Aim.OnInterrupt,
                new Aim { Thread = worker.ThreadId, Hits = hits, Others = others },
                s_stormPeriod,
                new() { Target = targetOf(worker.ThreadId) });
            Wait.Until(() => Volatile.Read(ref *hits) >= Hits || (!isSureToBeHit && Volatile.Read(ref *others) >= 10 * Hits));
        }
    }

    private static ProbedTimer StartStorm(InterruptTarget target) => new(s_stormPeriod, new() { Target = target });

    // As many expiries as 8 s have at 20 kHz, however long they take.
    private static void Fail(ProbedTimer timer)
    {
        const long Expiries = 160_000;
        long caught = 0;
        while (timer.Timer.Statistics is var counts && counts.Delivered + counts.Overruns < Expiries)
        {
            for (int i = 0; i < 50; i++)
            {
                caught += Fault.Catch();
            }
        }

        Assert.True(caught > 1000, $"Only {caught} exceptions.");
    }

    /// <summary>Counts the interrupts of one thread, and those of all others.</summary>
    private unsafe struct Aim
    {
        public int Thread;
        public long* Hits;
        public long* Others;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Aim aim, in InterruptContext context)
        {
            long* count = context.ThreadId == aim.Thread ? aim.Hits : aim.Others;
            Volatile.Write(ref *count, *count + 1);
        }
    }

    /// <summary>Uses much stack, for a while, and sees how deep it is nested.</summary>
    private unsafe struct Deep
    {
        private const int Words = 460;

        private long* _depth;
        private long _sum;

        public long Deepest { get; private set; }

        public static Deep In(Cells cells) => new() { _depth = cells[0] };

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
        public static void OnTick(ref Deep state, in InterruptContext context)
        {
            long depth = Interlocked.Increment(ref *state._depth);
            state.Deepest = depth > state.Deepest ? depth : state.Deepest;
            long* stack = stackalloc long[Words];
            for (int round = 0; round < 8; round++)
            {
                for (int i = 0; i < Words; i++)
                {
                    stack[i] = i + context.Timestamp;
                }
            }

            state._sum += stack[Words - 1];
            Interlocked.Decrement(ref *state._depth);
        }
    }
}
