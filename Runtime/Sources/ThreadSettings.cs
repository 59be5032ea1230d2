using System.Globalization;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>What the calling thread can be given by the kernel. Each says null if it has it now, otherwise why not and what to set. Ordinary context.</summary>
internal static unsafe class ThreadSettings
{
    // A mask of as many processors as any kernel for x86-64 can have.
    private const int MaskWords = 8192 / 64;

    /// <summary>SCHED_FIFO, for this thread alone: what it starts does not inherit it.</summary>
    public static string? SetRealTime(int priority)
    {
        const int ResetOnFork = 0x40000000; // SCHED_RESET_ON_FORK
        var parameter = new sched_param { sched_priority = priority };
        return LibC.sched_setscheduler(0, LibC.SCHED_FIFO | ResetOnFork, &parameter) == 0 ? null : RealTimeRefusal(priority, Marshal.GetLastPInvokeError());
    }

    /// <summary>The processors that it runs on.</summary>
    public static string? SetProcessors(IReadOnlyCollection<int> processors)
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        foreach (int processor in processors)
        {
            mask[processor / 64] |= 1UL << (processor % 64);
        }

        if (LibC.sched_setaffinity(0, MaskWords * sizeof(ulong), mask) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == LibC.EINVAL
                ? $"none of the processors {List(processors)} is one that this thread may use: it may use {List(Processors())} (cpuset of the cgroup, taskset)"
                : $"sched_setaffinity failed: {Marshal.GetPInvokeErrorMessage(error)}";
        }

        // The kernel leaves out in silence what is not there.
        int[] missing = [.. processors.Except(Processors())];
        return missing.Length == 0 ? null : $"the processors {List(missing)} are not there, or not for this process (cpuset of the cgroup, taskset); the thread runs on {List(Processors())}";
    }

    /// <summary>The processors that the calling thread may run on.</summary>
    public static IReadOnlyList<int> Processors()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (LibC.sched_getaffinity(0, MaskWords * sizeof(ulong), mask) < 0)
        {
            throw new InvalidOperationException($"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        List<int> processors = [];
        for (int processor = 0; processor < MaskWords * 64; processor++)
        {
            if ((mask[processor / 64] >> (processor % 64) & 1) != 0)
            {
                processors.Add(processor);
            }
        }

        return processors;
    }

    /// <summary>How late the kernel may let its sleeps end, to spare the processor wake-ups.</summary>
    public static string? SetTimerSlack(long nanoseconds)
    {
        // 0 would mean: what the thread was started with.
        if (LibC.prctl(LibC.PR_SET_TIMERSLACK, (nint)Math.Max(nanoseconds, 1), 0, 0, 0) != 0)
        {
            return $"prctl PR_SET_TIMERSLACK failed: {Marshal.GetLastPInvokeErrorMessage()}";
        }

        // A thread with a real-time priority has none, whatever it asks for, which is as good.
        long slack = TimerSlack();
        return slack <= Math.Max(nanoseconds, 1) ? null : string.Create(CultureInfo.InvariantCulture, $"the kernel set {slack} ns in its place");
    }

    /// <summary>Of the calling thread.</summary>
    public static long TimerSlack() => LibC.prctl(LibC.PR_GET_TIMERSLACK, 0, 0, 0, 0);

    /// <summary>Whether the calling thread has a capability, by its number.</summary>
    public static bool HasCapability(int number)
    {
        string? line = File.ReadLines("/proc/thread-self/status").FirstOrDefault(static line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null && (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> number & 1) != 0;
    }

    /// <summary>A limit of the process as a person reads it.</summary>
    public static string Limit(int resource)
    {
        rlimit limit;
        return LibC.getrlimit(resource, &limit) != 0 ? "unknown"
            : limit.rlim_cur == ulong.MaxValue ? "unlimited" : limit.rlim_cur.ToString(CultureInfo.InvariantCulture);
    }

    private static string RealTimeRefusal(int priority, int error) => error == LibC.EPERM
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"SCHED_FIFO with priority {priority} is not allowed: RLIMIT_RTPRIO is {Limit(LibC.RLIMIT_RTPRIO)}, and there is no CAP_SYS_NICE. Raise the limit ('ulimit -r', LimitRTPRIO= in a systemd unit, " +
            $"'rtprio' in limits.conf(5), '--ulimit rtprio=99' of a container), or grant the capability. Where RLIMIT_RTPRIO allows it, or the capability is there, the process's cgroup has no real-time budget (cpu.rt_runtime_us)")
        : $"sched_setscheduler failed: {Marshal.GetPInvokeErrorMessage(error)}";

    private static string List(IEnumerable<int> processors) => string.Join(", ", processors);
}
