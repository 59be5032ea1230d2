using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Raises software interrupts: rt_tgsigqueueinfo(2), or rt_sigqueueinfo(2) for the process.</summary>
internal static unsafe class SoftwareSignal
{
    /// <summary>
    /// Puts the payload into the ring of the slot's source and sends its signal, which carries the key alone: what a handler gets is nothing that another
    /// process could have put into a signal. Async-signal-safe, thread-safe. The caller is counted in, and the key is the slot's.
    /// </summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RaiseResult Raise(InterruptSlot* slot, ulong key, nint payload)
    {
        long position = PayloadRing.Write(slot->Ring, payload, DispatchClock.Now(LibC.CLOCK_MONOTONIC));
        if (position < 0)
        {
            nint failure = PayloadRing.IsNextCancelled(slot->Ring) ? Send(slot, key) : 0;
            return failure == 0 ? RaiseResult.QueueFull : ResultOf(failure);
        }

        // Where it is too late to take it back, an earlier signal's delivery has read it.
        nint error = Send(slot, key);
        return error == 0 || !PayloadRing.Cancel(slot->Ring, position) ? RaiseResult.Raised : ResultOf(error);
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Send(InterruptSlot* slot, ulong key)
    {
        siginfo_t info;
        info.si_signo = slot->Signal;
        info.si_errno = 0;
        info.si_code = LibC.SI_QUEUE;
        info.si_pid = slot->Sender;
        info.si_uid = 0;
        info.si_value = key;
#pragma warning disable TH3006 // Both are system calls of ours, made by NativeThunk of their numbers alone.
        return slot->TargetThread == 0
            ? SignalSafeLibC.rt_sigqueueinfo(slot->Sender, slot->Signal, &info)
            : SignalSafeLibC.rt_tgsigqueueinfo(slot->Sender, slot->TargetThread, slot->Signal, &info);
#pragma warning restore TH3006
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RaiseResult ResultOf(nint error) =>
        error == -LibC.EAGAIN ? RaiseResult.LimitReached : error == -LibC.ESRCH ? RaiseResult.TargetGone : RaiseResult.Refused;
}
