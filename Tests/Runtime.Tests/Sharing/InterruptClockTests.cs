// InterruptClock against .NET's own clocks, by order only: no test here waits for a time.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed class InterruptClockTests
{
    [Fact]
    public void Timestamp_is_Stopwatchs_clock()
    {
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        long before = Stopwatch.GetTimestamp();
        long timestamp = InterruptClock.Timestamp;

        Assert.InRange(timestamp, before, Stopwatch.GetTimestamp());
    }

    [Fact]
    public void Timestamp_never_goes_back()
    {
        long last = InterruptClock.Timestamp;
        for (int i = 0; i < 100_000; i++)
        {
            long now = InterruptClock.Timestamp;
            Assert.True(now >= last);
            last = now;
        }
    }

    [Fact]
    public void Realtime_is_the_wall_clock()
    {
        long before = NanosecondsSinceEpoch();
        long realtime = InterruptClock.Realtime;

        // DateTime counts in steps of 100 ns.
        Assert.InRange(realtime, before, NanosecondsSinceEpoch() + 100);
    }

    [Fact]
    public void BootTime_is_the_monotonic_clock_plus_suspensions()
    {
        long monotonic = InterruptClock.Timestamp;

        Assert.True(InterruptClock.BootTime >= monotonic);
    }

    [Fact]
    public void Tai_is_the_wall_clock_plus_whole_leap_seconds()
    {
        long realtime = InterruptClock.Realtime;
        long tai = InterruptClock.Tai;
        long between = InterruptClock.Realtime - realtime;

        // 0 until something has told the kernel; 37 s since 2017.
        long offset = (tai - realtime - between + 999_999_999) / 1_000_000_000;
        Assert.InRange(offset, 0, 60);
        Assert.InRange(tai - (offset * 1_000_000_000), realtime, realtime + between);
    }

    [Fact]
    public void Cpu_time_of_a_thread_grows_with_its_work_and_is_part_of_the_processs()
    {
        long process = InterruptClock.ProcessCpuTime;
        long thread = InterruptClock.ThreadCpuTime;
        Thread.SpinWait(100_000);
        long spent = InterruptClock.ThreadCpuTime - thread;

        Assert.True(spent > 0);
        Assert.True(InterruptClock.ProcessCpuTime - process >= spent);
    }

    [Fact]
    public void Each_clock_is_the_kernels_of_that_number()
    {
        AssertIs(LibC.CLOCK_MONOTONIC, static () => InterruptClock.Timestamp);
        AssertIs(LibC.CLOCK_REALTIME, static () => InterruptClock.Realtime);
        AssertIs(LibC.CLOCK_BOOTTIME, static () => InterruptClock.BootTime);
        AssertIs(LibC.CLOCK_TAI, static () => InterruptClock.Tai);
        AssertIs(LibC.CLOCK_PROCESS_CPUTIME_ID, static () => InterruptClock.ProcessCpuTime);
        AssertIs(LibC.CLOCK_THREAD_CPUTIME_ID, static () => InterruptClock.ThreadCpuTime);
    }

    // A child of its own: there nothing else has initialised the functions.
    [Fact]
    public void The_clock_works_before_anything_was_registered() => ChildProcess.Run(ReadFirst).AssertSucceeded();

    [Fact]
    public void Reading_the_clocks_calls_nothing_but_the_kernels_function() =>
        JitListing.Of(nameof(ReadAll), PrepareReadAll).AssertCallsNativeFunctionsOnly(6);

    // An ordinary read early on must not leave its check for the initialiser in a handler that is compiled later.
    [Fact]
    public void Reading_the_clocks_calls_nothing_else_after_an_early_ordinary_use_either() =>
        JitListing.Of(nameof(ReadAll), ReadFirstThenPrepareReadAll).AssertCallsNativeFunctionsOnly(6);

    private static void ReadFirst() => Assert.True(InterruptClock.Timestamp > 0);

    private static void PrepareReadAll()
    {
        // As registration does.
        SignalSafeLibC.Initialize();
        RuntimeHelpers.PrepareMethod(Handlers.Method(typeof(InterruptClockTests), nameof(ReadAll)).MethodHandle);
    }

    private static void ReadFirstThenPrepareReadAll()
    {
        ReadFirst();
        PrepareReadAll();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long ReadAll() =>
        InterruptClock.Timestamp ^ InterruptClock.Realtime ^ InterruptClock.BootTime ^ InterruptClock.Tai
        ^ InterruptClock.ProcessCpuTime ^ InterruptClock.ThreadCpuTime;

    private static void AssertIs(int clock, Func<long> read)
    {
        long before = Kernel(clock);
        long value = read();
        Assert.InRange(value, before, Kernel(clock));
    }

    private static unsafe long Kernel(int clock)
    {
        timespec time;
        Assert.Equal(0, LibC.clock_gettime(clock, &time));
        return (time.tv_sec * 1_000_000_000) + time.tv_nsec;
    }

    private static long NanosecondsSinceEpoch() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
