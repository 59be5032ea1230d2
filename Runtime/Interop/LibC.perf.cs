// <linux/perf_event.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>struct perf_event_attr, its first version, which every kernel knows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct perf_event_attr
{
    public uint type;
    public uint size;
    public ulong config;
    public ulong sample_period;
    public ulong sample_type;
    public ulong read_format;

    /// <summary>Bits, which C names one by one.</summary>
    public ulong flags;
    public uint wakeup_events;
    public uint bp_type;
    public ulong config1;
}

internal static unsafe partial class LibC
{
    public const uint PERF_TYPE_HARDWARE = 0;
    public const uint PERF_TYPE_SOFTWARE = 1;
    public const int PERF_COUNT_HW_CPU_CYCLES = 0;
    public const int PERF_COUNT_HW_INSTRUCTIONS = 1;
    public const int PERF_COUNT_HW_CACHE_REFERENCES = 2;
    public const int PERF_COUNT_HW_CACHE_MISSES = 3;
    public const int PERF_COUNT_HW_BRANCH_INSTRUCTIONS = 4;
    public const int PERF_COUNT_HW_BRANCH_MISSES = 5;
    public const int PERF_COUNT_HW_BUS_CYCLES = 6;
    public const int PERF_COUNT_HW_REF_CPU_CYCLES = 9;
    public const int PERF_COUNT_SW_CPU_CLOCK = 0;
    public const int PERF_COUNT_SW_TASK_CLOCK = 1;
    public const int PERF_COUNT_SW_PAGE_FAULTS = 2;
    public const int PERF_COUNT_SW_CONTEXT_SWITCHES = 3;
    public const int PERF_COUNT_SW_CPU_MIGRATIONS = 4;
    public const int PERF_COUNT_SW_PAGE_FAULTS_MIN = 5;
    public const int PERF_COUNT_SW_PAGE_FAULTS_MAJ = 6;
    public const int PERF_FLAG_FD_CLOEXEC = 8;
    public const ulong PERF_EVENT_IOC_ENABLE = 0x2400;
    public const ulong PERF_EVENT_IOC_DISABLE = 0x2401;
    public const ulong PERF_EVENT_IOC_PERIOD = 0x40082404;

    private const long SYS_perf_event_open = 298;

    /// <summary>perf_event_open(2) of a thread, on every processor, in no group.</summary>
    public static int perf_event_open(perf_event_attr* attr, int pid) =>
        (int)syscall(SYS_perf_event_open, (nint)attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC, 0);
}
