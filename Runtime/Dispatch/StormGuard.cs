using System.Runtime.CompilerServices;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// Time is charged to a window. Whoever finds the window over, a delivery or the source's own watch in ordinary context, moves it on by compare-and-swap, and ends
// the throttling. Held back is by the slot's Storm, which Begin looks at as at the masks. It is set by the dispatcher when the charge exceeds the allowance; what is pending then
// stays so until the next signal or the watch comes, so nothing is lost.

/// <summary>Charges a source for the time that it takes, and holds it back when that is too much. Async-signal-safe, thread-safe.</summary>
internal static unsafe class StormGuard
{
    // What the kernel takes for a signal, in and out; measured, README.md.
    private const long SignalCost = 2500;

    /// <summary>Charges a signal; moves the window on if it is over.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ChargeSignal(InterruptSlot* slot, long now)
    {
        if (slot->Window != 0)
        {
            MoveOn(slot, now);
            Charge(slot, SignalCost);
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

        Charge(slot, duration);
        if (duration > slot->LongestAllowed)
        {
            slot->OverBudget++;
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
        if (Interlocked.CompareExchange(ref slot->Storm, (int)StormState.None, (int)StormState.Throttled) == (int)StormState.None)
        {
            // A window without throttling ends the row.
            Volatile.Write(ref slot->Strikes, 0);
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Charge(InterruptSlot* slot, long time)
    {
        if (Interlocked.Add(ref slot->Spent, time) > slot->Allowance)
        {
            Strike(slot);
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
        }
    }
}
