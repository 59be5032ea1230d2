// What is said where an event cannot be counted: the reason, and what to set. Never a silent nothing.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed class CounterRefusalTests
{
    public static TheoryData<CounterEvent> Events => [.. Enum.GetValues<CounterEvent>()];

    // Holds on every machine, whatever it has: the event is counted, or the refusal says what is missing.
    [Theory, MemberData(nameof(Events))]
    public void Each_event_is_counted_or_it_is_said_why_not(CounterEvent counted)
    {
        const long Every = 1_000_000;
        try
        {
            using CounterInterrupt<long> source = CounterInterrupt.Start<long>(Ignore, counted, Every, new() { Delivery = DeliveryMode.Signal });
            Assert.Equal((counted, Every), (source.Counted, source.Every));
        }
        catch (CounterUnavailableException refusal)
        {
            Assert.Equal(counted, refusal.Counted);
            Assert.StartsWith($"{counted} ", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(refusal.IsAbsent ? " cannot be counted: this " : "kernel.perf_event_paranoid is ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [FactNeedsCounters]
    public void A_fall_back_is_taken_aloud_where_the_event_is_absent_and_not_where_it_is_there() => ChildProcess.Run(FallBack).AssertSucceeded();

    [Fact]
    public void Without_the_permission_it_is_said_what_to_set() => ChildProcess.Run(LosePermission).AssertSucceeded();

    [Theory]
    [InlineData(CounterEvent.TaskClock, false, "TaskClock may not be counted by this process: kernel.perf_event_paranoid is 3, and 2 or less is needed")]
    [InlineData(CounterEvent.TaskClock, true, "TaskClock in the kernel may not be counted by this process: kernel.perf_event_paranoid is 3, and 1 or less is needed")]
    public void A_refusal_names_the_setting_the_capability_and_the_container(CounterEvent counted, bool inKernel, string beginning)
    {
        string message = CounterRefusal.Forbidden(counted, inKernel, "3");

        Assert.StartsWith(beginning, message, StringComparison.Ordinal);
        Assert.Contains("CAP_PERFMON", message, StringComparison.Ordinal);
        Assert.Contains("seccomp", message, StringComparison.Ordinal);
        Assert.Equal(inKernel, message.Contains("Without CounterInterruptOptions.CountKernel less is needed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(LibC.ENOENT, CounterEvent.CpuCycles, true, "no hardware counter")]
    [InlineData(LibC.ENOTSUP, CounterEvent.CacheMisses, true, "no hardware counter")]
    [InlineData(LibC.ENOENT, CounterEvent.Migrations, true, "this kernel does not have it")]
    [InlineData(LibC.ENOSYS, CounterEvent.TaskClock, true, "CONFIG_PERF_EVENTS")]
    [InlineData(LibC.EPERM, CounterEvent.TaskClock, false, "kernel.perf_event_paranoid")]
    [InlineData(LibC.EACCES, CounterEvent.TaskClock, false, "kernel.perf_event_paranoid")]
    [InlineData(LibC.EINVAL, CounterEvent.TaskClock, false, "Invalid argument")]
    public void Each_error_of_the_kernel_is_told_apart(int error, CounterEvent counted, bool absent, string part)
    {
        CounterRefusal refusal = CounterRefusal.Of(error, counted, inKernel: false);

        Assert.Equal((error, absent), (refusal.Error, refusal.IsAbsent));
        Assert.Contains(part, refusal.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6.15.11", false)]
    [InlineData("6.16.0", true)]
    [InlineData("6.17.4", true)]
    [InlineData("6.18.0", false)]
    [InlineData("7.16.0", false)]
    public void Clock_events_are_refused_on_kernels_that_may_hang_by_them_and_others_are_not(string kernel, bool refused)
    {
        var version = Version.Parse(kernel);
        Assert.All([CounterEvent.CpuClock, CounterEvent.TaskClock], counted => Assert.Equal(
            refused, KernelFaults.OfCounter(counted, version)?.StartsWith($"{counted} cannot be counted: this kernel, Linux {version.ToString(2)}, may hang", StringComparison.Ordinal) ?? false));
        Assert.All([CounterEvent.CpuCycles, CounterEvent.PageFaults], counted => Assert.Null(KernelFaults.OfCounter(counted, version)));
    }

    [Theory]
    [InlineData("5.8.0", false)]
    [InlineData("5.9.0", true)]
    [InlineData("5.15.2", true)]
    [InlineData("5.16.0", false)]
    [InlineData("6.12.0", false)]
    public void Timers_of_CPU_time_are_warned_of_on_kernels_that_forget_them_and_others_are_not(string kernel, bool warned)
    {
        var version = Version.Parse(kernel);
        Assert.All(
            [InterruptTimerClock.ThreadCpuTime, InterruptTimerClock.ProcessCpuTime], clock => Assert.Equal(warned, KernelFaults.OfTimer(clock, version) is not null));
        Assert.Null(KernelFaults.OfTimer(InterruptTimerClock.Monotonic, version));
    }

    private static void FallBack()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => notices.Add(notice);
        var options = new CounterInterruptOptions { Delivery = DeliveryMode.Signal, Name = "profile", Fallback = new(CounterEvent.PageFaults, 5) };
        bool absent = Counters.Missing(CounterEvent.CpuCycles) is not null;
        using CounterInterrupt<long> cycles = CounterInterrupt.Start<long>(Ignore, CounterEvent.CpuCycles, 1_000_000, options);

        Assert.Equal(absent ? (CounterEvent.PageFaults, 5) : (CounterEvent.CpuCycles, 1_000_000), (cycles.Counted, cycles.Every));
        Assert.Equal(absent ? 1 : 0, notices.Count);
        Assert.All(notices, static notice => Assert.Equal((InterruptNoticeKind.CounterFallback, "profile"), (notice.Kind, notice.Source)));
        notices.Clear();

        using CounterInterrupt<long> faults = CounterInterrupt.Start<long>(Ignore, CounterEvent.MinorFaults, 7, options);
        Assert.Equal((CounterEvent.MinorFaults, 7), (faults.Counted, faults.Every));
        Assert.Empty(notices);
    }

    // As another user than root, without capabilities, unless paranoia is lower than any that forbids something.
    private static void LosePermission()
    {
        // What has to be loaded is, before its files may not be read any more.
        using CounterInterrupt<long>? before = Counters.Missing(CounterEvent.PageFaults) is null
            ? CounterInterrupt.Start<long>(Ignore, CounterEvent.PageFaults, 1000, new() { Delivery = DeliveryMode.Signal })
            : null;
        if (Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, setresuid(65534, 65534, 65534));
        }

        string paranoia = CounterRefusal.Paranoia ?? "absent";
        if (int.TryParse(paranoia, out int level) && level < 2)
        {
            Console.WriteLine($"kernel.perf_event_paranoid is {level}, which forbids nothing.");
            return;
        }

        var refusal = Assert.Throws<CounterUnavailableException>(
            static () => CounterInterrupt.Start<long>(Ignore, CounterEvent.ContextSwitches, 1, new() { Delivery = DeliveryMode.Signal }));
        Assert.StartsWith("ContextSwitches ", refusal.Message, StringComparison.Ordinal);
        Assert.True(
            refusal.IsAbsent || refusal.Message.Contains($"kernel.perf_event_paranoid is {paranoia}, and 1 or less is needed", StringComparison.Ordinal), refusal.Message);
    }

    [DllImport("libc.so.6")]
    private static extern int setresuid(uint real, uint effective, uint saved);

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ignore(ref long state, in InterruptContext context) => state++;
}
