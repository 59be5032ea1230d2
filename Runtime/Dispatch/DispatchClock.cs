using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Reads clocks in signal context.</summary>
internal static unsafe class DispatchClock
{
    /// <summary>Nanoseconds of a clock. Async-signal-safe: clock_gettime(2) is, and CLOCK_MONOTONIC does not enter the kernel.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Now(int clockId)
    {
        timespec now;
        SignalSafeLibC.clock_gettime(clockId, &now);
        return (now.tv_sec * 1_000_000_000) + now.tv_nsec;
    }
}
