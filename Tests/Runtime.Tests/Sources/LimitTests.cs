// Limits and refusals: each says what is wrong and how to mend it, and leaves everything else working.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

/// <summary>The limit of queued signals is the user's, over all processes, so no other test may take or free any meanwhile.</summary>
[CollectionDefinition(nameof(LimitTests), DisableParallelization = true)]
public sealed class LimitTestsRunAlone;

[Collection(nameof(LimitTests))]
public sealed unsafe class LimitTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    public static TheoryData<long, string> BadPeriods => new()
    {
        { 0, "The period is zero. TimeSpan counts in steps of 100 ns" },
        { TimeSpan.FromMicroseconds(0.001).Ticks, "steps of 100 ns, so a shorter time, such as 1 ns, becomes zero" },
        { -1, "The period is negative" },
        { TimeSpan.FromSeconds(-5).Ticks, "The period is negative" },
        { 1, "shorter than InterruptTimerOptions.MinimumPeriod, 20 us. Each interrupt costs a few us in the kernel" },
        { TimeSpan.FromMicroseconds(19.9).Ticks, "clone(2) and fork(2) are restarted for every signal" },
        { long.MaxValue, "Longer than 292 years" },
    };

    [Theory]
    [MemberData(nameof(BadPeriods))]
    public void A_period_that_cannot_be_is_refused_with_the_reason(long ticks, string reason)
    {
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(() => new ProbedTimer(TimeSpan.FromTicks(ticks)));

        Assert.Equal("period", refusal.ParamName);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lower_minimum_is_accepted_by_who_asks_for_it()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMicroseconds(10), new() { MinimumPeriod = TimeSpan.FromMicroseconds(10) });
        timer.AfterCalls(1000);

        timer.Timer.Change(TimeSpan.Zero, TimeSpan.FromMicroseconds(10));
        timer.AfterCalls(timer.Calls + 1000);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        AssertRefused<ArgumentNullException>(new() { Target = null! }, "Target");
        AssertRefused<ArgumentOutOfRangeException>(new() { Clock = (InterruptTimerClock)99 }, "Clock");
        AssertRefused<ArgumentOutOfRangeException>(new() { Delivery = (DeliveryMode)99 }, "DeliveryMode");
        AssertRefused<ArgumentOutOfRangeException>(new() { MinimumPeriod = TimeSpan.FromTicks(-1) }, "MinimumPeriod");
        AssertRefused<ArgumentOutOfRangeException>(new() { StackBudget = 0 }, "StackBudget");
        Assert.Throws<ArgumentOutOfRangeException>(() => InterruptTarget.Thread(0));

        static void AssertRefused<TException>(InterruptTimerOptions options, string word)
            where TException : ArgumentException =>
            Assert.Contains(word, Assert.Throws<TException>(() => new ProbedTimer(s_never, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_needs_a_handler() =>
        Assert.Equal("handler", Assert.Throws<ArgumentNullException>(() => InterruptTimer.Start<long>(null!, s_never)).ParamName);

    [Fact]
    public void A_thread_that_does_not_live_is_refused_and_so_is_one_of_another_process()
    {
        int ended;
        using (var worker = Worker.Idle())
        {
            ended = worker.ThreadId;
        }

        Wait.Until(() => !Directory.Exists($"/proc/self/task/{ended}"));
        foreach (int thread in (int[])[ended, 1])
        {
            string refusal = Assert.Throws<InterruptTargetException>(
                () => new ProbedTimer(s_never, new() { Target = InterruptTarget.Thread(thread) })).Message;
            Assert.StartsWith($"Thread {thread} is not a living thread of this process.", refusal, StringComparison.Ordinal);
            Assert.Contains("gettid(2)", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_end_of_a_target_is_noticed_once_and_harmless() => ChildProcess.Run(OutliveTarget).AssertSucceeded();

    [Fact]
    public void The_limit_of_queued_signals_is_told_with_its_numbers_and_earlier_timers_go_on() =>
        ChildProcess.Run(ReachSignalLimit).AssertSucceeded();

    [Fact]
    public void At_the_limit_a_timer_can_still_be_changed_and_a_disposal_makes_room() => ChildProcess.Run(LiveAtSignalLimit).AssertSucceeded();

    [Theory]
    [InlineData(false, Architecture.X64, false, true, "needs Linux on x86-64")]
    [InlineData(true, Architecture.Arm64, false, true, "on Arm64")]
    [InlineData(true, Architecture.X86, false, true, "on X86")]
    [InlineData(true, Architecture.X64, true, true, "the Mono runtime")]
    [InlineData(true, Architecture.X64, false, false, "musl on Alpine")]
    public void Each_platform_that_will_not_do_is_told_why(bool linux, Architecture architecture, bool mono, bool glibc, string reason) =>
        Assert.Contains(reason, PlatformSupport.FindObstacle(linux, architecture, mono, _ => glibc), StringComparison.Ordinal);

    [Fact]
    public void A_glibc_that_is_too_old_is_told_so() => Assert.Contains(
        "glibc 2.30", PlatformSupport.FindObstacle(true, Architecture.X64, false, static name => name != "gettid"), StringComparison.Ordinal);

    [Fact]
    public void Linux_on_x86_64_with_glibc_will_do()
    {
        Assert.Null(PlatformSupport.FindObstacle(true, Architecture.X64, false, static _ => true));
        PlatformSupport.Require();
    }

    private static void OutliveTarget()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        ProbedTimer timer;
        int thread;
        using (var worker = Worker.Idle())
        {
            thread = worker.ThreadId;
            timer = new ProbedTimer(TimeSpan.FromMicroseconds(100), new() { Target = InterruptTarget.Thread(thread), Name = "orphan" });
            timer.AfterCalls(20);
        }

        Wait.Until(() => { lock (notices) { return notices.Count > 0; } });
        timer.Timer.WatchTarget();
        InterruptNoticeEventArgs notice = Assert.Single(notices);
        Assert.Equal((InterruptNoticeKind.TargetEnded, "orphan"), (notice.Kind, notice.Source));
        Assert.StartsWith($"thread {thread}, which 'orphan' interrupts, has ended", notice.Message, StringComparison.Ordinal);
        using (timer.Timer.Mask())
        {
            Assert.Equal(timer.Calls, timer.Timer.Snapshot().Calls);
        }

        timer.Dispose();
        Assert.Equal(timer.Timer.Statistics.Delivered, timer.Timer.Snapshot().Calls);
    }

    private static void ReachSignalLimit()
    {
        using var earlier = new ProbedTimer(TimeSpan.FromMilliseconds(1));
        earlier.AfterCalls(5);
        SetSignalLimit(0);

        string refusal = Assert.Throws<InterruptLimitException>(static () => new ProbedTimer(s_never)).Message;

        Assert.Contains("RLIMIT_SIGPENDING lets this user have 0 timers and queued signals", refusal, StringComparison.Ordinal);
        Assert.Contains("'ulimit -i'", refusal, StringComparison.Ordinal);
        Match taken = Regex.Match(refusal, @"and (\d+) are taken");
        Assert.True(taken.Success, refusal);
        Assert.True(int.Parse(taken.Groups[1].Value, CultureInfo.InvariantCulture) > 0);
        earlier.AfterCalls(earlier.Calls + 20);
    }

    // The limit counts the places of all of this user's processes. Another one may take a place that was just given up, and then even the
    // right code is refused; so the whole is tried again. Code that is wrong is refused every time.
    private static void LiveAtSignalLimit() => Wait.Until(static () =>
    {
        using var live = new ProbedTimer(s_never);
        List<ProbedTimer> others = [];
        SetSignalLimit(SignalsQueued() + 3);
        try
        {
            while (TryStart(others))
            {
            }

            return others.Count > 0 && ChangesAtLimit(live, others);
        }
        finally
        {
            others.ForEach(static timer => timer.Dispose());
            SetSignalLimit(null);
        }
    });

    private static bool ChangesAtLimit(ProbedTimer live, List<ProbedTimer> others)
    {
        try
        {
            live.Timer.Change(TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        }
        catch (InterruptLimitException)
        {
            return false;
        }

        live.AfterCalls(20);
        others[^1].Dispose();
        others.RemoveAt(others.Count - 1);
        if (!TryStart(others))
        {
            return false;
        }

        live.AfterCalls(live.Calls + 20);
        return true;
    }

    private static bool TryStart(List<ProbedTimer> timers)
    {
        try
        {
            timers.Add(new(s_never));
            return true;
        }
        catch (InterruptLimitException)
        {
            return false;
        }
    }

    // Null: as much as this process may have.
    private static void SetSignalLimit(ulong? limit)
    {
        rlimit now;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &now));
        now.rlim_cur = limit ?? now.rlim_max;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &now));
    }

    private static ulong SignalsQueued()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigQ:", StringComparison.Ordinal));
        return ulong.Parse(line[5..].Trim().Split('/')[0], CultureInfo.InvariantCulture);
    }
}
