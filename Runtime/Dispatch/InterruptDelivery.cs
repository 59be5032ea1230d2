using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// A delivery goes through four steps, all on one slot:
//
//   Enter   counts the thread in (Active) and then compares the key. Whoever ends a source clears the key and then waits for Active to
//           fall to 0. Both sides use a full fence between their write and their read, so either the dispatcher sees the cleared key, or
//           the other side sees the count: nobody frees what a handler still uses.
//   Post    adds the expiries to Pending.
//   Begin   takes Busy, then all of Pending, or the oldest payload of a software interrupt, which has a delivery of its own. A source never
//           runs twice at once: a second thread that comes while the handler runs (a process-wide source), or any thread while the source
//           is masked, leaves what it brought in Pending or in the ring, for a mask with a note in Waiting. Whoever gives Busy or the last mask
//           back looks there again, with a full fence in between, so nothing is forgotten.
//   End     publishes the counters, gives Busy back.
//
// Masks. Whoever masks writes its count and then reads Busy; whoever ends a mask writes its count and then reads Waiting; here Busy and Waiting are
// written before the counts are read. Interlocked operations order each pair on both sides, but for two threads, which need fewer, as where it is rare
// the kernel puts a fence into every thread of the process between write and read on this side:
//   Own      is of the thread that the source interrupts, which needs none. What a thread's own signal handler reads is what the thread has written, in
//            the order of the program (the JIT does not reorder volatile accesses), and the handler does not run anywhere else, with one exception:
//            ordinary code on another thread replays what a mask of its own has left (InterruptSource<TState>.BeginElsewhere).
//   First, Second and Third are of the first three other threads that masked the source. Their masks have an interlocked operation, their ends none: the
//            fence is put in behind the note that something was held back.
//
// Hence every expiry is counted once: delivered, or merged into a delivery as an overrun. The order of a taken Pending does not matter,
// since a delivery stands for all of it.
//
// Sequence is odd from Begin to End. A reader of the state copies it and looks whether the sequence was even and is unchanged. Stores are
// not reordered with stores on x86-64, and Volatile keeps the compiler from doing it.

/// <summary>The steps of a delivery, shared by the dispatcher, the replay after a mask and threaded delivery. Async-signal-safe.</summary>
internal static unsafe class InterruptDelivery
{
    /// <summary>Counts this thread in and says whether the slot still belongs to the key. Pair with <see cref="Leave"/> whatever it says.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Enter(InterruptSlot* slot, ulong key)
    {
        Interlocked.Increment(ref slot->Active);
        return Volatile.Read(ref slot->Key) == key;
    }

    /// <summary>Counts this thread out.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(InterruptSlot* slot) => Interlocked.Decrement(ref slot->Active);

    /// <summary>Whether something waits for a delivery.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPending(InterruptSlot* slot) => slot->Ring == null ? Volatile.Read(ref slot->Pending) != 0 : PayloadRing.HasNext(slot->Ring);

    /// <summary>Records expiries that want to be delivered. What software raised is in its ring already.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Post(InterruptSlot* slot, long expiries)
    {
        if (SourceMasks.InForce(slot->Masks))
        {
            Interlocked.Add(ref slot->Masked, expiries);
        }

        if (slot->Ring == null)
        {
            Interlocked.Add(ref slot->Pending, expiries);
        }
    }

    /// <summary>
    /// Takes the source and what is pending; false if there is nothing to deliver, or nobody may now. On true the frame's overruns and
    /// lateness are set, and <see cref="End"/> must follow.
    /// </summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Begin(InterruptSlot* slot, InterruptFrame* frame)
    {
        while (MayStart(slot))
        {
            if (SourceMasks.InForce(slot->Masks))
            {
                LeaveNote(slot);
                if (SourceMasks.InForce(slot->Masks))
                {
                    return false;
                }
            }

            if (!Occupy(slot))
            {
                return false;
            }

            if (StartUnlessMasked(slot, frame))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A step of <see cref="Begin"/>: whether there is something to deliver and no storm.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayStart(InterruptSlot* slot) => IsPending(slot) && Volatile.Read(ref slot->Storm) == (int)StormState.None;

    /// <summary>A step of <see cref="Begin"/>: has whoever ends the last mask look. It may have ended before this, so look at the masks again.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LeaveNote(InterruptSlot* slot)
    {
        Interlocked.Exchange(ref slot->Masks->Waiting, 1);
        if (Volatile.Read(ref slot->Masks->HasRegular) != 0)
        {
#pragma warning disable TH3006 // A system call of ours, made by NativeThunk of its number alone.
            _ = SignalSafeLibC.membarrier(LibC.MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#pragma warning restore TH3006
        }
    }

    /// <summary>A step of <see cref="Begin"/>: takes Busy. Whoever masks from here on waits.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Occupy(InterruptSlot* slot) => Interlocked.CompareExchange(ref slot->Busy, 1, 0) == 0;

    /// <summary>The last step of <see cref="Begin"/>: takes what is pending; if there is none, or masks came before Busy was taken, gives Busy back.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool StartUnlessMasked(InterruptSlot* slot, InterruptFrame* frame)
    {
        long expiries = SourceMasks.InForce(slot->Masks) ? 0 : Take(slot, frame);
        if (expiries != 0)
        {
            Start(slot, frame, expiries);
            return true;
        }

        Interlocked.Exchange(ref slot->Busy, 0);
        return false;
    }

    /// <summary>Publishes a delivery that <see cref="Begin"/> started and gives the source back.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(InterruptSlot* slot, InterruptFrame* frame)
    {
        long duration = DispatchClock.Now(LibC.CLOCK_MONOTONIC) - frame->Timestamp;
        if (duration > slot->LongestHandler)
        {
            slot->LongestHandler = duration;
        }

        slot->HandlerTime += duration;
        frame->Ended = frame->Timestamp + duration;
        StormGuard.ChargeHandler(slot, duration);
        slot->EntryLatency->Record(frame->Lateness);
        slot->Delivered++;
        slot->Overruns += frame->Overruns;
        Volatile.Write(ref slot->Sequence, slot->Sequence + 1);
        Interlocked.Exchange(ref slot->Busy, 0);
    }

    // All expiries at once, or one payload, which was due when it was raised.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Take(InterruptSlot* slot, InterruptFrame* frame)
    {
        if (slot->Ring == null)
        {
            long pending = Interlocked.Exchange(ref slot->Pending, 0);
            return slot->Code == LibC.POLL_IN ? DescriptorSignal.Take(slot, frame, pending) : pending;
        }

        return PayloadRing.TryRead(slot->Ring, &frame->Payload, &slot->NextDue) ? 1 : 0;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(InterruptSlot* slot, InterruptFrame* frame, long expiries)
    {
        if (slot->ClockId == LibC.CLOCK_MONOTONIC && frame->Timestamp < slot->NextDue + ((expiries - 1) * slot->Period))
        {
            // This thread looked at the clock, and waited before it took what others have posted meanwhile.
            frame->Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        }

        long now = slot->ClockId == LibC.CLOCK_MONOTONIC ? frame->Timestamp : DispatchClock.Now(slot->ClockId);
        long lateness = now - slot->NextDue;
        frame->Lateness = lateness < 0 ? 0 : lateness;
        frame->Overruns = expiries - 1;
        slot->NextDue += expiries * slot->Period;
        Volatile.Write(ref slot->Sequence, slot->Sequence + 1);
    }
}
