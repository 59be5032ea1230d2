using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Sources;

namespace TopHalf.Dispatch;

/// <summary>The masks of one source. In unmanaged memory of its own, which lives as long as the source's object and so as long as any scope.</summary>
/// <remarks>
/// The count of <see cref="MaskHolder.Own"/> is written by the one thread that the source interrupts, and by no other; those of the first three other threads that masked it
/// likewise; <see cref="Others"/> and <see cref="Waiting"/> only by interlocked operations, or by ordinary code that has the source's gate. See "Masks" in InterruptDelivery.cs.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct SourceMasks
{
    // Four counts: whether all are 0 takes two looks.
    [FieldOffset(0)] private fixed int _counts[4];
    [FieldOffset(0)] private long _ownAndFirst;
    [FieldOffset(8)] private long _secondAndThird;

    /// <summary>How many masks are in force besides.</summary>
    [FieldOffset(16)] public int Others;

    /// <summary>1 once a mask has left something undelivered: whoever ends the last one has to look.</summary>
    [FieldOffset(20)] public int Waiting;

    /// <summary>1 once there is a thread besides the interrupted one whose masks are counted by themselves.</summary>
    [FieldOffset(24)] public int HasRegular;

    /// <summary>Whether any mask is in force. Async-signal-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool InForce(SourceMasks* masks) =>
        Volatile.Read(ref masks->_ownAndFirst) != 0 || Volatile.Read(ref masks->_secondAndThird) != 0 || Volatile.Read(ref masks->Others) != 0;

    /// <summary>Where it is counted how many masks a thread has in force. Not for <see cref="MaskHolder.Others"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int* CountOf(SourceMasks* masks, MaskHolder holder) => &masks->_counts[0] + (int)holder;
}
