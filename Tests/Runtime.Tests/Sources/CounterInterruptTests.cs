// Interrupts by counters: as many as were counted, on the thread whose events they are and no other. The cases are those of the kernel's sigtrap_threads and
// of perf_event_tests' overflow programs.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class CounterInterruptTests
{
    private const int PageSize = 4096;

    [FactNeedsCounters]
    public void Each_page_fault_interrupts_and_none_is_counted_twice()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1);
        TouchPages(500);
        source.Pause();

        Seen seen = source.Snapshot();
        Assert.InRange(source.Count, 500, long.MaxValue);
        Assert.Equal(source.Count, seen.Calls + seen.Overruns);
        Assert.Equal((LibC.gettid(), 0, 0), (seen.Thread, seen.MovesOfThread, seen.Payload));
        Assert.Equal(seen.Calls, seen.Interrupts);
        Assert.Equal((CounterEvent.PageFaults, 1, 0), (source.Counted, source.Every, source.QueueOverflows));
    }

    [TheoryNeedsCounters]
    [InlineData(7)]
    [InlineData(100)]
    public void Every_so_many_page_faults_interrupt(int every)
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, every);
        TouchPages(1000);
        source.Pause();

        Seen seen = source.Snapshot();
        Assert.InRange(source.Count, 1000, long.MaxValue);
        Assert.Equal(source.Count / every, seen.Calls + seen.Overruns);
    }

    [FactNeedsCounters]
    public void Paused_it_stays_silent_and_resumed_it_goes_on()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1, new() { Delivery = DeliveryMode.Signal, StartPaused = true });
        TouchPages(100);
        Assert.Equal((0, 0), (source.Count, source.Snapshot().Calls));

        source.Resume();
        TouchPages(100);
        source.Pause();
        long counted = source.Count;
        Assert.InRange(counted, 100, long.MaxValue);
        TouchPages(100);
        Assert.Equal(counted, source.Count);
        Assert.Equal(counted, source.Snapshot().Calls + source.Snapshot().Overruns);
    }

    [FactNeedsCounters]
    public void How_many_make_an_interrupt_can_be_changed()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, long.MaxValue / 2, new() { Delivery = DeliveryMode.Signal, StartPaused = true });
        source.Resume();
        TouchPages(100);
        Assert.Equal(0, source.Snapshot().Calls);

        source.Change(1);
        TouchPages(100);
        source.Pause();
        Assert.InRange(source.Snapshot().Calls + source.Snapshot().Overruns, 100, long.MaxValue);
        Assert.Equal(1, source.Every);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Change(0));
    }

    // sigtrap_threads: each of several threads has a counter of its own, and hears of its own events only.
    [FactNeedsCounters]
    public void Threads_at_the_same_time_each_get_their_own() => ChildProcess.Run(ManyThreads).AssertSucceeded();

    // sigtrap_threads: what is counted between a start and a stop is told of, however often it is stopped.
    [FactNeedsCounters]
    public void Paused_and_resumed_again_and_again_while_events_come_it_loses_none() => ChildProcess.Run(PauseWhileCounting).AssertSucceeded();

    [TheoryNeedsCounters(CounterEvent.TaskClock)]
    [InlineData(CounterEvent.TaskClock)]
    [InlineData(CounterEvent.CpuClock)]
    public void A_clock_interrupts_the_code_that_uses_the_processor(CounterEvent clock)
    {
        using var cells = new Cells(1);
        (nint start, nint end) = BusyCode.Range();
        var state = new Seen { CallsOut = cells[0], CodeStart = start, CodeEnd = end };
        using CounterInterrupt<Seen> source = CounterInterrupt.Start(OnOverflow, in state, clock, 200_000, new CounterInterruptOptions { Delivery = DeliveryMode.Signal });
        Wait.BusyUntil(cells[0], 50);
        source.Pause();

        Seen seen = source.Snapshot();
        Assert.InRange(seen.Calls + seen.Overruns, 50, source.Count / 200_000);
        Assert.InRange(seen.InsideCode, 1, seen.Calls);
        Assert.Equal((LibC.gettid(), 0), (seen.Thread, seen.MovesOfThread));
    }

    [FactNeedsCounters]
    public void Another_thread_is_counted_and_interrupted()
    {
        // A snapshot may mask, and the end of a mask delivers on this thread.
        using var cells = new Cells(2);
        using var worker = new Worker(static () => TouchPages(10));
        using CounterInterrupt<Seen> source = CounterInterrupt.Start(
            OnOverflow,
            new Seen { CallsOut = cells[0], EventsOut = cells[1] },
            CounterEvent.PageFaults,
            1,
            new CounterInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.Thread(worker.ThreadId) });
        long* calls = cells[0];
        long* events = cells[1];
        Wait.Until(() => Volatile.Read(ref *calls) >= 100);
        source.Pause();
        Wait.Until(() => Volatile.Read(ref *events) == source.Count);

        Assert.Equal((worker.ThreadId, 0), (source.Snapshot().Thread, source.Snapshot().MovesOfThread));
    }

    [FactNeedsCounters]
    public void In_threaded_delivery_the_target_is_counted_and_the_handler_runs_elsewhere()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1, new() { Delivery = DeliveryMode.Threaded });
        TouchPages(200);
        source.Pause();

        Wait.Until(() => source.Snapshot() is { } seen && seen.Calls + seen.Overruns == source.Count);
        Assert.InRange(source.Count, 200, long.MaxValue);
        Assert.Equal(0, source.Snapshot().Interrupts);
        Assert.NotEqual(LibC.gettid(), source.Snapshot().Thread);
    }

    [FactNeedsCounters]
    public void Changes_of_thread_are_counted_where_that_is_allowed()
    {
        CounterInterrupt<Seen> source;
        try
        {
            source = Start(CounterEvent.ContextSwitches, 1);
        }
        catch (CounterUnavailableException refusal)
        {
            Assert.Contains("sysctl kernel.perf_event_paranoid=1", refusal.Message, StringComparison.Ordinal);
            return;
        }

        using (source)
        {
            for (int i = 0; i < 20; i++)
            {
                Thread.Sleep(1);
            }

            source.Pause();
            Assert.InRange(source.Count, 20, long.MaxValue);
            Assert.Equal(source.Count, source.Snapshot().Calls + source.Snapshot().Overruns);
        }
    }

    [FactNeedsCounters]
    public void While_masked_events_are_merged()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1);
        long calls;
        using (source.Mask())
        {
            calls = source.Snapshot().Calls;
            TouchPages(100);
            source.Pause();
            Assert.Equal(calls, source.Snapshot().Calls);
        }

        Assert.Equal((calls + 1, source.Count), (source.Snapshot().Calls, source.Snapshot().Calls + source.Snapshot().Overruns));
    }

    [FactNeedsCounters]
    public void After_the_end_nothing_comes_and_the_last_count_stays()
    {
        CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1);
        TouchPages(10);
        source.Dispose();
        long counted = source.Count;
        TouchPages(10);

        Assert.Equal((counted, counted), (source.Count, source.Snapshot().Calls + source.Snapshot().Overruns));
        Assert.Throws<ObjectDisposedException>(source.Pause);
        Assert.Throws<ObjectDisposedException>(source.Resume);
    }

    [FactNeedsCounters]
    public void The_counter_of_a_thread_that_has_ended_keeps_its_count_and_can_be_disposed() => ChildProcess.Run(OutliveThread).AssertSucceeded();

    [Fact]
    public void A_thread_that_does_not_live_is_refused() => Assert.Throws<InterruptTargetException>(
        static () => Start(CounterEvent.PageFaults, 1, new() { Delivery = DeliveryMode.Signal, Target = InterruptTarget.Thread(int.MaxValue) }));

    [FactNeedsCounters]
    public void When_the_queue_of_signals_is_full_interrupts_come_all_the_same() => ChildProcess.Run(FillQueue).AssertSucceeded();

    [FactNeedsCounters]
    public void Disposing_while_events_come_does_no_harm() => ChildProcess.Run(DisposeWhileCounting).AssertSucceeded();

    [Theory]
    [InlineData(CounterEvent.PageFaults, 0)]
    [InlineData(CounterEvent.PageFaults, -1)]
    [InlineData(CounterEvent.TaskClock, 19_999)]
    [InlineData((CounterEvent)99, 1)]
    public void What_makes_no_sense_is_refused(CounterEvent counted, long every)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(counted, every));
        Assert.Throws<ArgumentOutOfRangeException>(() => Start(CounterEvent.PageFaults, 1, new() { Fallback = new(counted, every) }));
    }

    [Fact]
    public void The_events_of_a_process_cannot_be_counted()
    {
        string refusal = Assert.Throws<ArgumentException>(static () => Start(CounterEvent.PageFaults, 1, new() { Target = InterruptTarget.Process })).Message;
        Assert.Contains("Events of one thread are counted, but the target is the process", refusal, StringComparison.Ordinal);
    }

    private static void ManyThreads()
    {
        const int Threads = 5;
        const int Pages = 3000;
        using var go = new Barrier(Threads);
        string?[] faults = new string?[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1);
            go.SignalAndWait();
            TouchPages(Pages);
            source.Pause();
            Seen seen = source.Snapshot();
            bool right = source.Count >= Pages && seen.Calls + seen.Overruns == source.Count && seen.Thread == LibC.gettid() && seen.MovesOfThread == 0;
            faults[i] = right ? null : $"{source.Count} counted, {seen.Calls} + {seen.Overruns} seen, on thread {seen.Thread} of {LibC.gettid()}, {seen.MovesOfThread} moves";
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.All(faults, Assert.Null);
    }

    private static void OutliveThread()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using var worker = new Worker(static () => TouchPages(10));
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1, new() { Delivery = DeliveryMode.Signal, Target = InterruptTarget.Thread(worker.ThreadId) });
        Wait.Until(() => source.Count > 100);
        worker.Dispose();
        Wait.Until(() => LibC.tgkill(LibC.getpid(), worker.ThreadId, 0) != 0);

        long counted = source.Count;
        Wait.Until(() => { lock (notices) { return notices.Any(static notice => notice.Kind == InterruptNoticeKind.TargetEnded); } });
        source.Pause();
        source.Resume();
        Assert.Equal((counted, true), (source.Count, counted > 100));
        source.Dispose();
        Assert.Equal(counted, source.Count);
    }

    private static void PauseWhileCounting()
    {
        using var cells = new Cells(1);
        long* events = cells[0];
        using var worker = new Worker(static () => TouchPages(10));
        using CounterInterrupt<Seen> source = CounterInterrupt.Start(
            OnOverflow,
            new Seen { EventsOut = events },
            CounterEvent.PageFaults,
            1,
            new CounterInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.Thread(worker.ThreadId) });
        for (int round = 0; round < 500; round++)
        {
            Thread.SpinWait(round * 20);
            source.Pause();
            source.Resume();
        }

        source.Pause();
        Wait.Until(() => Volatile.Read(ref *events) == source.Count);
        Assert.InRange(source.Count, 1, long.MaxValue);
        Assert.Equal((worker.ThreadId, 0), (source.Snapshot().Thread, source.Snapshot().MovesOfThread));
    }

    private static void FillQueue()
    {
        using CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1);
        rlimit limit;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &limit));
        limit.rlim_cur = 0;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &limit));
        long before = source.Snapshot().Calls;
        TouchPages(100);
        source.Pause();

        Assert.InRange(source.QueueOverflows, 1, source.Count);
        Assert.InRange(source.Snapshot().Calls - before, 1, source.Count);
        Assert.Equal(source.Count, source.Snapshot().Calls + source.Snapshot().Overruns);
    }

    private static void DisposeWhileCounting()
    {
        using var worker = new Worker(static () => TouchPages(10));
        for (int round = 0; round < 300; round++)
        {
            CounterInterrupt<Seen> source = Start(CounterEvent.PageFaults, 1, new() { Delivery = DeliveryMode.Signal, Target = InterruptTarget.Thread(worker.ThreadId) });
            Thread.SpinWait(round * 50);
            source.Dispose();
            Seen seen = source.Snapshot();
            Assert.InRange(seen.Calls + seen.Overruns, 0, source.Count);
            Assert.Equal(seen.Calls, source.Statistics.Delivered);
        }
    }

    // A first touch of a page of fresh memory is a fault, and no other code of the process has it.
    private static void TouchPages(int count)
    {
        nuint size = (nuint)count * PageSize;
        byte* memory = (byte*)LibC.mmap(null, size, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.True(memory != LibC.MAP_FAILED);
        _ = madvise(memory, size, 15 /* MADV_NOHUGEPAGE */);
        for (int i = 0; i < count; i++)
        {
            Volatile.Write(ref memory[(nuint)i * PageSize], 1);
        }

        Assert.Equal(0, LibC.munmap(memory, size));
    }

    private static CounterInterrupt<Seen> Start(CounterEvent counted, long every, CounterInterruptOptions? options = null) =>
        CounterInterrupt.Start<Seen>(OnOverflow, counted, every, options ?? new() { Delivery = DeliveryMode.Signal });

    [System.Runtime.InteropServices.DllImport("libc.so.6")]
    private static extern int madvise(void* memory, nuint size, int advice);

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnOverflow(ref Seen state, in InterruptContext context)
    {
        int thread = context.ThreadId;
        state.MovesOfThread += state.Calls > 0 && thread != state.Thread ? 1 : 0;
        state.Thread = thread;
        state.Payload |= context.Payload;
        state.Overruns += context.Overruns;
        state.Interrupts += context.IsInterrupt ? 1 : 0;
        state.InsideCode += context.InstructionPointer >= state.CodeStart && context.InstructionPointer < state.CodeEnd ? 1 : 0;
        state.Calls++;
        if (state.CallsOut != null)
        {
            Volatile.Write(ref *state.CallsOut, state.Calls);
        }

        if (state.EventsOut != null)
        {
            Volatile.Write(ref *state.EventsOut, state.Calls + state.Overruns);
        }
    }

    private struct Seen
    {
        public long* CallsOut;
        public long* EventsOut;
        public nint CodeStart;
        public nint CodeEnd;
        public nint Payload;
        public long Calls;
        public long Overruns;
        public long Interrupts;
        public long InsideCode;
        public long MovesOfThread;
        public int Thread;
    }
}
