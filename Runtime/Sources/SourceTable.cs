using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>Hands out slots of the <see cref="InterruptTable"/> and the keys that signals carry. Ordinary context.</summary>
internal static unsafe class SourceTable
{
    // More than a process can have threads at the kernel's default vm.max_map_count of 65530: each takes four memory areas for its stack and
    // its runtime's alternate stack, and two here. The memory is only reserved until used.
    private const int AlternateStackCount = 16 * 1024;

    private const ulong GenerationStep = InterruptTable.Capacity;

    private static readonly object s_gate = new();
    private static readonly Stack<int> s_free = new();
    private static int s_used = 1; // Index 0 is never given out: a zeroed value in a signal then names no source.

    /// <summary>The table, made at the first call.</summary>
    public static InterruptTable* Root
    {
        get
        {
            lock (s_gate)
            {
                if (InterruptTable.Root == null)
                {
                    InterruptTable.Root = Create();
                }

                return InterruptTable.Root;
            }
        }
    }

    /// <summary>Whether the kernel puts fences into the process's threads (membarrier(2), since Linux 4.14).</summary>
    public static bool HasFences { get; private set; }

    /// <summary>Takes a free slot. All of it is as new but its keys, and <see cref="InterruptSlot.Active"/>.</summary>
    public static InterruptSlot* Acquire()
    {
        InterruptTable* table = Root;
        lock (s_gate)
        {
            if (!s_free.TryPop(out int index))
            {
                if (s_used == InterruptTable.Capacity)
                {
                    throw new InterruptLimitException(
                        $"All {InterruptTable.Capacity - 1} places for interrupt sources are taken. Dispose sources that are no longer needed.");
                }

                index = s_used++;
            }

            InterruptSlot* slot = table->Slots + index;
            ulong last = slot->LastKey != 0 ? slot->LastKey : RandomKey(index);
            Reset(slot);
            slot->LastKey = last;
            slot->FirstKey = last + GenerationStep;
            return slot;
        }
    }

    /// <summary>The next key of a slot: same index, next generation. Never 0. The caller owns the slot.</summary>
    public static ulong NextKey(InterruptSlot* slot)
    {
        slot->LastKey += GenerationStep;
        return slot->LastKey;
    }

    /// <summary>Gives back a slot that no thread is in any more.</summary>
    public static void Release(InterruptSlot* slot)
    {
        // From here on its old signals belong to nobody.
        slot->FirstKey = ulong.MaxValue;
        lock (s_gate)
        {
            s_free.Push((int)(slot - InterruptTable.Root->Slots));
        }
    }

    /// <summary>Frees the alternate stacks of threads that have ended, and those that they had of the runtime's.</summary>
    public static void ReclaimAlternateStacks()
    {
        AlternateStackPool* pool = &Root->AlternateStacks;
        int processId = LibC.getpid();
        MemoryMap? map = null;
        lock (s_gate)
        {
            for (int i = 0; i < pool->Count; i++)
            {
                int owner = Volatile.Read(ref pool->Owners[i]);
                if (owner == 0 || LibC.tgkill(processId, owner, 0) == 0 || Marshal.GetLastPInvokeError() != LibC.ESRCH)
                {
                    continue;
                }

                // SAFETY: the owner is gone for good (if its id had come back as a new thread's, tgkill would have found that), so nobody
                // uses what it had; and it was the runtime's, which frees it only while it is installed.
                stack_t former = pool->Former[i];
                pool->Former[i] = default;
                if (former.ss_sp != null && RuntimeAlternateStack.Made(former, map ??= MemoryMap.Read())
                    && LibC.munmap(former.ss_sp, former.ss_size) != 0)
                {
                    throw new InvalidOperationException($"munmap of an alternate stack failed: {Marshal.GetLastPInvokeErrorMessage()}.");
                }

                Volatile.Write(ref pool->Owners[i], 0);
            }
        }
    }

    // Active is left alone: a late signal of a former source may be counting itself in and out at this moment.
    private static void Reset(InterruptSlot* slot)
    {
        slot->Sender = -1;
        slot->Code = 0;
        slot->TargetThread = 0;
        slot->Signal = 0;
        slot->Ring = null;
        slot->ClockId = LibC.CLOCK_MONOTONIC;
        slot->Handler = null;
        slot->State = null;
        slot->EntryLatency = null;
        slot->Period = 0;
        slot->Busy = 0;
        slot->Masks = null;
        slot->Pending = 0;
        slot->Stale = 0;
        slot->Masked = 0;
        slot->Sequence = 0;
        slot->NextDue = 0;
        slot->Delivered = 0;
        slot->Overruns = 0;
        slot->LongestHandler = 0;
        slot->Descriptor = -1;
        slot->Announced = -1;
        slot->Bands = 0;
        slot->Overflows = 0;
        slot->Every = 0;
        slot->Settled = 0;
        slot->Window = 0;
        slot->Storm = (int)StormState.None;
        slot->Spent = 0;
        slot->Strikes = 0;
        slot->Throttled = 0;
        slot->OverBudget = 0;
        slot->HandlerTime = 0;
        slot->Level = 0;
        slot->Group = null;
        slot->Shares = 0;
        slot->HeldBack = 0;
        slot->Inside = 0;
        slot->Deferred = 0;
        slot->Row = 0;
        slot->RowTime = 0;
        slot->Guarded = 0;
        slot->GuardWindow = 0;
    }

    // A generation nobody can guess: another process of this user may queue signals with any value. The top bit stays clear, so that
    // counting up never wraps.
    private static ulong RandomKey(int index)
    {
        ulong random;
        if (LibC.getrandom(&random, sizeof(ulong), 0) != sizeof(ulong))
        {
            throw new InvalidOperationException($"getrandom failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        return (random >> 1 & ~InterruptTable.IndexMask) | (uint)index;
    }

    private static InterruptTable* Create()
    {
        SignalSafeLibC.Initialize();
        HasFences = LibC.membarrier(LibC.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;

        // SAFETY: anonymous mappings are zeroed, and are never unmapped.
        var table = (InterruptTable*)Map((nuint)sizeof(InterruptTable), LibC.PROT_READ | LibC.PROT_WRITE);
        table->Slots = (InterruptSlot*)Map((nuint)InterruptTable.Capacity * (nuint)sizeof(InterruptSlot), LibC.PROT_READ | LibC.PROT_WRITE);
        table->Rows = (InterruptRow*)Map((nuint)(InterruptRow.Cells * sizeof(InterruptRow)), LibC.PROT_READ | LibC.PROT_WRITE);
        table->Descriptors = (ulong*)Map(InterruptTable.DescriptorCapacity * sizeof(ulong), LibC.PROT_READ | LibC.PROT_WRITE);
        table->DescriptorSources = (ulong*)Map(InterruptTable.Capacity * sizeof(ulong), LibC.PROT_READ | LibC.PROT_WRITE);

        AlternateStackPool* pool = &table->AlternateStacks;
        nuint page = (nuint)Environment.SystemPageSize;
        pool->Size = AlternateStack.RequiredSize;
        pool->Stride = pool->Size + page;
        pool->Owners = (int*)Map(AlternateStackCount * sizeof(int), LibC.PROT_READ | LibC.PROT_WRITE);
        pool->Attempts = (int*)Map(AlternateStackCount * sizeof(int), LibC.PROT_READ | LibC.PROT_WRITE);
        pool->Former = (stack_t*)Map((nuint)(AlternateStackCount * sizeof(stack_t)), LibC.PROT_READ | LibC.PROT_WRITE);
        byte* blocks = (byte*)Map((AlternateStackCount * pool->Stride) + page, LibC.PROT_NONE);
        pool->Blocks = blocks + page;
        pool->Count = AlternateStackCount;
        return table;
    }

    private static void* Map(nuint size, int protection)
    {
        void* memory = LibC.mmap(
            null, size, protection, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        return memory != LibC.MAP_FAILED
            ? memory
            : throw new InsufficientMemoryException($"mmap of {size} bytes for interrupt sources failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }
}
