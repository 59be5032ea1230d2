using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf;

// Internal workings
//
// The ring is Vyukov's bounded queue, but for its reading end: writers claim a position by compare-and-swap on Tail, then fill the cell, then
// publish it by its sequence. Nobody waits for anybody: a writer that was interrupted between claim and publication only hides its own cell,
// and those behind it, from the reader until it goes on; a handler that interrupted it claims the next cell. A swap fails only because
// another's succeeded.
//
// Reading. A cell is free when Head has passed it, and its writer of a round ago has published. Whoever takes items moves Head over them by
// compare-and-swap: the reader after it has copied them, so it never holds a cell and a handler may take them from under it, which only makes
// its swap fail and its copy be forgotten; a writer that drops the oldest without looking at it. So each item is taken once. All that Head
// has passed and the reader has not read was dropped: no count of it is kept by writers.
//
// Latest only. A writer publishes its position, then moves Head up to it, also over cells that are claimed and not published: they are older.
// Their writers go on to fill them; that nobody claims such a cell anew before, its sequence sees to.
//
// Lifetime. A writer holds a block of a table that is never freed, and a generation. It counts itself in (Active), compares the
// generation, uses the ring, and counts itself out. Dispose raises the generation, waits until Active is 0, and frees the ring. Both
// sides make a locked operation on their own word before they read the other's (count in, then read the generation; raise the
// generation, then read Active). Locked operations have one total order and nothing moves across them, so at least one side sees the
// other: either Dispose waits for the writer, or the writer finds its queue gone. The first, uncounted look at the generation keeps
// writers of a dead queue from holding up Dispose, or the block's next owner, for ever.
//
// Publication. The item is written before the cell's sequence (release), and read after it (acquire). It is copied out before Head is moved (a
// locked operation: a full fence), and a cell is filled after Head was seen to have moved (acquire). On x86-64 all but the locked ones are
// plain moves; Volatile keeps the compiler from moving them.
//
// Waking. A writer publishes, counts itself out, then looks at Waiting and Blocked. The reader sets one of them by a locked exchange, then looks
// into its cell again, then sleeps. Counting out is the full fence between the writer's store and its load, as the exchange is the reader's, so
// they cannot both miss the other. Whoever turns one from 1 to 0 rings or wakes, so a sleep costs at most one system call. After it has counted
// itself out the writer may look at a block that has a new owner: then that owner's reader is woken for nothing, and sleeps again.
//
// Completing sets a bit of Tail, so it is ordered with all claims: what was claimed before it is delivered, later writes are dropped.

/// <summary>
/// The writing end of an <see cref="InterruptQueue{T}"/>: a plain value that fits into a handler's state. Any number of threads and nested
/// handlers may write through copies of it at the same time.
/// </summary>
/// <typeparam name="T">What is written, any unmanaged type.</typeparam>
/// <remarks>The default value belongs to no queue: it refuses every item. So does a writer whose queue was disposed.</remarks>
public readonly unsafe struct InterruptQueueWriter<T>
    where T : unmanaged
{
    // The JIT copies up to this size without a call on any x86-64 CPU; beyond it, it may call a managed memory helper.
    private const int InlineCopyLimit = 64;

    private readonly QueueControl* _control;
    private readonly long _generation;

    internal InterruptQueueWriter(QueueControl* control, long generation)
    {
        _control = control;
        _generation = generation;
    }

    /// <summary>
    /// Writes an item, unless the queue is completed, disposed, or full and not to give up an older one. Never waits and never throws.
    /// </summary>
    /// <param name="item">The item; it is copied.</param>
    /// <returns>
    /// Whether the item was written. If not, it is lost: a full or completed queue counts it in <see cref="InterruptQueue{T}.DroppedNewest"/>,
    /// a disposed one does not.
    /// </returns>
    /// <remarks>
    /// Async-signal-safe, also when it interrupts itself. One system call, write(2) to an eventfd or a futex's wake, where the reader sleeps; none
    /// otherwise. The item is written before it can be read (release); what the writer did before it, who reads it sees (acquire).
    /// </remarks>
    // SAFETY: see "Internal workings" above: the block is never freed, and the ring is used only while this writer is counted in.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryWrite(in T item)
    {
        QueueControl* control = _control;
        if (control == null || Volatile.Read(ref control->Generation) != _generation)
        {
            return false;
        }

        Interlocked.Increment(ref control->Active);
        bool written = Volatile.Read(ref control->Generation) == _generation && Publish(control, in item);
        Interlocked.Decrement(ref control->Active);
        if (written && Volatile.Read(ref control->Sleepers) != 0)
        {
            Wake(control);
        }

        return written;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool Publish(QueueControl* control, in T item)
    {
        long position = Volatile.Read(ref control->Tail);
        while (position >= 0)
        {
            // SAFETY: the mask keeps the index inside the ring.
            long mask = control->Mask;
            QueueCell<T>* cells = (QueueCell<T>*)control->Cells;
            long head = Volatile.Read(ref control->Head);
            if (position - head > mask)
            {
                if (control->Policy == (int)BackPressure.DropNewest)
                {
                    break;
                }

                if (Volatile.Read(ref cells[head & mask].Sequence) == head + 1)
                {
                    // Fails where another took the oldest, so there is room either way.
                    Interlocked.CompareExchange(ref control->Head, head + 1, head);
                }
                else if (Volatile.Read(ref control->Head) == head)
                {
                    // The oldest has still to be published.
                    break;
                }

                continue;
            }

            QueueCell<T>* cell = cells + (position & mask);
            long ahead = Volatile.Read(ref cell->Sequence) + mask - position;
            if (ahead < 0)
            {
                // Its writer of a round ago was interrupted and has still to publish.
                break;
            }

            if (ahead > 0)
            {
                // Another writer took the position since.
                position = Volatile.Read(ref control->Tail);
                continue;
            }

            long tail = Interlocked.CompareExchange(ref control->Tail, position + 1, position);
            if (tail == position)
            {
                Copy(in item, &cell->Value);
                Volatile.Write(ref cell->Sequence, position + 1);
                if (control->Policy == (int)BackPressure.LatestOnly)
                {
                    DropBefore(control, position);
                }

                return true;
            }

            position = tail;
        }

        Interlocked.Increment(ref control->Dropped);
        return false;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static void DropBefore(QueueControl* control, long position)
    {
        long head = Volatile.Read(ref control->Head);
        while (head < position)
        {
            long found = Interlocked.CompareExchange(ref control->Head, position, head);
            if (found == head)
            {
                return;
            }

            head = found;
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Copy(in T item, T* to)
    {
        if (sizeof(T) <= InlineCopyLimit)
        {
            *to = item;
            return;
        }

        // SAFETY: both sides are sizeof(T) bytes long; the source stays a ref, so the collector may move it if it is on the heap.
        ref byte source = ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in item));
        nint offset = 0;
        for (; offset <= sizeof(T) - sizeof(ulong); offset += sizeof(ulong))
        {
            *(ulong*)((byte*)to + offset) = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref source, offset));
        }

        for (; offset < sizeof(T); offset++)
        {
            ((byte*)to)[offset] = Unsafe.AddByteOffset(ref source, offset);
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Wake(QueueControl* control)
    {
        if (Volatile.Read(ref control->Blocked) != 0 && Interlocked.Exchange(ref control->Blocked, 0) != 0)
        {
            // SAFETY: a word of a block that is never freed; it takes no lock of this process and waits for nothing.
#pragma warning disable TH3006 // A thunk for one system call.
            SignalSafeLibC.futex(&control->Blocked, LibC.FUTEX_WAKE_PRIVATE, int.MaxValue);
#pragma warning restore TH3006
        }

        if (Interlocked.Exchange(ref control->Waiting, 0) == 0)
        {
            return;
        }

        Interlocked.Increment(ref control->Rings);

        // SAFETY: eight readable bytes in a block that is never freed; write(2) is async-signal-safe.
#pragma warning disable TH2002 // A write to an eventfd waits only when 2^64 - 2 rings are unheard.
        if (SignalSafeLibC.write(control->DoorbellFd, &control->One, sizeof(ulong)) != sizeof(ulong))
#pragma warning restore TH2002
        {
            // Not heard: let the next write ring again.
            Volatile.Write(ref control->Waiting, 1);
        }
    }
}
