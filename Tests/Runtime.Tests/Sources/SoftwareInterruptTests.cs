// Interrupts that software raises: each is one call with its payload, in order, or is answered with why not.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class SoftwareInterruptTests
{
    private const int Room = 1 << 16;

    [Fact]
    public void A_raise_on_the_own_thread_is_delivered_before_it_returns()
    {
        using var source = new Source(InterruptTarget.CurrentThread);

        nint[] payloads = [1, 0, -1, nint.MinValue, nint.MaxValue];
        for (int i = 0; i < payloads.Length; i++)
        {
            Assert.Equal(RaiseResult.Raised, source.Interrupt.Raise(payloads[i]));
            Assert.Equal(i + 1, source.Interrupt.Snapshot().Calls);
        }

        Assert.Equal(payloads, source.Payloads());
        Record seen = source.Interrupt.Snapshot();
        Assert.Equal((LibC.gettid(), payloads.Length, source.Interrupt.Signal), (seen.Thread, seen.Interrupts, seen.Signal));
        Assert.Equal((payloads.Length, 0, 0), (source.Interrupt.Statistics.Delivered, source.Interrupt.Statistics.Overruns, source.Interrupt.Statistics.Masked));
    }

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void Each_raise_is_one_call_on_the_sources_own_thread_in_order(DeliveryMode delivery)
    {
        using var source = new Source(InterruptTarget.Dedicated, delivery: delivery);
        int full = 0;
        for (int i = 0; i < 3000;)
        {
            RaiseResult result = source.Interrupt.Raise(i);
            Assert.True(result is RaiseResult.Raised or RaiseResult.QueueFull, result.ToString());
            i += result == RaiseResult.Raised ? 1 : 0;
            full += result == RaiseResult.QueueFull ? 1 : 0;
        }

        Wait.Until(() => source.Interrupt.Snapshot().Calls == 3000);
        Assert.Equal(Enumerable.Range(0, 3000).Select(static i => (nint)i), source.Payloads());
        Record seen = source.Interrupt.Snapshot();
        Assert.NotEqual(LibC.gettid(), seen.Thread);
        Assert.Equal((0, delivery == DeliveryMode.Signal ? 3000 : 0), (seen.MovesOfThread, seen.Interrupts));
    }

    [Fact]
    public void A_chosen_thread_is_interrupted_and_no_other()
    {
        using var worker = Worker.Idle();
        using var bystander = Worker.Idle();
        using var source = new Source(InterruptTarget.Thread(worker.ThreadId));
        source.Fill(200);

        Wait.Until(() => source.Interrupt.Snapshot().Calls == 200);
        Assert.Equal((worker.ThreadId, 0), (source.Interrupt.Snapshot().Thread, source.Interrupt.Snapshot().MovesOfThread));
    }

    [Fact]
    public void Raised_to_the_process_each_is_one_call_on_some_thread()
    {
        using var source = new Source(InterruptTarget.Process);
        source.Fill(200);

        Wait.Until(() => source.Interrupt.Snapshot().Calls == 200);
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => (nint)i), source.Payloads());
    }

    [Fact]
    public void While_masked_payloads_wait_and_are_delivered_in_order_on_the_thread_that_unmasks()
    {
        using var source = new Source(InterruptTarget.Dedicated, capacity: 16);
        using (source.Interrupt.Mask())
        {
            using (source.Interrupt.Mask())
            {
                source.Fill(16);
                Assert.Equal(RaiseResult.QueueFull, source.Interrupt.Raise(99));
                Wait.Until(() => source.Interrupt.Statistics.Masked == 16);
            }

            Assert.Equal(0, source.Interrupt.Snapshot().Calls);
        }

        Record seen = source.Interrupt.Snapshot();
        Assert.Equal((16, LibC.gettid(), 0), (seen.Calls, seen.Thread, seen.Interrupts));
        Assert.Equal(Enumerable.Range(0, 16).Select(static i => (nint)i), source.Payloads());

        Assert.Equal(RaiseResult.Raised, source.Interrupt.Raise(17));
        Wait.Until(() => source.Interrupt.Snapshot().Calls == 17);
    }

    [Fact]
    public void A_handler_of_another_source_raises_it()
    {
        using var source = new Source(InterruptTarget.Dedicated);
        var relay = new Relay { Line = source.Interrupt.Line };
        using (InterruptTimer<Relay> timer = InterruptTimer.Start(OnRelay, in relay, TimeSpan.FromMicroseconds(200), new() { Delivery = DeliveryMode.Signal }))
        {
            Wait.Until(() => timer.Snapshot().Raised >= 300);
            timer.Pause();
            Wait.Until(() => source.Interrupt.Snapshot().Calls == timer.Snapshot().Raised);
            Assert.Equal(source.Payloads().Order(), source.Payloads());
            Assert.Equal(0, timer.Snapshot().Failed);
        }
    }

    [Fact]
    public void A_handler_that_raises_its_own_source_is_called_again()
    {
        using var source = new Source(InterruptTarget.CurrentThread);
        source.Interrupt.Update((ref Record state) => state.Self = source.Interrupt.Line);
        Assert.Equal(RaiseResult.Raised, source.Interrupt.Raise(1000));

        Assert.Equal(1001, source.Interrupt.Snapshot().Calls);
        Assert.Equal(Enumerable.Range(0, 1001).Select(static i => (nint)(1000 - i)), source.Payloads());
    }

    [Fact]
    public void Lines_of_several_threads_are_raised_together()
    {
        using var one = Worker.Idle();
        using var two = Worker.Idle();
        using var first = new Source(InterruptTarget.Thread(one.ThreadId));
        using var second = new Source(InterruptTarget.Thread(two.ThreadId));

        Assert.Equal(2, InterruptLine.RaiseAll([first.Interrupt.Line, default, second.Interrupt.Line], 5));
        Wait.Until(() => first.Interrupt.Snapshot().Calls == 1 && second.Interrupt.Snapshot().Calls == 1);
        Assert.Equal((one.ThreadId, two.ThreadId), (first.Interrupt.Snapshot().Thread, second.Interrupt.Snapshot().Thread));
        Assert.Equal([5, 5], first.Payloads().Concat(second.Payloads()));
    }

    [Fact]
    public void Threads_that_raise_at_the_same_time_keep_their_order_and_lose_nothing()
    {
        const int Threads = 4;
        const int Each = 3000;
        using var source = new Source(InterruptTarget.Dedicated, capacity: 64);
        InterruptLine line = source.Interrupt.Line;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            for (int i = 0; i < Each;)
            {
                i += line.Raise((t << 16) | i) == RaiseResult.Raised ? 1 : 0;
            }
        }))];
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => t.Join());

        Wait.Until(() => source.Interrupt.Snapshot().Calls == Threads * Each);
        ILookup<nint, nint> byThread = source.Payloads().ToLookup(static p => p >> 16, static p => p & 0xFFFF);
        Assert.Equal(Threads, byThread.Count);
        Assert.All(byThread, static t => Assert.Equal(Enumerable.Range(0, Each).Select(static i => (nint)i), t));
        Assert.Equal(0, source.Interrupt.Snapshot().Overlaps);
    }

    [Fact]
    public void Raising_for_a_thread_that_has_ended_says_so() => ChildProcess.Run(RaiseForEndedThread).AssertSucceeded();

    [Fact]
    public void A_target_that_does_not_live_is_refused_at_the_start() =>
        Assert.Throws<InterruptTargetException>(static () => new Source(InterruptTarget.Thread(int.MaxValue)));

    [Fact]
    public void At_the_limit_of_queued_signals_nothing_is_raised_and_later_it_goes_on() => ChildProcess.Run(RaiseAtLimit).AssertSucceeded();

    [Fact]
    public void A_source_that_was_disposed_raises_nothing_nor_does_one_that_never_was()
    {
        var source = new Source(InterruptTarget.CurrentThread);
        InterruptLine line = source.Interrupt.Line;
        source.Interrupt.Raise(1);
        source.Dispose();
        using var successor = new Source(InterruptTarget.CurrentThread);

        Assert.Equal((RaiseResult.Disposed, RaiseResult.Disposed), (line.Raise(2), source.Interrupt.Raise(3)));
        Assert.Equal(RaiseResult.Disposed, default(InterruptLine).Raise(4));
        Assert.Equal((1, 0), (source.Interrupt.Snapshot().Calls, successor.Interrupt.Snapshot().Calls));
    }

    [Fact]
    public void Disposing_while_others_raise_does_no_harm() => ChildProcess.Run(DisposeWhileRaising).AssertSucceeded();

    [Fact]
    public void Signals_that_are_not_its_own_are_spurious()
    {
        using var source = new Source(InterruptTarget.CurrentThread);
        using var timer = new ProbedTimer(TimeSpan.FromDays(1), new() { Target = InterruptTarget.CurrentThread });
        siginfo_t info = Forge.Genuine(source.Interrupt);
        info.si_code = LibC.SI_QUEUE;
        long before = InterruptSource.SpuriousSignals;

        Forge.SendHere(info with { si_code = LibC.SI_TIMER });
        Forge.SendHere(info with { si_pid = info.si_pid + 1 });
        Forge.SendHere(info with { si_value = info.si_value + InterruptTable.Capacity });
        Forge.SendHere(Forge.Genuine(timer.Timer) with { si_code = LibC.SI_QUEUE });

        Assert.Equal(4, InterruptSource.SpuriousSignals - before);
        Assert.Equal((0, 0), (source.Interrupt.Snapshot().Calls, timer.Calls));
    }

    [Fact]
    public void A_signal_without_a_payload_behind_it_calls_nothing()
    {
        using var source = new Source(InterruptTarget.CurrentThread);
        Forge.SendHere(Forge.Genuine(source.Interrupt) with { si_code = LibC.SI_QUEUE });

        Assert.Equal(0, source.Interrupt.Snapshot().Calls);
        source.Interrupt.Raise(3);
        Assert.Equal([3], source.Payloads());
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) + 1)]
    public void A_capacity_out_of_range_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftwareInterrupt.Start<Record>(OnInterrupt, new SoftwareInterruptOptions { Capacity = capacity }));

    [Fact]
    public void A_capacity_is_rounded_up()
    {
        using var source = new Source(InterruptTarget.Dedicated, capacity: 17);

        Assert.Equal(32, source.Interrupt.Capacity);
    }

    [Fact]
    public void The_latency_counts_from_the_raise()
    {
        using var source = new Source(InterruptTarget.Dedicated);
        using (source.Interrupt.Mask())
        {
            source.Interrupt.Raise();
            Thread.Sleep(20);
        }

        Assert.InRange(source.Interrupt.Statistics.EntryLatency.Min, 20_000_000, long.MaxValue);
    }

    private static void RaiseForEndedThread()
    {
        using var worker = Worker.Idle();
        using var source = new Source(InterruptTarget.Thread(worker.ThreadId));
        worker.Dispose();
        Wait.Until(() => LibC.tgkill(LibC.getpid(), worker.ThreadId, 0) != 0);

        for (int i = 0; i < 2 * source.Interrupt.Capacity; i++)
        {
            Assert.Equal(RaiseResult.TargetGone, source.Interrupt.Raise(i));
        }

        Assert.Equal(0, source.Interrupt.Snapshot().Calls);
    }

    private static void RaiseAtLimit()
    {
        using var source = new Source(InterruptTarget.CurrentThread, capacity: 8);
        Assert.Equal(RaiseResult.Raised, source.Interrupt.Raise(1));
        SetSignalLimit(0);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(RaiseResult.LimitReached, source.Interrupt.Raise(-i));
        }

        // The places of what was taken back are found again by the first signal that can be sent.
        SetSignalLimit(null);
        Assert.Equal(RaiseResult.QueueFull, source.Interrupt.Raise(2));
        for (int i = 3; i < 30; i++)
        {
            Assert.Equal(RaiseResult.Raised, source.Interrupt.Raise(i));
        }

        Assert.Equal([1, .. Enumerable.Range(3, 27).Select(static i => (nint)i)], source.Payloads());
    }

    private static void DisposeWhileRaising()
    {
        for (int round = 0; round < 200; round++)
        {
            using var source = new Source(InterruptTarget.Dedicated, capacity: 4);
            InterruptLine line = source.Interrupt.Line;
            long raised = 0;
            bool wrong = false;
            using var go = new Barrier(3);
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                go.SignalAndWait();
                RaiseResult result;
                do
                {
                    result = line.Raise(1);
                    Interlocked.Add(ref raised, result == RaiseResult.Raised ? 1 : 0);
                    wrong |= result is not (RaiseResult.Raised or RaiseResult.QueueFull or RaiseResult.Disposed);
                }
                while (result != RaiseResult.Disposed);
            }))];
            Array.ForEach(threads, static t => t.Start());
            go.SignalAndWait();
            Thread.SpinWait(round * 50);
            source.Interrupt.Dispose();
            Array.ForEach(threads, static t => t.Join());

            Assert.False(wrong);
            Assert.InRange(source.Interrupt.Snapshot().Calls, 0, raised);
        }
    }

    private static void SetSignalLimit(ulong? limit)
    {
        rlimit now;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &now));
        now.rlim_cur = limit ?? now.rlim_max;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &now));
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnInterrupt(ref Record state, in InterruptContext context)
    {
        if (Interlocked.Exchange(ref *state.Inside, 1) != 0)
        {
            state.Overlaps++;
        }

        int thread = context.ThreadId;
        state.MovesOfThread += state.Calls > 0 && thread != state.Thread ? 1 : 0;
        state.Thread = thread;
        state.Signal = context.Signal;
        state.Interrupts += context.IsInterrupt ? 1 : 0;
        state.Seen[state.Calls & (Room - 1)] = context.Payload;
        state.Calls++;
        if (context.Payload > 0)
        {
            state.Self.Raise(context.Payload - 1);
        }

        Volatile.Write(ref *state.Inside, 0);
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnRelay(ref Relay state, in InterruptContext context)
    {
        if (state.Line.Raise((nint)state.Raised) == RaiseResult.Raised)
        {
            state.Raised++;
        }
        else
        {
            state.Failed++;
        }
    }

    /// <summary>A source whose handler notes what it gets.</summary>
    private sealed class Source : IDisposable
    {
        private readonly nint* _seen = (nint*)NativeMemory.AllocZeroed(Room, (nuint)sizeof(nint));
        private readonly long* _inside = (long*)NativeMemory.AllocZeroed(sizeof(long));

        public Source(InterruptTarget target, int capacity = 256, DeliveryMode delivery = DeliveryMode.Signal) => Interrupt = SoftwareInterrupt.Start(
            OnInterrupt, new Record { Seen = _seen, Inside = _inside }, new SoftwareInterruptOptions { Target = target, Capacity = capacity, Delivery = delivery });

        public SoftwareInterrupt<Record> Interrupt { get; }

        public nint[] Payloads() => new Span<nint>(_seen, (int)Interrupt.Snapshot().Calls).ToArray();

        /// <summary>Raises 0, 1, 2, …, with room for all.</summary>
        public void Fill(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(RaiseResult.Raised, Interrupt.Raise(i));
            }
        }

        public void Dispose()
        {
            Interrupt.Dispose();
            NativeMemory.Free(_seen);
            NativeMemory.Free(_inside);
        }
    }

    private struct Record
    {
        public nint* Seen;
        public long* Inside;
        public InterruptLine Self;
        public long Calls;
        public long Overlaps;
        public long Interrupts;
        public long MovesOfThread;
        public int Thread;
        public int Signal;
    }

    private struct Relay
    {
        public InterruptLine Line;
        public long Raised;
        public long Failed;
    }
}
