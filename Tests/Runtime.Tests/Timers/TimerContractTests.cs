// What TimeProvider promises of its timers. Each case runs for TimeProvider.System, which shows that the case is right, and for ours.
using System.Collections.Concurrent;
using Xunit;

namespace TopHalf.Runtime.Tests.Timers;

public sealed class TimerContractTests : IDisposable
{
    private readonly InterruptTimeProvider _ours = new();

    public enum Which
    {
        System,
        Ours,
    }

    public void Dispose()
    {
        Assert.Equal(0, _ours.ActiveTimers);
        _ours.Dispose();
        _ours.Join();
    }

    private TimeProvider Get(Which which) => which == Which.System ? TimeProvider.System : _ours;

    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    private static TimeSpan Milliseconds(double count) => TimeSpan.FromMilliseconds(count);

    private static void Nothing(object? state)
    {
    }

    [Theory, CombineBoth]
    public void A_timer_without_a_callback_is_refused(Which which) =>
        Assert.Throws<ArgumentNullException>("callback", () => Get(which).CreateTimer(null!, null, TimeSpan.Zero, s_never));

    [Theory, CombineBoth(-2.0, -1e9, 4294967295.0, 1e13)]
    public void Times_out_of_range_are_refused_by_name(Which which, double milliseconds)
    {
        TimeSpan wrong = Milliseconds(milliseconds);
        using ITimer timer = Get(which).CreateTimer(Nothing, null, s_never, s_never);

        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => Get(which).CreateTimer(Nothing, null, wrong, s_never));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => Get(which).CreateTimer(Nothing, null, s_never, wrong));
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => timer.Change(wrong, s_never));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => timer.Change(s_never, wrong));
    }

    [Theory, CombineBoth(4294967294.0, 4294967294.9, -1.0, -1.9)]
    public void The_ends_of_the_ranges_are_taken_and_do_not_expire_at_once(Which which, double milliseconds)
    {
        TimeSpan end = Milliseconds(milliseconds);
        int calls = 0;
        using ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, end, end);
        Assert.True(timer.Change(end, end));

        ExpireAnother(which);
        Assert.Equal(0, Volatile.Read(ref calls));
    }

    [Theory, CombineBoth(0.0, -0.5, 1.0, 3.5)]
    public void A_timer_without_a_period_expires_once(Which which, double dueTime)
    {
        foreach (TimeSpan period in (TimeSpan[])[s_never, TimeSpan.Zero, Milliseconds(-0.5), Milliseconds(-1.5)])
        {
            int calls = 0;
            using ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, Milliseconds(dueTime), period);
            Wait.Until(() => Volatile.Read(ref calls) != 0);

            ExpireAnother(which);
            Assert.Equal(1, Volatile.Read(ref calls));
        }
    }

    [Theory, CombineBoth]
    public void A_timer_that_is_not_due_expires_when_it_is_changed(Which which)
    {
        int calls = 0;
        using ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, s_never, Milliseconds(1));
        ExpireAnother(which);
        Assert.Equal(0, Volatile.Read(ref calls));

        Assert.True(timer.Change(TimeSpan.Zero, s_never));
        Wait.Until(() => Volatile.Read(ref calls) == 1);
    }

    [Theory, CombineBoth]
    public void A_periodic_timer_goes_on_until_it_is_changed_or_disposed(Which which)
    {
        int calls = 0;
        ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, TimeSpan.Zero, Milliseconds(1));
        Wait.Until(() => Volatile.Read(ref calls) > 20);

        Assert.True(timer.Change(s_never, s_never));
        AssertStays(which, () => Volatile.Read(ref calls));
        Assert.True(timer.Change(Milliseconds(1), Milliseconds(1)));
        int before = Volatile.Read(ref calls);
        Wait.Until(() => Volatile.Read(ref calls) > before + 20);

        timer.Dispose();
        AssertStays(which, () => Volatile.Read(ref calls));
    }

    [Theory, CombineBoth]
    public async Task Callbacks_get_the_state_on_the_thread_pool(Which which)
    {
        object state = new();
        var seen = new TaskCompletionSource<(object? State, bool IsPool)>();
        using ITimer timer = Get(which).CreateTimer(s => seen.SetResult((s, Thread.CurrentThread.IsThreadPoolThread)), state, TimeSpan.Zero, s_never);

        (object? got, bool isPool) = await seen.Task;
        Assert.Same(state, got);
        Assert.True(isPool);
    }

    [Theory, CombineBoth]
    public void A_callback_may_set_its_own_timer_again(Which which)
    {
        const int Times = 50;
        int calls = 0;
        ITimer? timer = null;
        timer = Get(which).CreateTimer(
            _ =>
            {
                if (Interlocked.Increment(ref calls) < Times)
                {
                    Assert.True(timer!.Change(Milliseconds(1), s_never));
                }
            },
            null, s_never, s_never);
        timer.Change(TimeSpan.Zero, s_never);

        Wait.Until(() => Volatile.Read(ref calls) == Times);
        AssertStays(which, () => Volatile.Read(ref calls));
        timer.Dispose();
    }

    [Theory, CombineBoth]
    public void A_callback_may_stop_its_own_periodic_timer(Which which)
    {
        int calls = 0;
        ITimer? timer = null;
        timer = Get(which).CreateTimer(
            _ =>
            {
                timer!.Change(s_never, s_never);
                Interlocked.Increment(ref calls);
            },
            null, s_never, s_never);
        timer.Change(TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Wait.Until(() => Volatile.Read(ref calls) == 1);
        AssertStays(which, () => Volatile.Read(ref calls));
        timer.Dispose();
    }

    [Theory, CombineBoth]
    public void A_callback_may_dispose_of_its_own_timer(Which which)
    {
        int calls = 0;
        ITimer? timer = null;
        bool? changed = null;
        timer = Get(which).CreateTimer(
            _ =>
            {
                timer!.Dispose();
                changed = timer.Change(TimeSpan.Zero, s_never);
                Interlocked.Increment(ref calls);
            },
            null, s_never, s_never);
        timer.Change(TimeSpan.Zero, TimeSpan.FromMinutes(1));

        Wait.Until(() => Volatile.Read(ref calls) == 1);
        Assert.False(changed);
        AssertStays(which, () => Volatile.Read(ref calls));
    }

    [Theory, CombineBoth]
    public void A_timer_that_is_disposed_of_cannot_be_changed(Which which)
    {
        int calls = 0;
        ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, s_never, s_never);
        timer.Dispose();
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.Zero, Milliseconds(1)));
        Assert.False(timer.Change(s_never, s_never));
        Assert.True(timer.DisposeAsync().AsTask().IsCompletedSuccessfully);
        AssertStays(which, () => Volatile.Read(ref calls));
    }

    [Theory, CombineBoth]
    public void DisposeAsync_waits_for_the_callback_that_runs(Which which)
    {
        using var began = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        bool ended = false;
        ITimer timer = Get(which).CreateTimer(
            _ =>
            {
                began.Set();
                mayEnd.Wait();
                Volatile.Write(ref ended, true);
            },
            null, TimeSpan.Zero, s_never);
        began.Wait();

        Task disposal = timer.DisposeAsync().AsTask();
        Task again = timer.DisposeAsync().AsTask();
        ExpireAnother(which);
        Assert.False(disposal.IsCompleted || again.IsCompleted);

        mayEnd.Set();
        Wait.Until(() => disposal.IsCompletedSuccessfully && again.IsCompletedSuccessfully);
        Assert.True(Volatile.Read(ref ended));
        Assert.True(timer.DisposeAsync().AsTask().IsCompletedSuccessfully);
    }

    [Theory, CombineBoth]
    public async Task DisposeAsync_in_the_callback_completes_when_the_callback_has_returned(Which which)
    {
        ITimer? timer = null;
        var disposal = new TaskCompletionSource<(Task Task, bool AtOnce)>();
        timer = Get(which).CreateTimer(
            _ =>
            {
                Task end = timer!.DisposeAsync().AsTask();
                disposal.SetResult((end, end.IsCompleted));
            },
            null, s_never, s_never);
        timer.Change(TimeSpan.Zero, s_never);

        (Task task, bool atOnce) = await disposal.Task;
        await task;
        Assert.False(atOnce);
    }

    [Theory, CombineBoth]
    public void Callbacks_that_take_longer_than_the_period_run_side_by_side(Which which)
    {
        using var both = new Barrier(2);
        int met = 0;
        ITimer timer = Get(which).CreateTimer(
            _ =>
            {
                if (both.SignalAndWait(TimeSpan.FromSeconds(30)))
                {
                    Interlocked.Increment(ref met);
                }
            },
            null, TimeSpan.Zero, Milliseconds(1));
        Wait.Until(() => Volatile.Read(ref met) >= 2);

        // An odd one may wait for company that does not come.
        Task disposal = timer.DisposeAsync().AsTask();
        both.RemoveParticipant();
        Wait.Until(() => disposal.IsCompleted);
    }

    [Theory, CombineBoth]
    public void The_execution_context_is_that_in_which_the_timer_was_made(Which which)
    {
        var local = new AsyncLocal<string> { Value = "made" };
        var seen = new BlockingCollection<string?>();
        using ITimer timer = Get(which).CreateTimer(
            _ =>
            {
                seen.Add(local.Value);
                local.Value = "callback";
            },
            null, s_never, s_never);
        local.Value = "changed";
        for (int i = 0; i < 3; i++)
        {
            timer.Change(TimeSpan.Zero, s_never);
            Assert.True(seen.TryTake(out string? value, TimeSpan.FromSeconds(40)));
            Assert.Equal("made", value);
        }

        Assert.Equal("changed", local.Value);
    }

    [Theory, CombineBoth]
    public void The_execution_context_does_not_flow_where_its_flow_is_suppressed(Which which)
    {
        var local = new AsyncLocal<string> { Value = "made" };
        var seen = new BlockingCollection<string?>();
        ITimer timer;
        using (ExecutionContext.SuppressFlow())
        {
            timer = Get(which).CreateTimer(_ => seen.Add(local.Value), null, TimeSpan.Zero, s_never);
        }

        Assert.True(seen.TryTake(out string? value, TimeSpan.FromSeconds(40)));
        Assert.Null(value);
        timer.Dispose();
    }

    [Theory, CombineBoth]
    public async Task Delays_end_and_are_cancelled(Which which)
    {
        TimeProvider provider = Get(which);
        long start = provider.GetTimestamp();
        await Task.Delay(Milliseconds(5), provider);
        AssertNotEarly(which, provider.GetElapsedTime(start), Milliseconds(5));

        using var cancellation = new CancellationTokenSource();
        Task delay = Task.Delay(TimeSpan.FromHours(1), provider, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delay);

        await Assert.ThrowsAsync<TimeoutException>(() => new TaskCompletionSource().Task.WaitAsync(Milliseconds(2), provider));
    }

    [Theory, CombineBoth]
    public async Task A_PeriodicTimer_ticks_and_ends(Which which)
    {
        TimeProvider provider = Get(which);
        var timer = new PeriodicTimer(Milliseconds(2), provider);
        long start = provider.GetTimestamp();
        for (int tick = 1; tick <= 20; tick++)
        {
            Assert.True(await timer.WaitForNextTickAsync());
        }

        // Tick 20 is due 40 ms after the start; System counts in milliseconds from tick to tick.
        AssertNotEarly(which, provider.GetElapsedTime(start), Milliseconds(which == Which.Ours ? 40 : 20));
        timer.Period = Milliseconds(1);
        Assert.True(await timer.WaitForNextTickAsync());
        ValueTask<bool> last = timer.WaitForNextTickAsync();
        timer.Dispose();
        await last;
        Assert.False(await timer.WaitForNextTickAsync());
    }

    [Theory, CombineBoth]
    public async Task A_CancellationTokenSource_cancels_in_time_and_can_be_put_off(Which which)
    {
        TimeProvider provider = Get(which);
        long start = provider.GetTimestamp();
        using (var source = new CancellationTokenSource(Milliseconds(3), provider))
        {
            await Task.Delay(Timeout.Infinite, source.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            Assert.True(source.IsCancellationRequested);
            AssertNotEarly(which, provider.GetElapsedTime(start), Milliseconds(3));
        }

        using var later = new CancellationTokenSource(TimeSpan.FromHours(1), provider);
        Assert.Equal(which == Which.System, later.TryReset()); // .NET's own rule: it takes back no other provider's timer.
        ExpireAnother(which);
        Assert.False(later.IsCancellationRequested);
        later.CancelAfter(Milliseconds(1));
        Wait.Until(() => later.IsCancellationRequested);
    }

    [Theory, CombineBoth]
    public void Ten_thousand_timers_live_at_a_time_and_each_expires_once(Which which)
    {
        const int Timers = 10_000;
        TimeProvider provider = Get(which);
        var calls = new int[Timers];
        int early = 0;
        var random = new Random(1);
        var timers = new ITimer[Timers];
        for (int i = 0; i < Timers; i++)
        {
            int index = i;
            TimeSpan due = TimeSpan.FromTicks(random.NextInt64(0, 10_000_000)); // Up to a second.
            long start = provider.GetTimestamp();
            timers[i] = provider.CreateTimer(
                _ =>
                {
                    Interlocked.Increment(ref calls[index]);
                    if (IsEarly(which, provider.GetElapsedTime(start), due))
                    {
                        Interlocked.Increment(ref early);
                    }
                },
                null, due, s_never);
        }

        Wait.Until(() => calls.Sum() >= Timers);
        Assert.All(calls, static count => Assert.Equal(1, count));
        Assert.Equal(0, early);
        Assert.All(timers, static timer => timer.Dispose());
    }

    [Theory, CombineBoth]
    public void Change_and_Dispose_from_many_threads_leave_nothing_behind(Which which)
    {
        const int Rounds = 3000;
        TimeProvider provider = Get(which);
        int lateCalls = 0;
        int calls = 0;
        Parallel.For(0, Rounds, round =>
        {
            var random = new Random(round);
            bool gone = false;
            ITimer timer = provider.CreateTimer(
                _ =>
                {
                    Interlocked.Increment(ref calls);
                    if (Volatile.Read(ref gone))
                    {
                        Interlocked.Increment(ref lateCalls);
                    }
                },
                null, TimeSpan.Zero, Milliseconds(1));
            Parallel.Invoke(
                () =>
                {
                    for (int i = 0; i < 20; i++)
                    {
                        timer.Change(TimeSpan.FromTicks(random.Next(0, 2000)), Milliseconds(1));
                    }
                },
                () => timer.Dispose());
            timer.DisposeAsync().AsTask().Wait();
            Volatile.Write(ref gone, true);
        });

        AssertStays(which, () => Volatile.Read(ref calls));
        Assert.Equal(0, lateCalls);
    }

    [Theory, CombineBoth]
    public void An_exception_that_leaves_a_callback_ends_the_process(Which which)
    {
        ChildResult child = ChildProcess.Run(which == Which.System ? ThrowInSystem : ThrowInOurs);

        Assert.Equal("SIGABRT", child.Signal);
        Assert.Contains("InvalidTimeZoneException: of a callback", child.Error, StringComparison.Ordinal);
    }

    private static void ThrowInSystem() => ThrowIn(TimeProvider.System);

    private static void ThrowInOurs() => ThrowIn(new InterruptTimeProvider());

    private static void ThrowIn(TimeProvider provider)
    {
        using ITimer timer = provider.CreateTimer(static _ => throw new InvalidTimeZoneException("of a callback"), null, TimeSpan.Zero, s_never);
        Thread.Sleep(TimeSpan.FromMinutes(1));
    }

    // System's timers count in ticks of a coarser clock, and are some milliseconds early by this one. Ours must not be.
    private static bool IsEarly(Which which, TimeSpan elapsed, TimeSpan due) => elapsed + (which == Which.System ? Milliseconds(20) : TimeSpan.Zero) < due;

    private static void AssertNotEarly(Which which, TimeSpan elapsed, TimeSpan due) => Assert.False(IsEarly(which, elapsed, due), $"{elapsed} is before {due}.");

    // What was due, or would have been, by now has had its chance: several later timers have expired since.
    private void ExpireAnother(Which which)
    {
        for (int i = 0; i < 3; i++)
        {
            int calls = 0;
            using ITimer timer = Get(which).CreateTimer(_ => Interlocked.Increment(ref calls), null, Milliseconds(3), s_never);
            Wait.Until(() => Volatile.Read(ref calls) == 1);
        }
    }

    // One callback may have been under way.
    private void AssertStays(Which which, Func<int> count)
    {
        ExpireAnother(which);
        int before = count();
        ExpireAnother(which);
        Assert.Equal(before, count());
    }
}
