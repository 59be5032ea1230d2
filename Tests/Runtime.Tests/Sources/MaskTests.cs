// Masks hold a source back and replay, as one delivery, what came meanwhile. Expiries are sent by hand, so that each test knows them all.
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

        // The replay, or an interrupt that was quicker, stands for all of them.
        Assert.Equal(before + 1, Math.Min(timer.Calls, before + 1));
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

    // Nothing expires but what the test sends, and that comes to this thread.
    private static ProbedTimer StartSilent() => new(s_never, new() { Target = InterruptTarget.CurrentThread });
}
