// Masks hold a source back and replay, as one delivery, what came meanwhile. Expiries are sent by hand, so that each test knows them all.
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class MaskTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void Without_a_mask_an_expiry_is_an_interrupt()
    {
        using ProbedTimer timer = StartSilent();
        Forge.Expire(timer.Timer, overruns: 4);

        Probe seen = timer.End();
        Assert.Equal((1, 4, 1, 0), (seen.Calls, seen.Overruns, seen.Interrupts, seen.ZeroRegisters));
    }

    [Fact]
    public void What_comes_under_a_mask_is_one_delivery_at_its_end_on_the_thread_that_ends_it_with_nothing_interrupted()
    {
        using ProbedTimer timer = StartSilent();
        using (timer.Timer.Mask())
        {
            Forge.Expire(timer.Timer);
            Forge.Expire(timer.Timer, overruns: 4);
            Forge.Expire(timer.Timer);
            Assert.Equal(0, timer.Calls);
            Assert.Equal((0, 7), (timer.Timer.Statistics.Delivered, timer.Timer.Statistics.Masked));
        }

        Assert.Equal(1, timer.Calls);
        Probe seen = timer.End();
        InterruptStatistics counts = timer.Timer.Statistics;
        Assert.Equal((1, 6, 7), (counts.Delivered, counts.Overruns, counts.Masked));
        Assert.Equal((6, 0, 1), (seen.Overruns, seen.Interrupts, seen.ZeroRegisters));
        Assert.Equal((LibC.gettid(), timer.Timer.Signal), (seen.FirstThread, seen.Signal));
    }

    // A thread that replays may stand still between its look at the clock and the taking of what the interrupted one goes on posting.
    [Theory]
    [InlineData(-1_000_000)]
    [InlineData(1)]
    public void No_delivery_has_a_time_at_which_what_it_stands_for_was_not_due(long lookedAfterDue)
    {
        using ProbedTimer timer = StartSilent();
        InterruptSlot* slot = Forge.SlotOf(timer.Timer);
        long due = DispatchClock.Now(LibC.CLOCK_MONOTONIC) - 1;
        slot->NextDue = due;
        InterruptFrame frame = default;
        frame.Timestamp = due + lookedAfterDue;
        InterruptDelivery.Post(slot, 1);

        Assert.True(InterruptDelivery.Begin(slot, &frame));
        InterruptDelivery.End(slot, &frame);
        Assert.Equal(frame.Timestamp - due, frame.Lateness);
        if (lookedAfterDue < 0)
        {
            Assert.InRange(frame.Timestamp, due, DispatchClock.Now(LibC.CLOCK_MONOTONIC));
        }
        else
        {
            Assert.Equal(due + lookedAfterDue, frame.Timestamp);
        }
    }

    [Fact]
    public void A_mask_under_which_nothing_came_replays_nothing()
    {
        using ProbedTimer timer = StartSilent();
        timer.Timer.Mask().Dispose();

        Assert.Equal(0, timer.Calls);
        Forge.Expire(timer.Timer);
        Assert.Equal(1, timer.Calls);
    }

    [Fact]
    public void Masks_nest_and_only_the_end_of_the_last_one_replays()
    {
        using ProbedTimer timer = StartSilent();
        MaskScope outer = timer.Timer.Mask();
        MaskScope inner = timer.Timer.Mask();
        Forge.Expire(timer.Timer);
        outer.Dispose();
        Forge.Expire(timer.Timer);
        Assert.Equal(0, timer.Calls);

        inner.Dispose();

        Assert.Equal((1, 1), (timer.Calls, timer.Timer.Statistics.Overruns));
    }

    [Fact]
    public void A_mask_that_is_ended_twice_is_ended_once()
    {
        using ProbedTimer timer = StartSilent();
        MaskScope first = timer.Timer.Mask();
        MaskScope second = timer.Timer.Mask();
        first.Dispose();
        first.Dispose();
        Forge.Expire(timer.Timer);
        Assert.Equal(0, timer.Calls);

        second.Dispose();
        second.Dispose();
        Assert.Equal(1, timer.Calls);
        Forge.Expire(timer.Timer);
        Assert.Equal(2, timer.Calls);
    }

    [Fact]
    public void A_default_scope_ends_nothing() => default(MaskScope).Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_copy_of_a_scope_that_has_ended_is_refused_and_the_source_goes_on(bool onItsThread)
    {
        using ProbedTimer timer = StartSilent();
        Exception? refusal = null;
        void EndTwice() => refusal = Record.Exception(() =>
        {
            MaskScope scope = timer.Timer.Mask();
            MaskScope copy = scope;
            scope.Dispose();
            copy.Dispose();
        });
        if (onItsThread)
        {
            EndTwice();
        }
        else
        {
            OnAnotherThread(EndTwice);
        }

        Assert.Contains("was ended twice", Assert.IsType<InvalidOperationException>(refusal).Message, StringComparison.Ordinal);
        Forge.Expire(timer.Timer);
        Assert.Equal(1, timer.Calls);
    }

    [Fact]
    public void What_comes_under_a_mask_of_another_thread_is_delivered_there()
    {
        using ProbedTimer timer = StartSilent();
        siginfo_t expiry = Forge.Genuine(timer.Timer, overruns: 2);
        (int process, int here, int there) = (LibC.getpid(), LibC.gettid(), 0);
        OnAnotherThread(() =>
        {
            there = LibC.gettid();
            using MaskScope mask = timer.Timer.Mask();
            Forge.Send(process, here, expiry);
            Wait.Until(() => timer.Timer.Statistics.Masked == 3);
            Assert.Equal(0, timer.Calls);
        });

        Assert.Equal(1, timer.Calls);
        Probe seen = timer.End();
        Assert.Equal((2, 0, 1, there), (seen.Overruns, seen.Interrupts, seen.ZeroRegisters, seen.FirstThread));
        Assert.NotEqual(here, there);
    }

    [Fact]
    public void A_mask_of_the_interrupted_thread_holds_when_that_of_another_ends()
    {
        using ProbedTimer timer = StartSilent();
        using (timer.Timer.Mask())
        {
            OnAnotherThread(() => timer.Timer.Mask().Dispose());
            Forge.Expire(timer.Timer);
            OnAnotherThread(() => timer.Timer.Mask().Dispose());
            Assert.Equal(0, timer.Calls);
        }

        Assert.Equal((1, LibC.gettid()), (timer.Calls, timer.Timer.Snapshot().LastThread));
    }

    [Fact]
    public void A_mask_of_another_thread_holds_when_that_of_the_interrupted_one_ends()
    {
        using ProbedTimer timer = StartSilent();
        using var masked = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        int there = 0;
        var other = new Thread(() =>
        {
            there = LibC.gettid();
            using MaskScope mask = timer.Timer.Mask();
            masked.Set();
            end.Wait();
        });
        other.Start();
        masked.Wait();
        timer.Timer.Mask().Dispose();
        Forge.Expire(timer.Timer);
        timer.Timer.Mask().Dispose();
        Assert.Equal(0, timer.Calls);

        end.Set();
        other.Join();
        Assert.Equal((1, there), (timer.Calls, timer.Timer.Snapshot().LastThread));
    }

    [Fact]
    public void Masks_of_five_threads_hold_until_the_last_has_ended()
    {
        using ProbedTimer timer = StartSilent();
        MaskingThread[] others = [new(timer.Timer), new(timer.Timer), new(timer.Timer), new(timer.Timer)];
        try
        {
            for (int last = 0; last < others.Length; last++)
            {
                long before = timer.Calls;
                MaskScope own = timer.Timer.Mask();
                foreach (MaskingThread other in others)
                {
                    other.Mask();
                }

                Forge.Expire(timer.Timer);
                own.Dispose();
                foreach (MaskingThread other in others.Where((_, index) => index != last))
                {
                    other.Unmask();
                    Forge.Expire(timer.Timer);
                }

                Assert.Equal(before, timer.Calls);
                others[last].Unmask();
                Assert.Equal((before + 1, others[last].ThreadId), (timer.Calls, timer.Timer.Snapshot().LastThread));
            }
        }
        finally
        {
            Array.ForEach(others, other => other.Dispose());
        }
    }

    // None takes part in the handler: the masks of the first three end without a fence, those of the fourth do not.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Masks_of_other_threads_exclude_the_handler_and_lose_nothing(int others)
    {
        const long Rounds = 1_000;
        using var cells = new Cells(2);
        long* calls = cells[0];
        long* inside = cells[1];
        var options = new SoftwareInterruptOptions { Target = InterruptTarget.Dedicated, Delivery = DeliveryMode.Signal };
        using SoftwareInterrupt<Probe> source = SoftwareInterrupt.Start(Probe.OnInterrupt, new Probe { CallsOut = calls, Inside = inside }, options);
        long raised = 0;
        void HoldOnce()
        {
            using MaskScope mask = source.Mask();
            long before = Volatile.Read(ref *calls);
            long overlaps = 0;
            for (int look = 0; look < 10; look++)
            {
                overlaps += Volatile.Read(ref *inside);
            }

            if (overlaps != 0 || Volatile.Read(ref *calls) != before)
            {
                Assert.Fail($"The handler ran under a mask: seen {overlaps} times, {*calls - before} calls.");
            }
        }

        Worker[] workers = [.. Enumerable.Range(0, others).Select(_ => new Worker(HoldOnce))];
        try
        {
            while (raised < Rounds && !workers.Any(worker => worker.HasFailed))
            {
                Assert.Equal(RaiseResult.Raised, source.Raise());
                raised++;
                Spin(() => Volatile.Read(ref *calls) == raised);
            }
        }
        finally
        {
            Array.ForEach(workers, worker => worker.Dispose());
        }

        source.Dispose();
        Assert.Equal((raised, 0), (source.Snapshot().Calls, source.Snapshot().Overlaps));
    }

    [Fact]
    public void In_threaded_delivery_a_handler_that_masks_its_own_source_is_told_so_also_in_a_replay()
    {
        SoftwareInterrupt<long>? itself = null;
        int refusals = 0;
        InterruptHandler<long> handler = (ref long _, in InterruptContext _) =>
            refusals += Record.Exception(() => itself!.Mask().Dispose()) is InvalidOperationException ? 1 : 0;
        using SoftwareInterrupt<long> source = itself = SoftwareInterrupt.Start(handler, new SoftwareInterruptOptions { Delivery = DeliveryMode.Threaded });
        for (int round = 1; round <= 3; round++)
        {
            // From the second round on this thread is the one whose masks take the short way.
            using (source.Mask())
            {
                Assert.Equal(RaiseResult.Raised, source.Raise());
                Wait.Until(() => source.Statistics.Masked == round);
            }

            Assert.Equal(round, refusals);
        }
    }

    // What another thread's mask has left that thread delivers itself, while this one begins and ends masks of its own without a fence.
    [Fact]
    public void Masks_of_the_interrupted_thread_and_of_another_exclude_the_handler_and_lose_nothing()
    {
        const long Rounds = 300;
        using var cells = new Cells(3);
        long* calls = cells[0];
        long* inside = cells[1];
        long* raised = cells[2];
        var options = new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
        using SoftwareInterrupt<Probe> source = SoftwareInterrupt.Start(Probe.OnInterrupt, new Probe { CallsOut = calls, Inside = inside }, options);
        InterruptSlot* slot = Forge.SlotOf(source);
        using (var other = new Worker(() =>
        {
            using (source.Mask())
            {
                Assert.Equal(RaiseResult.Raised, source.Raise());
                (*raised)++;
                Spin(() => Volatile.Read(ref slot->Masks->Waiting) != 0);
            }

            Spin(() => Volatile.Read(ref *calls) == *raised);
        }))
        {
            while (other.Rounds < Rounds && !other.HasFailed)
            {
                using MaskScope mask = source.Mask();
                long before = Volatile.Read(ref *calls);
                long overlaps = 0;
                for (int look = 0; look < 10; look++)
                {
                    overlaps += Volatile.Read(ref *inside);
                }

                if (overlaps != 0 || Volatile.Read(ref *calls) != before)
                {
                    Assert.Fail($"The handler ran under a mask: seen {overlaps} times, {*calls - before} calls, after {*raised}.");
                }
            }
        }

        source.Dispose();
        Probe seen = source.Snapshot();
        Assert.Equal((*raised, 0), (seen.Calls, seen.Overlaps));
        Assert.InRange(seen.MovesOfThread, 1, seen.Calls);
    }

    [Fact]
    public void Disposal_under_a_mask_drops_what_came_and_makes_the_end_of_the_mask_harmless()
    {
        using ProbedTimer timer = StartSilent();
        MaskScope scope = timer.Timer.Mask();
        Forge.Expire(timer.Timer, overruns: 2);
        timer.Timer.Dispose();
        scope.Dispose();

        Assert.Equal(0, timer.Calls);
        InterruptStatistics counts = timer.Timer.Statistics;
        Assert.Equal((0, 0, 3), (counts.Delivered, counts.Overruns, counts.Masked));
    }

    [Fact]
    public void A_mask_that_outlives_its_source_does_not_touch_the_next_one_in_the_same_place()
    {
        using ProbedTimer timer = StartSilent();
        MaskScope scope = timer.Timer.Mask();
        timer.Timer.Dispose();
        using ProbedTimer next = StartSilent();
        scope.Dispose();

        Forge.Expire(next.Timer);
        Assert.Equal(1, next.Calls);
        Assert.Equal(0, next.Timer.Statistics.Masked);
    }

    [Fact]
    public void A_change_under_a_mask_drops_what_the_old_schedule_sent()
    {
        using ProbedTimer timer = StartSilent();
        using (timer.Timer.Mask())
        {
            Forge.Expire(timer.Timer);
            timer.Timer.Change(s_never, s_never);
        }

        Assert.Equal(0, timer.Calls);
    }

    [Fact]
    public void A_pause_under_a_mask_drops_what_came_before_it()
    {
        using ProbedTimer timer = StartSilent();
        using (timer.Timer.Mask())
        {
            Forge.Expire(timer.Timer);
            timer.Timer.Pause();
        }

        Assert.Equal(0, timer.Calls);
    }

    [Fact]
    public void A_mask_waits_for_the_handler_that_runs()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(60), initial: new() { Rounds = 10_000 });
        long busy = 0;
        while (busy < 5)
        {
            // A handler that began before the mask may be caught at its work here, and none after it.
            busy += Volatile.Read(ref *timer.InsideCell);
            using MaskScope scope = timer.Timer.Mask();
            Assert.Equal(0, Volatile.Read(ref *timer.InsideCell));
        }
    }

    [Fact]
    public void A_running_timer_is_silent_under_a_mask_and_goes_on_after_it()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(200));
        timer.AfterCalls(10);
        long before;
        using (timer.Timer.Mask())
        {
            before = timer.Calls;
            Wait.Until(() => timer.Timer.Statistics.Masked >= 100);
            Assert.Equal(before, timer.Calls);
        }

        // The replay, or an interrupt that was quicker and may still be under way on the timer's own thread, stands for all of them.
        timer.AfterCalls(before + 10);
        Assert.True(timer.End().Overruns >= 99);
    }

    [Fact]
    public void Threaded_delivery_replays_on_the_thread_that_ends_the_mask_too()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Threaded });
        timer.AfterCalls(5);
        bool replayedHere = false;
        Wait.Until(() =>
        {
            using (timer.Timer.Mask())
            {
                long masked = timer.Timer.Statistics.Masked;
                Wait.Until(() => timer.Timer.Statistics.Masked > masked);
            }

            replayedHere |= timer.Timer.Snapshot().LastThread == LibC.gettid();
            return replayedHere;
        });
    }

    private static void Spin(Func<bool> until) => Wait.Until(() => SpinWait.SpinUntil(until, millisecondsTimeout: 10));

    private static void OnAnotherThread(Action act)
    {
        var thread = new Worker(static () => Thread.Sleep(1), act);
        thread.Dispose();
    }

    // Nothing expires but what the test sends, and that comes to this thread.
    private static ProbedTimer StartSilent() => new(s_never, new() { Target = InterruptTarget.CurrentThread });

    /// <summary>A thread that masks and ends masks when it is told.</summary>
    private sealed class MaskingThread : IDisposable
    {
        private readonly InterruptSource _source;
        private readonly Thread _thread;
        private readonly SemaphoreSlim _begin = new(0);
        private readonly SemaphoreSlim _begun = new(0);
        private readonly SemaphoreSlim _end = new(0);
        private readonly SemaphoreSlim _ended = new(0);
        private volatile bool _stop;

        public MaskingThread(InterruptSource source)
        {
            _source = source;
            _thread = new Thread(Run);
            _thread.Start();
        }

        public int ThreadId { get; private set; }

        public void Mask()
        {
            _begin.Release();
            _begun.Wait();
        }

        public void Unmask()
        {
            _end.Release();
            _ended.Wait();
        }

        public void Dispose()
        {
            _stop = true;
            _begin.Release();
            _thread.Join();
            Array.ForEach([_begin, _begun, _end, _ended], static semaphore => semaphore.Dispose());
        }

        private void Run()
        {
            ThreadId = LibC.gettid();
            while (true)
            {
                _begin.Wait();
                if (_stop)
                {
                    return;
                }

                using (_source.Mask())
                {
                    _begun.Release();
                    _end.Wait();
                }

                _ended.Release();
            }
        }
    }
}
