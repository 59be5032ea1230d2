using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>What this machine, kernel and process can do for interrupts; its text is made for bug reports.</summary>
/// <remarks>
/// Each is tried, where that does no harm, and not guessed: counters and timers are opened, and closed again, and a thread asks for a real-time priority, and ends. Where
/// TopHalf does not run, <see cref="Platform"/> says so, and nothing else is there.
/// </remarks>
public sealed unsafe class InterruptSupport
{
    private const int CapabilityToLockMemory = 14; // CAP_IPC_LOCK

    private InterruptSupport()
    {
        Machine = DescribeMachine();
        string? obstacle = PlatformSupport.Obstacle;
        Platform = new("TopHalf", obstacle is null, obstacle ?? "Linux on x86-64 with glibc");
        if (obstacle is not null)
        {
            return;
        }

        (UserInterruptsOfProcessor, UserInterruptsOfKernel) = UserInterrupts();
        Counters = Enum.GetValues<CounterEvent>().ToDictionary(static counted => counted, Counter);
        Clocks = Enum.GetValues<InterruptTimerClock>().ToDictionary(static clock => clock, Clock);
        QueuedSignals = Signals();
        RealTimePriority = RealTime();
        MemoryLock = Memory();
        Paranoia = CounterRefusal.Paranoia is { } text && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int level) ? level : null;
    }

    /// <summary>As it is now: each reading looks anew, which takes some milliseconds.</summary>
    public static InterruptSupport Current => new();

    /// <summary>Kernel, distribution, runtime and processor.</summary>
    public string Machine { get; }

    /// <summary>Whether TopHalf runs here.</summary>
    public InterruptFeature Platform { get; }

    /// <summary>Whether the processor has user interrupts (UINTR): CPUID leaf 7, EDX bit 5. TopHalf does not use them.</summary>
    public InterruptFeature? UserInterruptsOfProcessor { get; }

    /// <summary>Whether the kernel offers them to programs.</summary>
    public InterruptFeature? UserInterruptsOfKernel { get; }

    /// <summary>kernel.perf_event_paranoid; null: the kernel has no counters.</summary>
    public int? Paranoia { get; }

    /// <summary>For each event, whether a <see cref="CounterInterrupt"/> of the calling thread can have it.</summary>
    public IReadOnlyDictionary<CounterEvent, InterruptFeature> Counters { get; } = new Dictionary<CounterEvent, InterruptFeature>();

    /// <summary>For each clock, whether an <see cref="InterruptTimer"/> can have it, and its resolution.</summary>
    public IReadOnlyDictionary<InterruptTimerClock, InterruptFeature> Clocks { get; } = new Dictionary<InterruptTimerClock, InterruptFeature>();

    /// <summary>How many timers and signals the user may have queued (RLIMIT_SIGPENDING).</summary>
    public InterruptFeature? QueuedSignals { get; }

    /// <summary>Whether a thread can have a real-time priority (SCHED_FIFO).</summary>
    public InterruptFeature? RealTimePriority { get; }

    /// <summary>Whether memory can be locked (RLIMIT_MEMLOCK).</summary>
    public InterruptFeature? MemoryLock { get; }

    /// <summary>All of them, in a fixed order.</summary>
    public IEnumerable<InterruptFeature> Features =>
        new[] { Platform, UserInterruptsOfProcessor, UserInterruptsOfKernel }.Concat(Clocks.Values).Concat(Counters.Values)
            .Concat([QueuedSignals, RealTimePriority, MemoryLock]).OfType<InterruptFeature>();

    /// <summary>All of it, a line each.</summary>
    public override string ToString()
    {
        StringBuilder text = new StringBuilder().AppendLine(Machine);
        foreach (InterruptFeature feature in Features)
        {
            text.AppendLine(feature.ToString());
        }

        return text.ToString();
    }

    private static string DescribeMachine()
    {
        string version = typeof(InterruptSupport).Assembly.GetName().Version?.ToString(3) ?? "?";
        string processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor"
            : "unknown processor";
        return $"TopHalf {version}, {RuntimeInformation.FrameworkDescription} ({RuntimeInformation.RuntimeIdentifier}), {RuntimeInformation.OSDescription}, " +
            $"kernel {Environment.OSVersion.Version}, {processor} x {Environment.ProcessorCount}{(IsVirtual ? ", virtual machine" : string.Empty)}";
    }

    // CPUID leaf 1, ECX bit 31: reserved on a real processor, set by hypervisors.
    private static bool IsVirtual => X86Base.IsSupported && X86Base.CpuId(1, 0).Ecx < 0;

    private static (InterruptFeature Processor, InterruptFeature Kernel) UserInterrupts()
    {
        const int Uintr = 1 << 5;
        bool has = X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & Uintr) != 0;
        bool offered = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("flags", StringComparison.Ordinal))?.Split(' ').Contains("uintr") ?? false;
        return (
            new("user interrupts of the processor", has, $"CPUID says so (leaf 7, EDX bit 5){(IsVirtual && !has ? "; a hypervisor may hide them" : string.Empty)}"),
            new("user interrupts of the kernel", offered, offered ? "/proc/cpuinfo lists uintr" : "/proc/cpuinfo lists no uintr; the patches for Linux are out of tree"));
    }

    private static InterruptFeature Counter(CounterEvent counted)
    {
        const long Every = 1_000_000_000;
        int descriptor = KernelCounter.TryOpen(counted, Every, countKernel: false, LibC.gettid(), out CounterRefusal? refusal);
        if (descriptor >= 0)
        {
            _ = LibC.close(descriptor);
        }

        return new($"counter {counted}", refusal is null, refusal?.Reason ?? (KernelCounter.IsHardware(counted) ? "the processor's" : "the kernel's"));
    }

    private static InterruptFeature Clock(InterruptTimerClock clock)
    {
        int id = KernelTimer.ClockIdOf(clock, LibC.gettid());
        string name = $"clock {clock}";
        if (!KernelTimer.TryCreate(id, SignalOfNobody, 0, 0, out int timer, out int error))
        {
            return new(name, false, $"timer_create failed: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        KernelTimer.Delete(timer);
        bool ticks = clock is InterruptTimerClock.ProcessCpuTime or InterruptTimerClock.ThreadCpuTime;
        string resolution = string.Create(CultureInfo.InvariantCulture, $"{Resolution(ticks ? LibC.CLOCK_MONOTONIC_COARSE : id)} ns");
        string? fault = KernelFaults.OfTimer(clock, KernelFaults.Running);
        return new(name, true, (ticks ? $"the kernel looks at it every {resolution}, at its tick" : $"resolution {resolution}") + (fault is null ? string.Empty : $"; {fault}"));
    }

    // A timer that is never armed sends nothing.
    private static int SignalOfNobody => LibC.__libc_current_sigrtmax();

    private static long Resolution(int clock)
    {
        timespec resolution;
        return LibC.clock_getres(clock, &resolution) == 0
            ? (resolution.tv_sec * 1_000_000_000) + resolution.tv_nsec
            : throw new InvalidOperationException($"clock_getres failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static InterruptFeature Signals()
    {
        string limit = ThreadSettings.Limit(LibC.RLIMIT_SIGPENDING);
        return new("queued signals", limit != "0", $"RLIMIT_SIGPENDING is {limit}, over all processes of the user, who has {KernelTimer.SignalsQueued() ?? "an unknown number"}");
    }

    private static InterruptFeature RealTime()
    {
        string? refusal = null;
        var thread = new Thread(() => refusal = ThreadSettings.SetRealTime(1));
        thread.Start();
        thread.Join();
        const string Throttle = "/proc/sys/kernel/sched_rt_runtime_us";
        string budget = File.Exists(Throttle) ? $", kernel.sched_rt_runtime_us {File.ReadAllText(Throttle).Trim()}" : string.Empty;
        return new("real-time priority", refusal is null, refusal ?? $"RLIMIT_RTPRIO is {ThreadSettings.Limit(LibC.RLIMIT_RTPRIO)}, SCHED_FIFO was given{budget}");
    }

    private static InterruptFeature Memory()
    {
        bool unlimited = ThreadSettings.HasCapability(CapabilityToLockMemory);
        string limit = ThreadSettings.Limit(LibC.RLIMIT_MEMLOCK);
        return unlimited
            ? new("locked memory", true, $"CAP_IPC_LOCK, so RLIMIT_MEMLOCK ({limit} bytes) does not matter")
            : new("locked memory", limit != "0", $"RLIMIT_MEMLOCK is {limit} bytes ('ulimit -l', in KiB; LimitMEMLOCK= in a systemd unit), and there is no CAP_IPC_LOCK");
    }
}
