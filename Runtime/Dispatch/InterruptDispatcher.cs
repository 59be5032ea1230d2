using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Dispatch;

/// <summary>
/// The one entry point that the kernel calls for the signals of sources, whatever signal, whatever source. What is installed is the address of the compiled body
/// of <see cref="Entry"/>: no reverse P/Invoke, no stub. It runs with all signals blocked but those of higher levels, which may interrupt it at any instruction:
/// what it works on is its own frame, and a slot that no signal of another level is of.
/// </summary>
internal static unsafe class InterruptDispatcher
{
    /// <summary>
    /// The signal handler, in the kernel's convention <c>void (int, siginfo_t *, void *)</c>, which is the managed one too on x86-64 Linux.
    /// Async-signal-safe, thread-safe, re-entrant.
    /// </summary>
    /// <remarks>
    /// Nothing in <c>siginfo_t</c> is trusted: another process of the same user may forge any of it. Its value only selects a slot of the
    /// table, and the slot must agree: a generation that starts at a random number, and the sender, the kernel's id of a timer or this process.
    /// </remarks>
    [AsyncSignalSafe, TrustedIndirectCall("a slot's handler is an entry point that registration verified")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Entry(int signal, siginfo_t* info, ucontext_t* context)
    {
        // The interrupted code may be between a failed call and its look at errno.
        int* errno = SignalSafeLibC.__errno_location();
        int interruptedErrno = *errno;

        // SAFETY: Root is set before the first sigaction, and neither it nor the table is ever freed.
        InterruptTable* table = InterruptTable.Root;
        InterruptFrame frame;
        frame.Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        frame.Signal = signal;
        frame.IsInterrupt = 1;
        frame.Payload = 0;
        frame.Registers = &context->gregs;
        frame.Blocked = context->uc_sigmask;
        InterruptRow.Enter(InterruptRow.Of(table, &frame), &frame);
        Accept(table, info, &frame);
        *errno = interruptedErrno;
    }

    /// <summary>
    /// Takes a signal that came to a thread which waits for signals, sigtimedwait(2), and is not for the source of that thread: the kernel
    /// offers such a thread what is sent to the process, too. In ordinary context; what is delivered has interrupted nothing.
    /// </summary>
    [AsyncSignalSafe, TrustedIndirectCall("a slot's handler is an entry point that registration verified")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AcceptWaited(siginfo_t* info)
    {
        InterruptTable* table = InterruptTable.Root;
        InterruptFrame frame;
        frame.Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        frame.Signal = info->si_signo;
        frame.IsInterrupt = 0;
        frame.Payload = 0;
        frame.Registers = &table->NoRegisters;
        Accept(table, info, &frame);
    }

    /// <summary>
    /// Delivers what waited behind a mask, in ordinary context: the same handler, on this thread, with nothing interrupted.
    /// </summary>
    [AsyncSignalSafe, TrustedIndirectCall("a slot's handler is an entry point that registration verified")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Replay(InterruptSlot* slot, ulong key, int signal)
    {
        InterruptFrame frame;
        frame.Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        frame.Signal = signal;
        frame.IsInterrupt = 0;
        frame.Payload = 0;
        frame.Registers = &InterruptTable.Root->NoRegisters;
        if (InterruptDelivery.Enter(slot, key))
        {
            Run(slot, &frame);
        }

        InterruptDelivery.Leave(slot);
    }

    // Of a full queue the kernel does not say whose signal had no room, so each source of a descriptor gets its turn. One loop for both, as the verifier
    // and the profiler's rule want one body with one call of handlers.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accept(InterruptTable* table, siginfo_t* info, InterruptFrame* frame)
    {
        frame->Ended = frame->Timestamp;
        bool overflow = DescriptorSignal.IsOverflow(info);
        int next = 0;
        do
        {
            ulong key = overflow ? table->DescriptorSources[next] : InterruptOrigin.KeyOf(table, info);
            InterruptSlot* slot = InterruptTable.SlotOf(table, key);
            bool live = InterruptDelivery.Enter(slot, key);
            if (live && key != 0 && InterruptOrigin.IsOf(slot, info) && slot->Handler != null && CeilingGroup.IsHere(slot, frame))
            {
                InterruptOrigin.Post(slot, info, frame->Timestamp);
                bool starving = Run(slot, frame);
                if (frame->IsInterrupt != 0)
                {
                    StormGuard.Settle(InterruptRow.Of(table, frame), slot, frame, starving);
                }
            }
            else if (!overflow)
            {
                CountSpurious(table, slot, key, live);
            }

            InterruptDelivery.Leave(slot);
            next++;
        }
        while (overflow && next < Volatile.Read(ref table->DescriptorSourceCount));
    }

    // Whether it left something undelivered, as that has left the thread no time for too long.
    [AsyncSignalSafe, TrustedIndirectCall("a slot's handler is an entry point that registration verified")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Run(InterruptSlot* slot, InterruptFrame* frame)
    {
        frame->Slot = slot;
        frame->Level = slot->Level;
        long taken = 0;
        while (CeilingGroup.Admit(slot))
        {
            bool begun = InterruptDelivery.Begin(slot, frame);
            if (begun)
            {
                long raised = CeilingGroup.RaisedOf(slot);
                slot->Handler(slot->State, new InterruptContext(frame));
                CeilingGroup.Restore(slot, raised);
                InterruptDelivery.End(slot, frame);
            }

            CeilingGroup.Leave(slot);
            if (!begun || !InterruptDelivery.IsPending(slot))
            {
                break;
            }

            if (StormGuard.IsStarving(slot, frame, &taken))
            {
                return true;
            }

            frame->Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        }

        return false;
    }

    // A signal of an earlier arm of this slot's source is the source's own business; any other belongs to nobody.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountSpurious(InterruptTable* table, InterruptSlot* slot, ulong key, bool live)
    {
        if (!live && key >= slot->FirstKey && key <= slot->LastKey)
        {
            Interlocked.Increment(ref slot->Stale);
        }
        else
        {
            Interlocked.Increment(ref table->Spurious);
        }
    }
}
