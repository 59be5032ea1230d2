using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Which source a signal is of, whether it really is, and what it brings. Async-signal-safe.</summary>
internal static unsafe class InterruptOrigin
{
    /// <summary>The key that the signal carries; that of a descriptor's signal, which has no room for one, is found by the descriptor.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong KeyOf(InterruptTable* table, siginfo_t* info) =>
        DescriptorSignal.IsOne(info) ? DescriptorSignal.KeyOf(table, info->si_fd) : info->si_value;

    /// <summary>Whether a signal with the slot's key comes from where the source's signals come from.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOf(InterruptSlot* slot, siginfo_t* info) =>
        CeilingGroup.IsKick(slot, info)
        || (slot->Code == LibC.POLL_IN ? DescriptorSignal.IsOf(slot, info) : info->si_code == slot->Code && info->si_timerid == slot->Sender);

    /// <summary>Records what the signal brings, and charges the source for it. The caller is counted in.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Post(InterruptSlot* slot, siginfo_t* info, long now)
    {
        StormGuard.ChargeSignal(slot, now);
        if (CeilingGroup.IsKick(slot, info))
        {
            return;
        }

        if (slot->Code == LibC.POLL_IN)
        {
            DescriptorSignal.Post(slot, info);
        }
        else
        {
            InterruptDelivery.Post(slot, info->si_code == LibC.SI_TIMER ? 1L + (uint)info->si_overrun : 1);
        }
    }
}
