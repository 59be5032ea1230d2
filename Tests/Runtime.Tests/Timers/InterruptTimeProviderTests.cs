// What InterruptTimeProvider promises beyond TimeProvider: microseconds, no drift, what is missed, its end.
using System.Diagnostics;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Timers;

public sealed class InterruptTimeProviderTests
{
    private static readonly TimeSpan s_never = Timeout.InfiniteTimeSpan;

    [Theory]
    [InlineData(50)]
    [InlineData(250)]
    [InlineData(700)]
    public void Due_times_count_in_microseconds(double microseconds)
    {
        // A busy machine delays some, not each of so many. The runtime's own timer never takes less than a millisecond.
        const int Most = 20_000;
        TimeSpan due = TimeSpan.FromMicroseconds(microseconds);
        TimeSpan shortest = TimeSpan.MaxValue;
        using var provider = new InterruptTimeProvider();
        using var called = new SemaphoreSlim(0);
        TimeSpan elapsed = default;
        long start = 0;
        using ITimer timer = provider.CreateTimer(
            _ =>
            {
                elapsed = provider.GetElapsedTime(start);
                called.Release();
            },
            null, s_never, s_never);
        for (int i = 0; i < Most && shortest >= TimeSpan.FromMilliseconds(1); i++)
        {
            start = provider.GetTimestamp();
            Assert.True(timer.Change(due, s_never));
            Assert.True(called.Wait(TimeSpan.FromSeconds(40)));
            Assert.True(elapsed >= due, $"{elapsed} is early.");
            shortest = elapsed < shortest ? elapsed : shortest;
        }

        Assert.True(shortest < TimeSpan.FromMilliseconds(1), $"The shortest of {Most} was {shortest}.");
    }

    [Fact]
    public void No_expiry_of_a_periodic_timer_is_early_and_none_is_lost()
    {
        TimeSpan period = TimeSpan.FromMicroseconds(200);
        using var provider = new InterruptTimeProvider();
        long calls = 0;
        long early = 0;
        long start = provider.GetTimestamp();
        using (provider.CreateTimer(
            _ =>
            {
                long number = Interlocked.Increment(ref calls);
                if (provider.GetElapsedTime(start) < number * period)
                {
                    Interlocked.Increment(ref early);
                }
            },
            null, period, period))
        {
            // The first expiry is a period after some moment between these two: early is what comes before the one, lost what is missing after the other.
            long made = provider.GetTimestamp();

            // Who drifts by as little as a microsecond a period never comes near again.
            Wait.Until(() => Volatile.Read(ref calls) > 3000);
            Wait.Until(() =>
            {
                long due = (long)(provider.GetElapsedTime(made) / period);
                return Volatile.Read(ref calls) + provider.Overruns >= due - 5;
            });
        }

        Assert.Equal(0, early);
    }

    [Fact]
    public void What_a_stop_of_the_process_made_it_miss_is_made_up_for() => ChildProcess.Run(MissSome).AssertSucceeded();

    [Fact]
    public void What_a_long_stop_made_it_miss_is_left_out_and_counted() => ChildProcess.Run(MissMany).AssertSucceeded();

    private static void MissSome()
    {
        // A hundred periods are five seconds: the stop does not take that long, however busy the machine is.
        (long calls, long overruns) = StopWhile(period: TimeSpan.FromMilliseconds(50), seconds: 0.3);

        Assert.True(calls >= 5, $"{calls} calls");
        Assert.Equal(0, overruns);
    }

    private static void MissMany()
    {
        (_, long overruns) = StopWhile(period: TimeSpan.FromMilliseconds(1), seconds: 0.5);

        Assert.True(overruns >= 350, $"{overruns} overruns");
    }

    // Stops this process by SIGSTOP for a while; returns what the timer did until it had caught up.
    private static (long Calls, long Overruns) StopWhile(TimeSpan period, double seconds)
    {
        using var provider = new InterruptTimeProvider();
        long calls = 0;
        long start = provider.GetTimestamp();
        using ITimer timer = provider.CreateTimer(_ => Interlocked.Increment(ref calls), null, period, period);
        using var stop = Process.Start("/bin/sh", ["-c", FormattableString.Invariant($"kill -STOP $0; sleep {seconds}; kill -CONT $0"), LibC.getpid().ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        stop.WaitForExit();
        Assert.Equal(0, stop.ExitCode);
        Wait.Until(() =>
        {
            long due = (long)(provider.GetElapsedTime(start) / period);
            return Volatile.Read(ref calls) + provider.Overruns >= due - 1;
        });
        return (Volatile.Read(ref calls), provider.Overruns);
    }

    [Fact]
    public void Periods_below_the_shortest_are_taken_as_the_shortest()
    {
        using var provider = new InterruptTimeProvider();
        long calls = 0;
        long start = provider.GetTimestamp();
        ITimer timer = provider.CreateTimer(_ => Interlocked.Increment(ref calls), null, TimeSpan.Zero, TimeSpan.FromTicks(1));
        Wait.Until(() => Volatile.Read(ref calls) > 100);
        timer.Dispose();

        long most = 1 + (long)(provider.GetElapsedTime(start) / TimeSpan.FromMicroseconds(20));
        Assert.InRange(Volatile.Read(ref calls), 100, most);
    }

    [Fact]
    public void Time_and_timestamps_are_the_systems()
    {
        using var provider = new InterruptTimeProvider();

        Assert.Equal(TimeProvider.System.TimestampFrequency, provider.TimestampFrequency);
        Assert.Equal(TimeProvider.System.LocalTimeZone, provider.LocalTimeZone);
        long before = TimeProvider.System.GetTimestamp();
        Assert.InRange(provider.GetTimestamp(), before, TimeProvider.System.GetTimestamp());
        Assert.True((TimeProvider.System.GetUtcNow() - provider.GetUtcNow()).Duration() < TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_provider_that_is_disposed_lets_end_what_is_set_and_takes_nothing_new()
    {
        var provider = new InterruptTimeProvider();
        Task delay = Task.Delay(TimeSpan.FromMilliseconds(200), provider);
        int calls = 0;
        ITimer periodic = provider.CreateTimer(_ => Interlocked.Increment(ref calls), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        ITimer idle = provider.CreateTimer(static _ => { }, null, s_never, s_never);

        provider.Dispose();
        provider.Dispose();

        Assert.Throws<ObjectDisposedException>(() => provider.CreateTimer(static _ => { }, null, TimeSpan.Zero, s_never));
        Assert.Throws<ObjectDisposedException>(() => { _ = Task.Delay(TimeSpan.FromMilliseconds(1), provider); });
        Assert.False(idle.Change(TimeSpan.Zero, s_never));
        Assert.True(idle.Change(s_never, s_never));
        Wait.Until(() => delay.IsCompletedSuccessfully);
        int before = Volatile.Read(ref calls);
        Wait.Until(() => Volatile.Read(ref calls) > before + 10);

        periodic.Dispose();
        provider.Join();
        Assert.False(idle.Change(TimeSpan.Zero, s_never));
        idle.Dispose();
        Assert.Equal(0, provider.ActiveTimers);
    }

    // In a process of its own: the timers of other tests would count.
    [FactNeedsTimerList]
    public void An_idle_provider_that_is_disposed_gives_its_kernel_timer_back() => ChildProcess.Run(MakeAndDispose).AssertSucceeded();

    private static void MakeAndDispose()
    {
        for (int i = 0; i < 20; i++)
        {
            var provider = new InterruptTimeProvider();
            Assert.Equal(1, KernelTimers());
            provider.Dispose();
            provider.Join();
            Assert.Equal(0, KernelTimers());
        }
    }

    // proc_pid_timers(5): each begins with a line "ID: 3".
    private static int KernelTimers() => File.ReadLines(FactNeedsTimerListAttribute.List).Count(static line => line.StartsWith("ID:", StringComparison.Ordinal));

    [Fact]
    public void A_signal_that_cannot_be_had_is_refused() =>
        Assert.Throws<SignalUnavailableException>(static () => new InterruptTimeProvider(new InterruptTimeProviderOptions { Signal = 9 }));

    [Fact]
    public void Its_thread_can_be_prepared()
    {
        using var provider = new InterruptTimeProvider(new InterruptTimeProviderOptions
        {
            Name = "prepared",
            Preparation = new ThreadPreparation { TimerSlack = TimeSpan.FromMicroseconds(1) },
        });

        PreparationResult result = Assert.Single(provider.Preparation);
        Assert.Equal(PreparationStep.TimerSlack, result.Step);
        Assert.True(result.IsDone, result.Explanation);
        using var without = new InterruptTimeProvider();
        Assert.Empty(without.Preparation);
    }

    [Fact]
    public unsafe void A_foreign_signal_on_its_number_is_counted_as_spurious_and_harms_nothing()
    {
        using var provider = new InterruptTimeProvider();
        int thread = provider.ThreadId;
        long before = InterruptSource.SpuriousSignals;
        siginfo_t forged = default;
        forged.si_code = LibC.SI_QUEUE;
        forged.si_pid = LibC.getpid();
        Assert.Equal(0, LibC.rt_tgsigqueueinfo(LibC.getpid(), thread, provider.Signal, &forged));

        Wait.Until(() => InterruptSource.SpuriousSignals > before);
        Task delay = Task.Delay(TimeSpan.FromMilliseconds(1), provider);
        Wait.Until(() => delay.IsCompletedSuccessfully);
    }
}

/// <summary>A fact that needs the kernel's list of this process's timers.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsTimerListAttribute : FactAttribute
{
    public const string List = "/proc/self/timers";

    public FactNeedsTimerListAttribute()
    {
        if (!File.Exists(List))
        {
            Skip = "this kernel has no /proc/self/timers (CONFIG_CHECKPOINT_RESTORE)";
        }
    }
}
