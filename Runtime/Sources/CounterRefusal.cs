using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>Why an event cannot be counted.</summary>
/// <param name="Error">The errno; 0: it was not asked for.</param>
/// <param name="IsAbsent">The machine does not have it, as against: it is forbidden.</param>
/// <param name="Reason">A sentence or two, with what to set.</param>
internal sealed record CounterRefusal(int Error, bool IsAbsent, string Reason)
{
    private const string ParanoiaFile = "/proc/sys/kernel/perf_event_paranoid";

    /// <summary>kernel.perf_event_paranoid; null if the kernel has none, and so no counters.</summary>
    public static string? Paranoia => File.Exists(ParanoiaFile) ? File.ReadAllText(ParanoiaFile).Trim() : null;

    /// <param name="error">Of perf_event_open(2).</param>
    /// <param name="counted">The event.</param>
    /// <param name="inKernel">Whether what the kernel does was to be counted, too.</param>
    public static CounterRefusal Of(int error, CounterEvent counted, bool inKernel) => error switch
    {
        LibC.ENOSYS => new(error, true, $"{counted} cannot be counted: this kernel was built without counters (CONFIG_PERF_EVENTS)."),
        LibC.EACCES or LibC.EPERM => new(error, false, Forbidden(counted, inKernel, Paranoia)),
        LibC.ENOENT or LibC.ENODEV or LibC.ENOTSUP when KernelCounter.IsHardware(counted) => new(
            error,
            true,
            $"{counted} cannot be counted: this machine has no hardware counter for it, as most virtual machines have none. Count one of the kernel's own events (TaskClock, PageFaults), or set CounterInterruptOptions.Fallback to one."),
        LibC.ENOENT or LibC.ENODEV or LibC.ENOTSUP => new(error, true, $"{counted} cannot be counted: this kernel does not have it."),
        _ => new(error, false, $"{counted} cannot be counted: perf_event_open failed: {Marshal.GetPInvokeErrorMessage(error)}."),
    };

    /// <summary>What to set.</summary>
    internal static string Forbidden(CounterEvent counted, bool inKernel, string? paranoia)
    {
        string needed = inKernel ? "1" : "2";
        string what = inKernel ? $"{counted} in the kernel" : counted.ToString();
        return $"{what} may not be counted by this process: kernel.perf_event_paranoid is {paranoia ?? "not to be read"}, and {needed} or less is needed " +
            $"('sysctl kernel.perf_event_paranoid={needed}'), or the capability CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8). In a container the call itself may be " +
            "forbidden: allow perf_event_open in its seccomp profile, or add CAP_PERFMON ('--cap-add PERFMON')." +
            (inKernel && counted is not (CounterEvent.ContextSwitches or CounterEvent.Migrations) ? " Without CounterInterruptOptions.CountKernel less is needed." : string.Empty);
    }
}
