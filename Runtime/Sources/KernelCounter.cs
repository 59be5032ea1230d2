using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>One counter of the kernel: perf_event_open(2). Ordinary context. PERF_EVENT_IOC_REFRESH is never used: <see cref="KernelFaults"/>.</summary>
internal static unsafe class KernelCounter
{
    // The kernel makes 10 us of any shorter time; for twice as much there is the reason of InterruptTimerOptions.MinimumPeriod.
    private const long LeastNanoseconds = 20_000;

    private const ulong Disabled = 1 << 0;
    private const ulong ExcludeKernel = 1 << 5;
    private const ulong ExcludeHypervisor = 1 << 6;

    /// <summary>Whether it is counted by the processor.</summary>
    public static bool IsHardware(CounterEvent counted) => counted < CounterEvent.CpuClock;

    /// <exception cref="ArgumentOutOfRangeException">There is no such event, or no interrupt for so few.</exception>
    public static void Validate(CounterEvent counted, long every, string parameter)
    {
        if (!Enum.IsDefined(counted))
        {
            throw new ArgumentOutOfRangeException(parameter, counted, "Not a CounterEvent.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every, parameter);
        if (counted is CounterEvent.CpuClock or CounterEvent.TaskClock && every < LeastNanoseconds)
        {
            throw new ArgumentOutOfRangeException(
                parameter, every, $"{counted} counts nanoseconds, and an interrupt costs some thousands of them: {LeastNanoseconds} at least.");
        }
    }

    /// <summary>Opens a counter of a thread's that does not count yet. The caller closes it.</summary>
    /// <exception cref="CounterUnavailableException">Says what is missing, and what to set.</exception>
    /// <exception cref="InterruptTargetException">The thread is gone.</exception>
    /// <exception cref="InterruptLimitException">There is no descriptor left.</exception>
    public static int Open(CounterEvent counted, long every, bool countKernel, int threadId)
    {
        int descriptor = TryOpen(counted, every, countKernel, threadId, out CounterRefusal? refusal);
        if (refusal is not null)
        {
            KernelTimer.RequireThread(threadId);
            throw refusal.Error == LibC.EMFILE
                ? new InterruptLimitException("There is no descriptor left for a counter (RLIMIT_NOFILE). Close files, or raise the limit: 'ulimit -n'.")
                : new CounterUnavailableException(counted, refusal.IsAbsent, refusal.Reason);
        }

        return descriptor;
    }

    /// <summary>As <see cref="Open"/>; says why not instead of throwing.</summary>
    public static int TryOpen(CounterEvent counted, long every, bool countKernel, int threadId, out CounterRefusal? refusal)
    {
        if (KernelFaults.OfCounter(counted, KernelFaults.Running) is { } fault)
        {
            refusal = new CounterRefusal(0, true, fault);
            return -1;
        }

        bool inKernel = countKernel || counted is CounterEvent.ContextSwitches or CounterEvent.Migrations;
        var attributes = new perf_event_attr
        {
            type = IsHardware(counted) ? LibC.PERF_TYPE_HARDWARE : LibC.PERF_TYPE_SOFTWARE,
            size = (uint)sizeof(perf_event_attr),
            config = ConfigOf(counted),
            sample_period = (ulong)every,
            flags = Disabled | ExcludeHypervisor | (inKernel ? 0 : ExcludeKernel),
        };
        int descriptor = LibC.perf_event_open(&attributes, threadId);
        refusal = descriptor >= 0 ? null : CounterRefusal.Of(Marshal.GetLastPInvokeError(), counted, inKernel);
        return descriptor;
    }

    public static void Enable(int descriptor) => Control(descriptor, LibC.PERF_EVENT_IOC_ENABLE, null);

    public static void Disable(int descriptor) => Control(descriptor, LibC.PERF_EVENT_IOC_DISABLE, null);

    public static void SetPeriod(int descriptor, long every) => Control(descriptor, LibC.PERF_EVENT_IOC_PERIOD, &every);

    /// <summary>How many events were counted.</summary>
    public static long Read(int descriptor)
    {
        long count;
        return LibC.read(descriptor, &count, sizeof(long)) == sizeof(long)
            ? count
            : throw new InvalidOperationException($"read of a counter failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static void Control(int descriptor, ulong request, void* argument)
    {
        if (LibC.ioctl(descriptor, request, argument) != 0)
        {
            throw new InvalidOperationException($"ioctl {request:X} of a counter failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    private static ulong ConfigOf(CounterEvent counted) => (ulong)(counted switch
    {
        CounterEvent.CpuCycles => LibC.PERF_COUNT_HW_CPU_CYCLES,
        CounterEvent.Instructions => LibC.PERF_COUNT_HW_INSTRUCTIONS,
        CounterEvent.CacheReferences => LibC.PERF_COUNT_HW_CACHE_REFERENCES,
        CounterEvent.CacheMisses => LibC.PERF_COUNT_HW_CACHE_MISSES,
        CounterEvent.Branches => LibC.PERF_COUNT_HW_BRANCH_INSTRUCTIONS,
        CounterEvent.BranchMisses => LibC.PERF_COUNT_HW_BRANCH_MISSES,
        CounterEvent.BusCycles => LibC.PERF_COUNT_HW_BUS_CYCLES,
        CounterEvent.ReferenceCycles => LibC.PERF_COUNT_HW_REF_CPU_CYCLES,
        CounterEvent.CpuClock => LibC.PERF_COUNT_SW_CPU_CLOCK,
        CounterEvent.TaskClock => LibC.PERF_COUNT_SW_TASK_CLOCK,
        CounterEvent.PageFaults => LibC.PERF_COUNT_SW_PAGE_FAULTS,
        CounterEvent.MinorFaults => LibC.PERF_COUNT_SW_PAGE_FAULTS_MIN,
        CounterEvent.MajorFaults => LibC.PERF_COUNT_SW_PAGE_FAULTS_MAJ,
        CounterEvent.ContextSwitches => LibC.PERF_COUNT_SW_CONTEXT_SWITCHES,
        _ => LibC.PERF_COUNT_SW_CPU_MIGRATIONS,
    });
}
