using System.Runtime.InteropServices;

namespace TopHalf;

/// <summary>
/// What the writers, the reader and the doorbell of one queue share. Lives in <see cref="QueueControlTable"/>, never freed.
/// </summary>
/// <remarks>Fields are grouped by who writes them, a cache-line pair each, so that a reader at work does not slow a handler.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal unsafe struct QueueControl
{
    /// <summary>The bit of <see cref="Tail"/> that says that the queue was completed: no position can be claimed any more.</summary>
    public const long Completed = long.MinValue;

    // Changes when a queue takes the block or gives it back, only.

    /// <summary>Odd while a queue owns the block, even while it is free. Only grows: 64 bits never come round.</summary>
    [FieldOffset(0)] public long Generation;

    /// <summary>The ring, an array of <see cref="QueueCell{T}"/>.</summary>
    [FieldOffset(8)] public void* Cells;

    /// <summary>The ring's length, a power of two, minus one.</summary>
    [FieldOffset(16)] public long Mask;

    /// <summary>The eventfd that wakes the bottom half.</summary>
    [FieldOffset(24)] public int DoorbellFd;

    /// <summary>A <see cref="TopHalf.BackPressure"/>.</summary>
    [FieldOffset(28)] public int Policy;

    /// <summary>Holds 1: what is written to the eventfd. Here, so that a handler needs no local with an address.</summary>
    [FieldOffset(32)] public ulong One;

    // Changes with each write.

    /// <summary>Writers that may be using the ring.</summary>
    [FieldOffset(128)] public long Active;

    /// <summary>The next position to claim, which is also the number of items written; plus <see cref="Completed"/>.</summary>
    [FieldOffset(136)] public long Tail;

    /// <summary>Items refused because the queue was full or completed.</summary>
    [FieldOffset(144)] public long Dropped;

    // Changes when the reader sleeps or is woken; each writer reads it.

    /// <summary>1 while the reader sleeps and nobody has rung for it yet.</summary>
    [FieldOffset(192)] public int Waiting;

    /// <summary>1 while threads block on this word, a futex, and nobody has woken them yet.</summary>
    [FieldOffset(196)] public int Blocked;

    /// <summary>Both of the above, for one look at them.</summary>
    [FieldOffset(192)] public long Sleepers;

    /// <summary>How often writers rang.</summary>
    [FieldOffset(200)] public long Rings;

    // Changes with each read; each writer reads it.

    /// <summary>The position of the oldest item. Only grows; what is before it was read, or dropped for a newer one.</summary>
    [FieldOffset(320)] public long Head;
}
