using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf;

/// <summary>
/// The kernel's clocks, in nanoseconds, for handlers and for ordinary code alike. Every member is thread-safe and async-signal-safe and
/// never throws on the platforms that TopHalf supports.
/// </summary>
/// <remarks>
/// <para>Source: clock_gettime(2). <see cref="Timestamp"/>, <see cref="Realtime"/>, <see cref="BootTime"/> and <see cref="Tai"/> are read
/// without entering the kernel where the machine's clock source allows it; the CPU clocks cost a system call.</para>
/// <para><c>Stopwatch</c> and <c>DateTime</c> are not for handlers: they enter the runtime.</para>
/// </remarks>
public static class InterruptClock
{
    /// <summary>
    /// CLOCK_MONOTONIC: nanoseconds since some point in the past. Never goes back, stands still while the machine is suspended. The clock
    /// of <see cref="InterruptContext.Timestamp"/> and of <c>Stopwatch</c>.
    /// </summary>
    public static long Timestamp
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_MONOTONIC);
    }

    /// <summary>CLOCK_REALTIME: nanoseconds of UTC since 1970-01-01, without leap seconds. Jumps when the wall clock is set.</summary>
    public static long Realtime
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_REALTIME);
    }

    /// <summary>CLOCK_BOOTTIME: nanoseconds since boot. Never goes back, and goes on while the machine is suspended.</summary>
    public static long BootTime
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_BOOTTIME);
    }

    /// <summary>CLOCK_TAI: as <see cref="Realtime"/>, leap seconds counted, where NTP or PTP has told the kernel how many.</summary>
    public static long Tai
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_TAI);
    }

    /// <summary>CLOCK_PROCESS_CPUTIME_ID: nanoseconds that all threads of the process have spent on a CPU. Costs a system call.</summary>
    public static long ProcessCpuTime
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_PROCESS_CPUTIME_ID);
    }

    /// <summary>
    /// CLOCK_THREAD_CPUTIME_ID: nanoseconds that the calling thread has spent on a CPU, handlers that ran on it included. Costs a system
    /// call.
    /// </summary>
    public static long ThreadCpuTime
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Read(LibC.CLOCK_THREAD_CPUTIME_ID);
    }

    // Not AggressiveOptimization: it is always inlined into a handler, which registration compiles after SignalSafeLibC was initialised,
    // while a copy of its own, compiled on an earlier ordinary use, would keep the check for the initialiser for ever.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe long Read(int clock)
    {
        // SAFETY: the kernel fills the local. It can only refuse an unknown clock or a bad address, neither of which is given here.
        timespec time;
        _ = SignalSafeLibC.clock_gettime(clock, &time);
        return (time.tv_sec * 1_000_000_000) + time.tv_nsec;
    }
}
