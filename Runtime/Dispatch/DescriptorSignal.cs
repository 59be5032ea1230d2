using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// fcntl(2) F_SETSIG: the kernel queues a signal with a positive code, POLL_IN to POLL_HUP, what happened as poll(2) has it, and a descriptor. It has no
// room for a key. It needs none against other processes: none may queue a signal with a positive code. Against the past it would: a signal that was
// queued for a thread before its source ended may come when another source has the number. So the descriptor is a duplicate that only TopHalf has, whose
// number is not soon another source's, and a signal that comes to another thread than the source's is dropped.
//
// Where the user's queue of signals is full (RLIMIT_SIGPENDING) the kernel sends a plain SIGIO instead, which says nothing but that. Then each source of the
// thread is looked at by poll(2), which tells what is ready now: nothing that still matters is lost.
//
// Pending has what happened in its upper half and how often in the lower, so that both are taken at once.
//
// Of a counter that makes an interrupt again before the kernel has told of the last one, the kernel tells once. So the counter is read, and says how many there were.

/// <summary>Signals of descriptors: those of <c>FileInterrupt</c> and of counters. Async-signal-safe.</summary>
internal static unsafe class DescriptorSignal
{
    private const int CountBits = 32;

    /// <summary>Whether the kernel sent it for a descriptor.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOne(siginfo_t* info) => info->si_code >= LibC.POLL_IN && info->si_code <= LibC.POLL_HUP;

    /// <summary>Whether it stands for one that the kernel had no room for.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOverflow(siginfo_t* info) => info->si_signo == LibC.SIGIO && info->si_code == LibC.SI_KERNEL;

    /// <summary>The key of the source that asked for signals of the descriptor; 0 if none did.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong KeyOf(InterruptTable* table, int descriptor) =>
        (uint)descriptor < InterruptTable.DescriptorCapacity ? Volatile.Read(ref table->Descriptors[descriptor]) : 0;

    /// <summary>Whether it is for the slot's source: of its descriptor or of a full queue, on its thread, or a request to look.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOf(InterruptSlot* slot, siginfo_t* info) =>
        slot->Code == LibC.POLL_IN
        && (IsOne(info) || IsOverflow(info)
            ? slot->TargetThread == 0 || slot->TargetThread == SignalSafeLibC.gettid()
            : info->si_code == LibC.SI_QUEUE && info->si_pid == slot->Sender);

    /// <summary>Records what the signal tells or, where it tells nothing, what is ready now.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Post(InterruptSlot* slot, siginfo_t* info)
    {
        if (IsOverflow(info))
        {
            Interlocked.Increment(ref slot->Overflows);
        }

        long happened = (IsOne(info) ? info->si_band : Look(slot)) & slot->Bands;
        if (happened == 0)
        {
            return;
        }

        if (SourceMasks.InForce(slot->Masks))
        {
            Interlocked.Increment(ref slot->Masked);
        }

        long before = Volatile.Read(ref slot->Pending);
        while (true)
        {
            // The count stays where it is when it is full.
            long count = (uint)before == uint.MaxValue ? 0 : 1;
            long found = Interlocked.CompareExchange(ref slot->Pending, (before + count) | (happened << CountBits), before);
            if (found == before)
            {
                return;
            }

            before = found;
        }
    }

    /// <summary>
    /// Tells the handler what happened, and the dispatcher how often; 0: all of it was told before. The kernel does not say when, so it is not late. For who holds
    /// the slot's Busy.
    /// </summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Take(InterruptSlot* slot, InterruptFrame* frame, long pending)
    {
        slot->NextDue = frame->Timestamp;
        if (slot->Announced < 0)
        {
            return TakeCounted(slot);
        }

        frame->Payload = (nint)((pending >> CountBits << CountBits) | (uint)slot->Announced);
        return (uint)pending;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long TakeCounted(InterruptSlot* slot)
    {
        long counted = 0;
#pragma warning disable TH2002 // A counter has its value at once.
        nint length = SignalSafeLibC.read(slot->Descriptor, &counted, sizeof(long));
#pragma warning restore TH2002
        ulong every = (ulong)slot->Every;
        if (length != sizeof(long) || every == 0)
        {
            return 0;
        }

        long interrupts = (long)((ulong)(counted - slot->Settled) / every);
        slot->Settled += interrupts * (long)every;
        return interrupts;
    }

    /// <summary>What is ready now. poll(2) of a counter only tells of its ring of samples, of which there is none, so a counter always is.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Look(InterruptSlot* slot)
    {
        if (slot->Announced < 0)
        {
            return LibC.POLLIN;
        }

        pollfd look;
        look.fd = slot->Descriptor;
        look.events = (short)slot->Bands;
        look.revents = 0;
#pragma warning disable TH2002 // With a time-out of 0 it does not wait.
        return SignalSafeLibC.poll(&look, 1, 0) > 0 ? (ushort)look.revents : 0;
#pragma warning restore TH2002
    }
}
