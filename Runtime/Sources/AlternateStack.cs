using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>The alternate signal stack of the calling thread. Ordinary context. See <see cref="AlternateStackPool"/> for the reason.</summary>
internal static unsafe class AlternateStack
{
    private const ulong LeastSize = 64 * 1024;
    private const int FewTaken = 256;

    private static int s_manyTaken = FewTaken;

    /// <summary>What a thread that takes interrupts should have, bytes: 64 KiB, or 16 of this CPU's signal frames if that is more.</summary>
    public static nuint RequiredSize
    {
        get
        {
            ulong frames = 16 * LibC.getauxval(LibC.AT_MINSIGSTKSZ);
            ulong page = (ulong)Environment.SystemPageSize;
            return (nuint)((Math.Max(LeastSize, frames) + page - 1) / page * page);
        }
    }

    /// <summary>Size of the calling thread's alternate stack, bytes; 0 if it has none.</summary>
    public static nuint CurrentSize
    {
        get
        {
            stack_t current = Query();
            return (current.ss_flags & LibC.SS_DISABLE) != 0 ? 0 : current.ss_size;
        }
    }

    /// <summary>Whether the calling thread has a large one, or none at all, and so needs none.</summary>
    public static bool IsLargeEnough => CurrentSize == 0 || CurrentSize >= RequiredSize;

    /// <summary>Takes back what ended threads had, if twice as many are taken as living threads had the last time.</summary>
    public static void ReclaimIfMany()
    {
        if (Taken >= s_manyTaken)
        {
            SourceTable.ReclaimAlternateStacks();
            s_manyTaken = Math.Max(FewTaken, 2 * Taken);
        }
    }

    /// <summary>Learns from the calling thread how those of the runtime look.</summary>
    public static void LearnOfRuntime() => RuntimeAlternateStack.Learn(Query());

    /// <summary>
    /// Gives the calling thread a large alternate stack, if it has a small one. Returns what it had, for <see cref="Restore"/>.
    /// </summary>
    /// <exception cref="InterruptLimitException">Too many living threads have one.</exception>
    public static stack_t Enlarge()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        stack_t current = Query();
        if ((current.ss_flags & LibC.SS_DISABLE) != 0 || current.ss_size >= pool->Size)
        {
            return current;
        }

        RuntimeAlternateStack.Learn(current);

        ReclaimIfMany();
        int threadId = LibC.gettid();
        byte* block = AlternateStackPool.Take(pool, threadId, &current);
        if (block == null)
        {
            SourceTable.ReclaimAlternateStacks();
            block = AlternateStackPool.Take(pool, threadId, &current);
        }

        if (block == null)
        {
            throw new InterruptLimitException(
                $"{Taken} of {pool->Count} large alternate stacks are taken by living threads, and there is no other. Target fewer threads with interrupt " +
                "sources; if not all are taken, raise vm.max_map_count, the number of memory areas that a process can have.");
        }

        Set(new stack_t { ss_sp = block, ss_size = pool->Size });
        return current;
    }

    /// <summary>Puts the calling thread's former alternate stack back, so that the runtime frees it when the thread ends.</summary>
    public static void Restore(stack_t former)
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        byte* current = (byte*)Query().ss_sp;
        if (current == (byte*)former.ss_sp)
        {
            return;
        }

        Set(former);
        if (current >= pool->Blocks && current < pool->Blocks + ((nuint)pool->Count * pool->Stride))
        {
            // The runtime frees it now, as it is installed again.
            int index = (int)((nuint)(current - pool->Blocks) / pool->Stride);
            pool->Former[index] = default;
            Volatile.Write(ref pool->Owners[index], 0);
        }
    }

    private static int Taken
    {
        get
        {
            AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
            return pool->Count - new ReadOnlySpan<int>(pool->Owners, pool->Count).Count(0);
        }
    }

    private static stack_t Query()
    {
        stack_t current;
        return LibC.sigaltstack(null, &current) == 0 ? current : throw Failed();
    }

    private static void Set(stack_t stack)
    {
        if (LibC.sigaltstack(&stack, null) != 0)
        {
            throw Failed();
        }
    }

    private static InvalidOperationException Failed() => new($"sigaltstack failed: {Marshal.GetLastPInvokeErrorMessage()}.");
}
