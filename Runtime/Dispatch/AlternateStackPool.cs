using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Blocks of memory that serve threads as a larger alternate signal stack.</summary>
/// <remarks>
/// CoreCLR gives every thread an alternate stack of 16 KiB, of which 12 are usable, and handles SIGSEGV (each NullReferenceException)
/// on it. A second signal in that window does not fit where the CPU has AVX-512 state, and the kernel kills the process. So a thread
/// that takes interrupts gets a larger one. The thread may do it itself (<c>AlternateStack.Enlarge</c>, ordinary code); else the first
/// delivery does it here: the kernel installs <c>uc_stack</c> of the signal frame when the handler returns (sigreturn(2),
/// kernel/signal.c restore_altstack), so writing a block there is all it takes, and it needs no system call.
/// </remarks>
internal unsafe struct AlternateStackPool
{
    /// <summary>First usable byte of block 0; block i begins i × <see cref="Stride"/> later. A guard page lies below each.</summary>
    public byte* Blocks;

    /// <summary>Distance between blocks, bytes.</summary>
    public nuint Stride;

    /// <summary>Usable size of a block, bytes; also the least size that a thread should have.</summary>
    public nuint Size;

    /// <summary>Thread ids of the blocks' owners, 0 for a free block.</summary>
    public int* Owners;

    /// <summary>
    /// What each owner had before: the runtime's own stack, which the runtime does not free once it is replaced, so it is freed with the
    /// block. <c>ss_sp</c> is null where there is nothing to free.
    /// </summary>
    public stack_t* Former;

    /// <summary>Number of blocks.</summary>
    public int Count;

    /// <summary>Deliveries on a thread with a small alternate stack for which no block was left.</summary>
    public long Exhausted;

    /// <summary>
    /// Gives the interrupted thread a large alternate stack if it has a small one. Async-signal-safe. A thread that has none needs none;
    /// one that is on its alternate stack right now cannot change it, and gets it at a later delivery.
    /// </summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnlargeFor(AlternateStackPool* pool, ucontext_t* context)
    {
        if (context->uc_stack.ss_size < pool->Size && (context->uc_stack.ss_flags & LibC.SS_DISABLE) == 0)
        {
            Replace(pool, context);
        }
    }

    /// <summary>Takes a free block for a thread that has <paramref name="former"/> now; null if there is none. Async-signal-safe, lock-free.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* Take(AlternateStackPool* pool, int threadId, stack_t* former)
    {
        for (int i = 0; i < pool->Count; i++)
        {
            if (pool->Owners[i] == 0 && Interlocked.CompareExchange(ref pool->Owners[i], threadId, 0) == 0)
            {
                // Read when the owner is seen to be gone, so not before it is complete.
                pool->Former[i].ss_sp = former->ss_sp;
                pool->Former[i].ss_size = former->ss_size;
                return pool->Blocks + ((nuint)i * pool->Stride);
            }
        }

        return null;
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Replace(AlternateStackPool* pool, ucontext_t* context)
    {
        byte* current = (byte*)context->uc_stack.ss_sp;
        byte* stackPointer = (byte*)context->gregs.Rsp;
        if (stackPointer >= current && stackPointer < current + context->uc_stack.ss_size)
        {
            return;
        }

        byte* block = Take(pool, SignalSafeLibC.gettid(), &context->uc_stack);
        if (block == null)
        {
            Interlocked.Increment(ref pool->Exhausted);
            return;
        }

        context->uc_stack.ss_sp = block;
        context->uc_stack.ss_size = pool->Size;
        context->uc_stack.ss_flags = 0;
    }
}
