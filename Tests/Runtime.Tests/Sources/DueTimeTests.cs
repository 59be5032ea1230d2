// When a timer fires: once, at a time that is past, at a time of day, and never early on any clock.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class DueTimeTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Fact]
    public void A_timer_with_an_infinite_period_fires_exactly_once()
    {
        using var timer = new ProbedTimer(Timeout.InfiniteTimeSpan, new() { DueTime = TimeSpan.FromMilliseconds(1) });
        timer.AfterCalls(1);
        using var reference = new ProbedTimer(TimeSpan.FromMicroseconds(500));
        reference.AfterCalls(200);

        Probe seen = timer.End();
        Assert.Equal((1, 0), (seen.Calls, seen.Overruns));
        Assert.Equal((1, 0), (timer.Timer.Statistics.Delivered, timer.Timer.Statistics.Overruns));
    }

    [Fact]
    public void A_due_time_of_zero_fires_at_once()
    {
        using var timer = new ProbedTimer(s_never, new() { DueTime = TimeSpan.Zero });

        Assert.Equal(0, timer.AfterCalls(1).End().Overruns);
    }

    [Fact]
    public void A_due_time_in_the_past_fires_once_at_once()
    {
        using var timer = new ProbedTimer(Timeout.InfiniteTimeSpan, new() { DueTime = InterruptDueTime.At(0) });
        timer.AfterCalls(1);
        using var reference = new ProbedTimer(TimeSpan.FromMicroseconds(500));
        reference.AfterCalls(100);

        Probe seen = timer.End();
        Assert.Equal((1, 0), (seen.Calls, seen.Overruns));
    }

    [Fact]
    public void A_periodic_due_time_in_the_past_makes_one_delivery_of_all_that_was_missed()
    {
        const long Period = 50_000_000;
        long first = InterruptClock.Timestamp - (1000 * Period) + (Period / 2);
        using var timer = new ProbedTimer(TimeSpan.FromTicks(Period / 100), new() { DueTime = InterruptDueTime.At(first) });

        Probe seen = timer.AfterCalls(1).End();

        // The last delivery was at LastTimestamp, and all that was due by then had been counted.
        Assert.Equal(((seen.LastTimestamp - first) / Period) + 1, seen.Calls + seen.Overruns);
        Assert.True(seen.Overruns >= 999);
    }

    [Fact]
    public void A_schedule_that_began_too_long_ago_to_be_counted_begins_with_its_latest_expiry()
    {
        using var timer = new ProbedTimer(
            TimeSpan.FromMilliseconds(1), new() { Clock = InterruptTimerClock.Realtime, DueTime = InterruptDueTime.At(DateTimeOffset.UnixEpoch) });
        timer.AfterCalls(20);
        InterruptStatistics statistics = timer.Timer.Statistics;

        // Neither the expiries since 1970, nor a lateness that never catches up.
        Assert.True(statistics.Overruns < 1_000_000, statistics.ToString());
        Assert.True(statistics.EntryLatency.Percentile(50) < TimeSpan.FromHours(1).Ticks * 100, statistics.ToString());
    }

    [Fact]
    public void A_time_of_day_is_kept()
    {
        DateTimeOffset due = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(30);
        using var cells = new Cells(1);
        using var timer = InterruptTimer.Start(
            Clocks.OnInterrupt,
            new Clocks { Clock = InterruptTimerClock.Realtime, FirstDue = (due - DateTimeOffset.UnixEpoch).Ticks * 100, CallsOut = cells[0] },
            Timeout.InfiniteTimeSpan,
            new() { Clock = InterruptTimerClock.Realtime, DueTime = InterruptDueTime.At(due) });
        Wait.BusyUntil(cells[0], 1);
        timer.Dispose();

        Assert.Equal(0, timer.Snapshot().Early);
    }

    [Fact]
    public void A_time_of_day_that_is_past_fires_at_once()
    {
        using var timer = new ProbedTimer(
            Timeout.InfiniteTimeSpan,
            new() { Clock = InterruptTimerClock.Realtime, DueTime = InterruptDueTime.At(DateTimeOffset.UtcNow - TimeSpan.FromDays(1)) });

        timer.AfterCalls(1);
    }

    [Theory]
    [InlineData(InterruptTimerClock.Monotonic)]
    [InlineData(InterruptTimerClock.Realtime)]
    [InlineData(InterruptTimerClock.Boottime)]
    [InlineData(InterruptTimerClock.Tai)]
    public void No_expiry_comes_early_by_the_clocks_of_the_wall(InterruptTimerClock clock) =>
        AssertNeverEarly(clock, InterruptTarget.Dedicated, TimeSpan.FromMicroseconds(100), calls: 2000);

    [Fact]
    public void No_expiry_comes_early_by_the_CPU_time_of_the_process() =>
        AssertNeverEarly(InterruptTimerClock.ProcessCpuTime, InterruptTarget.Dedicated, TimeSpan.FromMilliseconds(2), calls: 20);

    [Fact]
    public void No_expiry_comes_early_by_the_CPU_time_of_the_thread() =>
        AssertNeverEarly(InterruptTimerClock.ThreadCpuTime, InterruptTarget.CurrentThread, TimeSpan.FromMilliseconds(2), calls: 20);

    [Fact]
    public void The_CPU_time_of_another_thread_counts_that_threads_work_only()
    {
        using var cells = new Cells(1);
        long* never = cells[0];
        using var idle = Worker.Idle();
        using var busy = new Worker(() => BusyCode.SpinUntil(never, 1, 100_000));
        var options = new InterruptTimerOptions { Clock = InterruptTimerClock.ThreadCpuTime, Target = InterruptTarget.Thread(idle.ThreadId) };
        using var ofIdle = new ProbedTimer(TimeSpan.FromMilliseconds(20), options);
        using var ofBusy = new ProbedTimer(
            TimeSpan.FromMilliseconds(20),
            new() { Clock = InterruptTimerClock.ThreadCpuTime, Target = InterruptTarget.Thread(busy.ThreadId) });
        ofBusy.AfterCalls(20);

        Probe seen = ofBusy.End();
        Assert.Equal(busy.ThreadId, seen.FirstThread);
        Assert.True(ofIdle.Calls * 4 < seen.Calls, $"idle {ofIdle.Calls}, busy {seen.Calls}");
    }

    [Fact]
    public void The_CPU_time_of_a_thread_needs_a_chosen_thread()
    {
        foreach (InterruptTarget target in (InterruptTarget[])[InterruptTarget.Dedicated, InterruptTarget.Process])
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>(
                () => new ProbedTimer(s_never, new() { Clock = InterruptTimerClock.ThreadCpuTime, Target = target }));
            Assert.Contains($"the target is the {target}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("InterruptTarget.CurrentThread", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(InterruptTimerClock.Monotonic)]
    [InlineData(InterruptTimerClock.Boottime)]
    [InlineData(InterruptTimerClock.Tai)]
    [InlineData(InterruptTimerClock.ProcessCpuTime)]
    public void A_time_of_day_needs_the_clock_that_has_it(InterruptTimerClock clock)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => new ProbedTimer(s_never, new() { Clock = clock, DueTime = InterruptDueTime.At(DateTimeOffset.UtcNow) }));

        Assert.Contains($"needs the clock Realtime, not {clock}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_due_time_out_of_range_is_refused_with_its_reason()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => InterruptDueTime.After(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => InterruptDueTime.At(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => InterruptDueTime.At(DateTimeOffset.UnixEpoch - TimeSpan.FromTicks(1)));
        Assert.Contains(
            "292 years", Assert.Throws<ArgumentOutOfRangeException>(() => InterruptDueTime.After(TimeSpan.MaxValue)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "end of the clock",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new ProbedTimer(s_never, new() { DueTime = TimeSpan.FromTicks(long.MaxValue / 100) })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_that_fires_once_needs_a_due_time() =>
        Assert.Contains(
            "InterruptTimerOptions.DueTime",
            Assert.Throws<ArgumentException>(() => new ProbedTimer(Timeout.InfiniteTimeSpan)).Message,
            StringComparison.Ordinal);

    private static void AssertNeverEarly(InterruptTimerClock clock, InterruptTarget target, TimeSpan period, long calls)
    {
        using var cells = new Cells(1);
        long first = Read(clock) + 2_000_000;
        var initial = new Clocks { Clock = clock, FirstDue = first, Period = period.Ticks * 100, CallsOut = cells[0] };
        using var timer = InterruptTimer.Start(
            Clocks.OnInterrupt, initial, period, new() { Clock = clock, Target = target, DueTime = InterruptDueTime.At(first) });
        Wait.BusyUntil(cells[0], calls);
        timer.Dispose();

        Assert.Equal(0, timer.Snapshot().Early);
        Assert.Equal(timer.Snapshot().Expiries, timer.Statistics.Delivered + timer.Statistics.Overruns);
    }

    private static long Read(InterruptTimerClock clock) => clock switch
    {
        InterruptTimerClock.Monotonic => InterruptClock.Timestamp,
        InterruptTimerClock.Realtime => InterruptClock.Realtime,
        InterruptTimerClock.Boottime => InterruptClock.BootTime,
        InterruptTimerClock.Tai => InterruptClock.Tai,
        InterruptTimerClock.ProcessCpuTime => InterruptClock.ProcessCpuTime,
        _ => InterruptClock.ThreadCpuTime,
    };

    /// <summary>Looks at the timer's own clock in each call.</summary>
    private struct Clocks
    {
        public InterruptTimerClock Clock;
        public long FirstDue;
        public long Period;
        public long* CallsOut;
        public long Expiries;
        public long Early;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Clocks state, in InterruptContext context)
        {
            long now = state.Clock == InterruptTimerClock.Monotonic ? InterruptClock.Timestamp
                : state.Clock == InterruptTimerClock.Realtime ? InterruptClock.Realtime
                : state.Clock == InterruptTimerClock.Boottime ? InterruptClock.BootTime
                : state.Clock == InterruptTimerClock.Tai ? InterruptClock.Tai
                : state.Clock == InterruptTimerClock.ProcessCpuTime ? InterruptClock.ProcessCpuTime
                : InterruptClock.ThreadCpuTime;
            state.Expiries += 1 + context.Overruns;
            state.Early += now < state.FirstDue + ((state.Expiries - 1) * state.Period) ? 1 : 0;
            Volatile.Write(ref *state.CallsOut, *state.CallsOut + 1);
        }
    }
}
