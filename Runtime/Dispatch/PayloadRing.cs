using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// Vyukov's bounded queue, as in InterruptQueueWriter.cs, with the handler as its one reader: whoever holds the slot's Busy. Who raises claims a position
// by compare-and-swap on Tail, fills the cell, publishes it by its sequence, and only then sends the signal: so each published payload has a signal of
// its own behind it, and a payload that is not yet published, and hides those behind it, is followed by the signal that brings them all.
//
// If the signal cannot be sent, its payload must not be delivered later, by another's. Both sides end a published cell by compare-and-swap: the reader
// frees it, or who raised cancels it, and the other finds that it was too late. The reader passes over a cancelled cell at its next turn. In a ring that is
// full of them no payload would bring it one: there who raises sends a signal all the same.

/// <summary>The payloads of a software interrupt that wait for its handler, in the order in which they were raised. In unmanaged memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal unsafe struct PayloadRing
{
    /// <summary>The ring.</summary>
    [FieldOffset(0)] public PayloadCell* Cells;

    /// <summary>Its length, a power of two, minus one.</summary>
    [FieldOffset(8)] public long Mask;

    /// <summary>The next position to claim. Only by interlocked operations.</summary>
    [FieldOffset(64)] public long Tail;

    /// <summary>The next position to read. Only by who holds the slot's Busy.</summary>
    [FieldOffset(128)] public long Head;

    /// <summary>Takes a payload in. Async-signal-safe, thread-safe.</summary>
    /// <returns>Its cell's position, or -1: the ring is full.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Write(PayloadRing* ring, nint payload, long timestamp)
    {
        long position = Volatile.Read(ref ring->Tail);
        while (true)
        {
            // SAFETY: the mask keeps the index inside the ring.
            PayloadCell* cell = ring->Cells + (position & ring->Mask);
            long ahead = Volatile.Read(ref cell->Sequence) - position;
            if (ahead < 0)
            {
                // Not freed since the last time round; or cancelled, and not yet passed over.
                return -1;
            }

            long tail = ahead > 0 ? Volatile.Read(ref ring->Tail) : Interlocked.CompareExchange(ref ring->Tail, position + 1, position);
            if (ahead == 0 && tail == position)
            {
                cell->Payload = payload;
                cell->Timestamp = timestamp;
                Volatile.Write(ref cell->Sequence, position + 1);
                return position;
            }

            position = tail;
        }
    }

    /// <summary>Takes a payload back, if it has not been read. Async-signal-safe, thread-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Cancel(PayloadRing* ring, long position) =>
        Interlocked.CompareExchange(ref ring->Cells[position & ring->Mask].Sequence, PayloadCell.Cancelled, position + 1) == position + 1;

    /// <summary>Whether there is something to read, or to pass over. Async-signal-safe, thread-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasNext(PayloadRing* ring)
    {
        long head = Volatile.Read(ref ring->Head);
        long sequence = Volatile.Read(ref ring->Cells[head & ring->Mask].Sequence);
        return sequence == head + 1 || sequence == PayloadCell.Cancelled;
    }

    /// <summary>Whether what is next was taken back. Async-signal-safe, thread-safe.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNextCancelled(PayloadRing* ring) =>
        Volatile.Read(ref ring->Cells[Volatile.Read(ref ring->Head) & ring->Mask].Sequence) == PayloadCell.Cancelled;

    /// <summary>Takes the oldest payload out. Async-signal-safe; for who holds the slot's Busy.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(PayloadRing* ring, nint* payload, long* timestamp)
    {
        while (HasNext(ring))
        {
            long head = ring->Head;
            PayloadCell* cell = ring->Cells + (head & ring->Mask);
            *payload = cell->Payload;
            *timestamp = cell->Timestamp;
            long free = head + ring->Mask + 1;
            bool isTaken = Interlocked.CompareExchange(ref cell->Sequence, free, head + 1) == head + 1;
            if (!isTaken)
            {
                Volatile.Write(ref cell->Sequence, free);
            }

            Volatile.Write(ref ring->Head, head + 1);
            if (isTaken)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>One place of a <see cref="PayloadRing"/>.</summary>
internal struct PayloadCell
{
    /// <summary>The <see cref="Sequence"/> of a payload that was taken back.</summary>
    public const long Cancelled = -1;

    /// <summary>At position p: p while the cell is free for who claims p, p + 1 once the payload is there, p + capacity after it was read.</summary>
    public long Sequence;

    public nint Payload;

    /// <summary>When it was raised, nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Timestamp;
}
