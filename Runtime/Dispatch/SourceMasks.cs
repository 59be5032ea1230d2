using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TopHalf.Dispatch;

/// <summary>The masks of one source. In unmanaged memory of its own, which lives as long as the source's object and so as long as any scope.</summary>
/// <remarks>
/// <see cref="Own"/> is written by the one thread that the source interrupts, and by no other; <see cref="Regular"/> likewise by the first other thread that masked it;
/// <see cref="Others"/> and <see cref="Waiting"/> only by interlocked operations, or by ordinary code that has the source's gate. See "Masks" in InterruptDelivery.cs.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct SourceMasks
{
    /// <summary>How many masks the interrupted thread has in force.</summary>
    [FieldOffset(0)] public int Own;

    /// <summary>How many masks the first other thread has in force.</summary>
    [FieldOffset(4)] public int Regular;

    /// <summary>How many masks are in force besides.</summary>
    [FieldOffset(8)] public int Others;

    /// <summary>1 once a mask has left something undelivered: whoever ends the last one has to look.</summary>
    [FieldOffset(12)] public int Waiting;

    /// <summary>1 once there is a thread for <see cref="Regular"/>.</summary>
    [FieldOffset(16)] public int HasRegular;

    [FieldOffset(0)] private long _unfenced;

    /// <summary>Whether any mask is in force. Async-signal-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool InForce(SourceMasks* masks) => Volatile.Read(ref masks->_unfenced) != 0 || Volatile.Read(ref masks->Others) != 0;
}
