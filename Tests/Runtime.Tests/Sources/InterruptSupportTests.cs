// What the machine can do, as TopHalf tells it, against what then really happens.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class InterruptSupportTests
{
    [Fact]
    public void It_tells_of_each_thing_once_with_one_line_of_explanation()
    {
        InterruptSupport support = InterruptSupport.Current;
        InterruptFeature[] features = [.. support.Features];

        Assert.Equal(1 + 2 + Enum.GetValues<InterruptTimerClock>().Length + Enum.GetValues<CounterEvent>().Length + 3, features.Length);
        Assert.Equal(features.Length, features.Select(static feature => feature.Name).Distinct().Count());
        Assert.All(features, static feature => Assert.False(string.IsNullOrWhiteSpace(feature.Explanation) || feature.Explanation.Contains('\n', StringComparison.Ordinal)));
        Assert.True(support.Platform.IsAvailable);

        string[] lines = support.ToString().TrimEnd().Split('\n');
        Assert.Equal(1 + features.Length, lines.Length);
        Assert.Contains(RuntimeInformation.FrameworkDescription, lines[0], StringComparison.Ordinal);
        Assert.Contains($"kernel {Environment.OSVersion.Version}", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], static line => Assert.True(line.StartsWith("yes ", StringComparison.Ordinal) || line.StartsWith("no  ", StringComparison.Ordinal), line));
    }

    [Fact]
    public void A_counter_that_it_tells_of_can_be_started_and_no_other()
    {
        foreach ((CounterEvent counted, InterruptFeature feature) in InterruptSupport.Current.Counters)
        {
            string? refusal = null;
            try
            {
                using CounterInterrupt<long> source = CounterInterrupt.Start<long>(Count, counted, 1_000_000_000, new() { Delivery = DeliveryMode.Signal });
            }
            catch (CounterUnavailableException unavailable)
            {
                refusal = unavailable.Message;
            }

            Assert.Equal((feature.IsAvailable, refusal ?? feature.Explanation), (refusal is null, feature.Explanation));
        }
    }

    [Fact]
    public void A_clock_has_the_resolution_that_the_kernel_says()
    {
        IReadOnlyDictionary<InterruptTimerClock, InterruptFeature> clocks = InterruptSupport.Current.Clocks;
        timespec resolution;
        Assert.Equal(0, LibC.clock_getres(LibC.CLOCK_MONOTONIC, &resolution));

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"resolution {resolution.tv_nsec} ns"), clocks[InterruptTimerClock.Monotonic].Explanation);
        Assert.Equal(0, LibC.clock_getres(LibC.CLOCK_MONOTONIC_COARSE, &resolution));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"every {resolution.tv_nsec} ns, at its tick"), clocks[InterruptTimerClock.ThreadCpuTime].Explanation, StringComparison.Ordinal);
        Assert.All(clocks.Values, static clock => Assert.True(clock.IsAvailable, clock.ToString()));
    }

    [Fact]
    public void Paranoia_is_the_kernels() => Assert.Equal(CounterRefusal.Paranoia, InterruptSupport.Current.Paranoia?.ToString(CultureInfo.InvariantCulture));

    [Fact]
    public void Without_permissions_it_says_what_to_set() => ChildProcess.Run(LosePermissions).AssertSucceeded();

    [Fact]
    public void A_limit_that_is_used_up_is_told() => ChildProcess.Run(UseUpSignals).AssertSucceeded();

    [Fact]
    public void It_leaves_nothing_behind() => ChildProcess.Run(LookTwice).AssertSucceeded();

    private static void LosePermissions()
    {
        _ = InterruptSupport.Current;
        var none = new rlimit();
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_RTPRIO, &none));
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_MEMLOCK, &none));
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, setresuid(65534, 65534, 65534));
        }

        InterruptSupport support = InterruptSupport.Current;
        Assert.False(support.RealTimePriority!.IsAvailable);
        Assert.Contains("RLIMIT_RTPRIO is 0, and there is no CAP_SYS_NICE", support.RealTimePriority.Explanation, StringComparison.Ordinal);
        Assert.False(support.MemoryLock!.IsAvailable);
        Assert.Contains("RLIMIT_MEMLOCK is 0 bytes", support.MemoryLock.Explanation, StringComparison.Ordinal);
        if (support.Paranoia >= 2)
        {
            Assert.Contains("kernel.perf_event_paranoid=1", support.Counters[CounterEvent.ContextSwitches].Explanation, StringComparison.Ordinal);
        }
    }

    private static void UseUpSignals()
    {
        var none = new rlimit();
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &none));

        InterruptSupport support = InterruptSupport.Current;
        Assert.False(support.QueuedSignals!.IsAvailable);
        Assert.Contains("RLIMIT_SIGPENDING is 0", support.QueuedSignals.Explanation, StringComparison.Ordinal);
        Assert.All(support.Clocks.Values, static clock => Assert.StartsWith("timer_create failed", clock.Explanation, StringComparison.Ordinal));
    }

    private static void LookTwice()
    {
        _ = InterruptSupport.Current.ToString();
        int descriptors = Descriptors();

        // Other processes of the user may use signals meanwhile.
        Wait.Until(static () =>
        {
            string? signals = KernelTimer.SignalsQueued();
            _ = InterruptSupport.Current.ToString();
            return KernelTimer.SignalsQueued() == signals;
        });
        Assert.Equal(descriptors, Descriptors());
        Assert.Equal(LibC.SCHED_OTHER, LibC.sched_getscheduler(0));
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    [DllImport("libc.so.6")]
    private static extern int setresuid(uint real, uint effective, uint saved);

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ref long state, in InterruptContext context) => state++;
}
