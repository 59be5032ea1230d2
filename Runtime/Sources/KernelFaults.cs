using System.Globalization;

namespace TopHalf.Sources;

/// <summary>Faults of certain versions of the kernel that sources have to keep away from.</summary>
internal static class KernelFaults
{
    /// <summary>Of the kernel that runs.</summary>
    public static Version Running { get; } = Environment.OSVersion.Version;

    /// <summary>
    /// Why an event is not to be counted on a kernel; null if it may be. In 6.16 and 6.17 a clock event that the kernel stops in its own timer, because it came
    /// too often or as often as PERF_EVENT_IOC_REFRESH allowed, waits for itself, and the machine stands still. TopHalf never uses that request, but cannot forbid the
    /// kernel to throttle. Later releases of 6.17 are mended, which their version does not tell where a distribution keeps its own count.
    /// </summary>
    public static string? OfCounter(CounterEvent counted, Version kernel) =>
        counted is CounterEvent.CpuClock or CounterEvent.TaskClock && kernel.Major == 6 && kernel.Minor is 16 or 17
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{counted} cannot be counted: this kernel, Linux {kernel.Major}.{kernel.Minor}, may hang as a whole when it stops a clock event in its own timer. Use an InterruptTimer with the clock ThreadCpuTime in its place, or another kernel.")
            : null;

    /// <summary>
    /// What is to be known of a CPU-time timer on a kernel; null if nothing. In 5.9 to 5.15 a thread that was started while a CPU-time timer of the one that started it
    /// had just expired never has one of its own expire. Stable releases are mended since November 2021.
    /// </summary>
    public static string? OfTimer(InterruptTimerClock clock, Version kernel) =>
        clock is InterruptTimerClock.ProcessCpuTime or InterruptTimerClock.ThreadCpuTime && kernel.Major == 5 && kernel.Minor is >= 9 and <= 15
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"some releases of Linux {kernel.Major}.{kernel.Minor} forget CPU-time timers of threads that were started while such a timer expired, so it may stay silent. Update the kernel, or count on a CounterInterrupt of TaskClock.")
            : null;
}
