using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Tells ordinary context that a source without a budget was throttled: a counter in the source table, on which a thread sleeps (a futex).</summary>
internal static unsafe class StormBell
{
    /// <summary>Wakes the thread. One system call. Async-signal-safe, thread-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ring(InterruptTable* table)
    {
        Interlocked.Increment(ref table->Storms);
#pragma warning disable TH3006 // A thunk for one system call.
        SignalSafeLibC.futex(&table->Storms, LibC.FUTEX_WAKE_PRIVATE, 1);
#pragma warning restore TH3006
    }
}
