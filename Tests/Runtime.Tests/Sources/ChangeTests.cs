// Change and Pause: a new schedule takes effect, and no signal of an older one runs the handler.
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed class ChangeTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_soon = TimeSpan.FromMicroseconds(200);

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void A_change_gives_the_timer_a_new_period(DeliveryMode delivery)
    {
        using var timer = new ProbedTimer(s_never, new() { Delivery = delivery });
        Assert.Equal(0, timer.Calls);

        timer.Timer.Change(TimeSpan.Zero, s_soon);

        timer.AfterCalls(100);
    }

    [Fact]
    public void A_change_to_an_infinite_period_fires_once_more()
    {
        using var timer = new ProbedTimer(s_never);
        timer.Timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        timer.AfterCalls(1);
        ExpectSilence(timer);

        timer.Timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        timer.AfterCalls(2);
    }

    [Fact]
    public void A_paused_timer_is_silent_until_it_is_changed()
    {
        using var timer = new ProbedTimer(s_soon);
        timer.AfterCalls(10);
        timer.Timer.Pause();
        ExpectSilence(timer);
        timer.Timer.Pause();

        timer.Timer.Change(TimeSpan.Zero, s_soon);

        timer.AfterCalls(timer.Calls + 10);
    }

    [Fact]
    public void A_change_that_is_refused_leaves_the_timer_as_it_was()
    {
        using var timer = new ProbedTimer(s_soon);

        Assert.Throws<ArgumentOutOfRangeException>(() => timer.Timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => timer.Timer.Change(TimeSpan.Zero, TimeSpan.FromMicroseconds(1)));
        Assert.Throws<ArgumentException>(() => timer.Timer.Change(InterruptDueTime.At(DateTimeOffset.UtcNow), s_soon));

        timer.AfterCalls(timer.Calls + 10);
    }

    [Fact]
    public void A_signal_of_an_older_schedule_is_dropped_and_counted_as_spurious()
    {
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.CurrentThread });
        siginfo_t old = Forge.Genuine(timer.Timer);
        timer.Timer.Change(s_never, s_never);
        Forge.SendHere(old);
        Assert.Equal((0, 1), (timer.Calls, timer.Timer.Statistics.Spurious));

        siginfo_t older = Forge.Genuine(timer.Timer);
        timer.Timer.Pause();
        Forge.SendHere(old);
        Forge.SendHere(older);
        Assert.Equal((0, 3), (timer.Calls, timer.Timer.Statistics.Spurious));

        timer.Timer.Change(s_never, s_never);
        Forge.Expire(timer.Timer);
        Assert.Equal((1, 3), (timer.Calls, timer.Timer.Statistics.Spurious));
    }

    [Fact]
    public void Changes_in_a_storm_of_interrupts_lose_no_count()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(20), new() { Target = InterruptTarget.CurrentThread });
        for (int i = 0; i < 500; i++)
        {
            timer.Timer.Change(TimeSpan.FromMicroseconds(i % 50), TimeSpan.FromMicroseconds(20 + (i % 3)));
        }

        timer.AfterCalls(timer.Calls + 10);
        Probe seen = timer.End();
        Assert.Equal((seen.Calls, seen.Overruns), (timer.Timer.Statistics.Delivered, timer.Timer.Statistics.Overruns));
        Assert.Equal((0, 0), (seen.Overlaps, seen.Negative));
    }

    [Fact]
    public void A_timer_whose_thread_has_ended_cannot_be_changed_but_be_disposed()
    {
        ProbedTimer timer;
        using (var worker = Worker.Idle())
        {
            timer = new ProbedTimer(s_soon, new() { Target = InterruptTarget.Thread(worker.ThreadId) });
            timer.AfterCalls(5);
        }

        Wait.Until(() => !Directory.Exists($"/proc/self/task/{timer.Timer.Snapshot().FirstThread}"));
        Assert.Contains(
            "is not a living thread",
            Assert.Throws<InterruptTargetException>(() => timer.Timer.Change(TimeSpan.Zero, s_soon)).Message,
            StringComparison.Ordinal);
        timer.Timer.Pause();
        timer.Dispose();
    }

    // As long as another timer took to fire many times.
    private static void ExpectSilence(ProbedTimer timer)
    {
        long calls = timer.Calls;
        using var reference = new ProbedTimer(s_soon);
        reference.AfterCalls(200);
        Assert.Equal(calls, timer.Calls);
    }
}
