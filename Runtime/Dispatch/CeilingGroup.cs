using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// The Stack Resource Policy of one thread, as on one processor: a source that shares a value is not delivered while a ceiling of its level or above it is raised. By the
// signals' masks a handler is interrupted by higher levels only, so of the sources that share only such as are above the handler's level, and not above the ceiling, ever meet it.
//
//   Raised   is what handlers have raised the ceiling to: in the lowest byte its level + 1, above that a number of its own for each raise. Only handlers on the thread write it, and
//            each puts back what it found, as a stack: so plain moves do, and an interrupt between any two of them finds it whole and leaves it as it was. No system call.
//   Outside  is what ordinary code, on whatever thread, has raised: how many have for each level, 16 bits a level. Whoever adds to it waits until no source that shares the value is
//            inside. Both sides make a locked operation on their own word before they read the other's, so at least one sees the other.
//   HeldBack of a slot says that something came for it while it was held back; what came waits in Pending or in the ring. Whoever lowers the ceiling looks for such slots and sends
//            each its signal, without expiries, on the thread, highest level first: so the kernel delivers it, with its proper mask. A delivery that ordinary code lets in between the
//            look at the ceiling and the note of it looks at the ceiling again behind the note.
//
// Nobody waits for anybody in a handler: so there is no deadlock.

/// <summary>The ceilings of one thread whose sources share values, and those sources. In unmanaged memory that is never freed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CeilingGroup
{
    /// <summary>How many sources of a thread can share, and how many values.</summary>
    public const int Capacity = 64;

    /// <summary>What a signal has in si_errno that brings nothing but has the slot looked at.</summary>
    public const int Kick = 0x544B;

    /// <summary>How many bits of <see cref="Outside"/> a level has.</summary>
    public const int BitsOfLevel = 16;

    /// <summary>The thread; 0: threaded delivery, where a lock of ordinary code excludes handlers from each other.</summary>
    public int ThreadId;

    /// <summary>This process.</summary>
    public int ProcessId;

    /// <summary>See above.</summary>
    public long Raised;

    /// <summary>The last number that a raise had. Two may have the same only if one was over before the other began.</summary>
    public long Number;

    /// <summary>See above.</summary>
    public long Outside;

    /// <summary>How many slots are held back.</summary>
    public int HeldBack;

    /// <summary>How many places of <see cref="Slots"/> were ever in use.</summary>
    public int SlotCount;

    /// <summary>The slots of the sources that share, as addresses, in any order, with zeroes between them. Written by ordinary code.</summary>
    public fixed ulong Slots[Capacity];

    /// <summary>Whether the slot's source shares nothing, or an interrupt of it comes to where all that it shares with come.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHere(InterruptSlot* slot, InterruptFrame* frame) =>
        slot->Group == null || (frame->IsInterrupt != 0 && slot->Group->ThreadId == SignalSafeLibC.gettid());

    /// <summary>Whether it is a signal that only has the slot looked at. One that somebody has forged does no more than that.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsKick(InterruptSlot* slot, siginfo_t* info) =>
        slot->Group != null && info->si_code == LibC.SI_QUEUE && info->si_errno == Kick && info->si_pid == slot->Group->ProcessId;

    /// <summary>Whether the source may be delivered now. If so, <see cref="Leave"/> must follow; if not, whoever lowers the ceiling sees to it.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Admit(InterruptSlot* slot)
    {
        CeilingGroup* group = slot->Group;
        while (group != null)
        {
            Interlocked.Exchange(ref slot->Inside, 1);
            if (!IsHeldBack(group, slot->Level))
            {
                break;
            }

            Volatile.Write(ref slot->Inside, 0);
            Note(group, slot);
            if (IsHeldBack(group, slot->Level) || !Forget(group, slot))
            {
                // In the second case it was let in meanwhile, and its signal is on its way.
                Interlocked.Increment(ref slot->Deferred);
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts the ceiling back to what it was before the handler, which may have left it raised.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Restore(InterruptSlot* slot, long raised)
    {
        if (slot->Group != null)
        {
            Volatile.Write(ref slot->Group->Raised, raised);
        }
    }

    /// <summary>What is raised now.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long RaisedOf(InterruptSlot* slot) => slot->Group == null ? 0 : slot->Group->Raised;

    /// <summary>Ends what <see cref="Admit"/> began.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(InterruptSlot* slot)
    {
        CeilingGroup* group = slot->Group;
        if (group != null)
        {
            Volatile.Write(ref slot->Inside, 0);
            if (Volatile.Read(ref group->HeldBack) != 0)
            {
                LetInHere(group);
            }
        }
    }

    /// <summary>Raises the ceiling to at least a level, for a handler on the thread. Returns what is raised now.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Raise(CeilingGroup* group, int level, long former)
    {
        const int LevelBits = 8;
        long number = group->Number + 1;
        Volatile.Write(ref group->Number, number);
        long held = former & byte.MaxValue;
        long wanted = level + 1;
        long raised = (number << LevelBits) | (held > wanted ? held : wanted);
        Volatile.Write(ref group->Raised, raised);

        // Read back: nothing of what follows may be done before this (acquire), nor this before the write.
        return Volatile.Read(ref group->Raised);
    }

    /// <summary>Lowers it again, and sees to what was held back.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lower(CeilingGroup* group, long former)
    {
        Volatile.Write(ref group->Raised, former);
        if (Volatile.Read(ref group->HeldBack) != 0)
        {
            LetIn(group);
        }
    }

    /// <summary>Sends the signals of those that are held back by nothing any more, the highest level first.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LetIn(CeilingGroup* group) => LetInHere(group);

    /// <summary>Has a slot looked at, on the thread. If there is no room for the signal, that is seen to at the next occasion: a delivery, or the watch.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Send(CeilingGroup* group, InterruptSlot* slot)
    {
        siginfo_t info;
        info.si_signo = slot->Signal;
        info.si_errno = Kick;
        info.si_code = LibC.SI_QUEUE;
        info.si_pid = group->ProcessId;
        info.si_uid = 0;
        info.si_value = Volatile.Read(ref slot->Key);
        if (info.si_value == 0)
        {
            return;
        }

#pragma warning disable TH3006 // A system call of ours, made by NativeThunk of its number alone.
        nint error = SignalSafeLibC.rt_tgsigqueueinfo(group->ProcessId, group->ThreadId, slot->Signal, &info);
#pragma warning restore TH3006
        if (error == -LibC.EAGAIN)
        {
            Note(group, slot);
        }
    }

    /// <summary>Forgets that a slot is held back. Whether it was.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Forget(CeilingGroup* group, InterruptSlot* slot)
    {
        if (Interlocked.Exchange(ref slot->HeldBack, 0) == 0)
        {
            return false;
        }

        Interlocked.Decrement(ref group->HeldBack);
        return true;
    }

    // Part of the dispatcher's one body: a profiler could replace what it calls.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LetInHere(CeilingGroup* group)
    {
        for (int level = InterruptLevel.Count - 1; level >= 0; level--)
        {
            for (int i = 0; i < Volatile.Read(ref group->SlotCount); i++)
            {
                var slot = (InterruptSlot*)Volatile.Read(ref group->Slots[i]);
                if (slot != null && slot->Level == level && Volatile.Read(ref slot->HeldBack) != 0 && !IsHeldBack(group, level) && Forget(group, slot))
                {
                    Send(group, slot);
                }
            }
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Note(CeilingGroup* group, InterruptSlot* slot)
    {
        if (Interlocked.Exchange(ref slot->HeldBack, 1) == 0)
        {
            Interlocked.Increment(ref group->HeldBack);
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsHeldBack(CeilingGroup* group, int level) =>
        (Volatile.Read(ref group->Raised) & byte.MaxValue) > level || Volatile.Read(ref group->Outside) >> (level * BitsOfLevel) != 0;
}
