using System.Runtime.CompilerServices;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// Budgets. Time is charged to a window. Whoever finds the window over, a delivery or the source's own watch in ordinary context, moves it on by compare-and-swap, and ends
// the throttling. Held back is by the slot's Storm, which Begin looks at as at the masks. It is set by the dispatcher when the charge exceeds the allowance; what is pending then
// stays so until the next signal or the watch comes, so nothing is lost.
//
// Starvation. A source without a budget has no window, and nothing is charged, until its interrupts leave a thread no time: it took a share of a row of interrupts (InterruptRow.cs) of StarvingTime
// between which the thread did not execute one instruction, or so long a time of deliveries that followed each other within one interrupt. Then it has the guard's budget: throttled at once, and then
// held to it until there is a window without throttling, at whose end it has none again. So the thread goes on, and a source is masked only if it keeps that up.

/// <summary>Charges a source for the time that it takes, and holds it back when that is too much, or is all that there is. Async-signal-safe, thread-safe.</summary>
internal static unsafe class StormGuard
{
    // What the kernel takes for a signal, in and out; measured, README.md.
    private const long SignalCost = 2500;

    /// <summary>
    /// How long a row, nanoseconds, is a storm. As long as the kernel's default for a machine with 32 GB, some 100,000 queued signals, takes to be delivered: so it is no burst.
    /// </summary>
    public const long StarvingTime = 100_000 * SignalCost;

    // What of a row a source has to have taken to be throttled: one part of so many. One that behaves, beside another that does not, has less; of two that storm both have more.
    private const long Share = 4;

    /// <summary>Charges a signal; moves the window on if it is over.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ChargeSignal(InterruptSlot* slot, long now)
    {
        if (slot->Window != 0)
        {
            MoveOn(slot, now);
            if (Interlocked.Add(ref slot->Spent, SignalCost) > slot->Allowance)
            {
                Strike(slot);
            }
        }
    }

    /// <summary>
    /// Whether a delivery that is to follow others within one interrupt has to be left out, since they have left the thread no time for too long. Then <see cref="Settle"/> throttles the source.
    /// </summary>
    /// <param name="slot">The source's.</param>
    /// <param name="frame">The interrupt's.</param>
    /// <param name="taken">What they took, nanoseconds; that of the last is added.</param>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsStarving(InterruptSlot* slot, InterruptFrame* frame, long* taken)
    {
        *taken += InterruptRow.Counted(frame->Ended - frame->Timestamp);
        return *taken >= StarvingTime && slot->Guarded != 0 && slot->Window == 0 && frame->IsInterrupt != 0;
    }

    /// <summary>Before the thread goes on, if it will: has the source throttled if it leaves it no time.</summary>
    /// <param name="row">The thread's.</param>
    /// <param name="slot">The source's.</param>
    /// <param name="frame">The interrupt's.</param>
    /// <param name="starving">What <see cref="IsStarving"/> said.</param>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Settle(InterruptRow* row, InterruptSlot* slot, InterruptFrame* frame, bool starving)
    {
        if (slot->Row != row->Start)
        {
            slot->Row = row->Start;
            slot->RowTime = 0;
        }

        slot->RowTime += SignalCost + InterruptRow.Taken(row, frame);
        bool isProved = InterruptRow.Leave(row, frame);
        if (starving || (isProved && row->Time >= StarvingTime && slot->RowTime >= row->Time / Share && slot->Guarded != 0 && slot->Window == 0))
        {
            Volatile.Write(ref slot->Strikes, 0);
            Volatile.Write(ref slot->Spent, 0);
            Volatile.Write(ref slot->WindowStart, frame->Ended);
            Volatile.Write(ref slot->Window, slot->GuardWindow);
            Strike(slot);
        }
    }

    /// <summary>Charges a call of the handler. For who holds the slot's Busy.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ChargeHandler(InterruptSlot* slot, long duration)
    {
        if (slot->Window == 0)
        {
            return;
        }

        bool over = duration > slot->LongestAllowed;
        slot->OverBudget += over ? 1 : 0;
        if (Interlocked.Add(ref slot->Spent, duration) > slot->Allowance || over)
        {
            Strike(slot);
        }
    }

    /// <summary>Begins a new window if the present one is over, and ends the throttling.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MoveOn(InterruptSlot* slot, long now)
    {
        long start = Volatile.Read(ref slot->WindowStart);
        if (now - start < slot->Window || Interlocked.CompareExchange(ref slot->WindowStart, now, start) != start)
        {
            return;
        }

        Volatile.Write(ref slot->Spent, 0);

        // A window without throttling ends the row; but what a call takes that is at work is not known yet.
        if (Interlocked.CompareExchange(ref slot->Storm, (int)StormState.None, (int)StormState.Throttled) == (int)StormState.None && Volatile.Read(ref slot->Busy) == 0)
        {
            Volatile.Write(ref slot->Strikes, 0);
            if (slot->Guarded != 0)
            {
                Volatile.Write(ref slot->Window, 0);
            }
        }
    }

    // Once a window.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Strike(InterruptSlot* slot)
    {
        if (Interlocked.CompareExchange(ref slot->Storm, (int)StormState.Throttled, (int)StormState.None) == (int)StormState.None)
        {
            Interlocked.Increment(ref slot->Throttled);
            if (Interlocked.Increment(ref slot->Strikes) == slot->MaskAfter)
            {
                Volatile.Write(ref slot->Storm, (int)StormState.Masked);
            }

            if (slot->Guarded != 0)
            {
                StormBell.Ring(InterruptTable.Root);
            }
        }
    }
}
