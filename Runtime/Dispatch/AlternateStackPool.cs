using System.Runtime.CompilerServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

/// <summary>Blocks of memory that serve threads as a larger alternate signal stack.</summary>
/// <remarks>
/// CoreCLR gives every thread an alternate stack of 16 KiB, of which 12 are usable, and handles SIGSEGV (each NullReferenceException)
/// on it. A second signal in that window does not fit where the CPU has AVX-512 state, and the kernel kills the process. So a thread
/// that takes interrupts gets a larger one. The thread may do it itself (<c>AlternateStack.Enlarge</c>, ordinary code); else it is done
/// here, at its first fault (<see cref="FaultDispatcher"/>).
/// </remarks>
internal unsafe struct AlternateStackPool
{
    private const int FrameSpace = 512;
    private const int MostAttempts = 8;

    /// <summary>First usable byte of block 0; block i begins i × <see cref="Stride"/> later. A guard page lies below each. Not accessible before it is first taken.</summary>
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

    /// <summary>How often a block was given to the thread that owns it now.</summary>
    public int* Attempts;

    /// <summary>Number of blocks.</summary>
    public int Count;

    /// <summary>Faults of threads with a small alternate stack that got no block, because none was left.</summary>
    public long Exhausted;

    /// <summary>
    /// Takes a free block for a thread that has <paramref name="former"/> now; null if there is none, or the process can have no more memory
    /// areas (vm.max_map_count). Leaves errno alone. Async-signal-safe, lock-free.
    /// </summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static byte* Take(AlternateStackPool* pool, int threadId, stack_t* former)
    {
        for (int i = 0; i < pool->Count; i++)
        {
            if (pool->Owners[i] == 0 && Interlocked.CompareExchange(ref pool->Owners[i], threadId, 0) == 0)
            {
                byte* block = pool->Blocks + ((nuint)i * pool->Stride);
                if (!MakeAccessible(block, pool->Size))
                {
                    Volatile.Write(ref pool->Owners[i], 0);
                    return null;
                }

                // Read when the owner is seen to be gone, so not before it is complete.
                pool->Former[i].ss_sp = former->ss_sp;
                pool->Former[i].ss_size = former->ss_size;
                pool->Attempts[i] = 1;
                return block;
            }
        }

        return null;
    }

    /// <summary>
    /// Makes the frame to return from this signal by, so that the interrupted thread has a large alternate stack from then on; null if that is
    /// not to be: it has one, or none at all and so needs none; the interrupted code runs on it; or no block is left, which is counted.
    /// Async-signal-safe.
    /// </summary>
    /// <remarks>
    /// sigreturn(2) installs <c>uc_stack</c> of the frame that the stack pointer is at, unless that place is on the alternate stack in use: it
    /// keeps silent then (kernel/signal.c do_sigaltstack; since Linux 6.12 it looks before the interrupted stack pointer is restored). So the
    /// frame is copied into the new block. What it points to, the vector state, stays where it is.
    /// </remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ucontext_t* FrameWithLargeStack(AlternateStackPool* pool, ucontext_t* context)
    {
        byte* current = (byte*)context->uc_stack.ss_sp;
        byte* interrupted = (byte*)context->gregs.Rsp;
        if (context->uc_stack.ss_size >= pool->Size || (context->uc_stack.ss_flags & LibC.SS_DISABLE) != 0
            || (interrupted >= current && interrupted < current + context->uc_stack.ss_size))
        {
            return null;
        }

        int threadId = SignalSafeLibC.gettid();
        byte* block = TakeAgain(pool, threadId, current);
        if (block == null)
        {
            block = Take(pool, threadId, &context->uc_stack);
        }

        if (block == null)
        {
            Interlocked.Increment(ref pool->Exhausted);
            return null;
        }

        // SAFETY: the block is larger than a signal frame, and nobody else's. Its end is aligned to a page.
        var frame = (ucontext_t*)(block + pool->Size - FrameSpace);
        for (int i = 0; i < sizeof(ucontext_t) / sizeof(ulong); i++)
        {
            ((ulong*)frame)[i] = ((ulong*)context)[i];
        }

        frame->uc_stack.ss_sp = block;
        frame->uc_stack.ss_size = pool->Size;
        return frame;
    }

    // A block that was in use before is accessible already; the call changes nothing then.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool MakeAccessible(byte* block, nuint size)
    {
        // SAFETY: the block is this thread's, and only memory of the pool is made accessible.
        int* errno = SignalSafeLibC.__errno_location();
        int before = *errno;
        bool done = SignalSafeLibC.mprotect(block, size, LibC.PROT_READ | LibC.PROT_WRITE) == 0;
        *errno = before;
        return done;
    }

    // The block that the thread got before, if it has its former stack again: the return from a signal handler that ran when it got the block
    // brings that back. Never without end, should the kernel not install the block.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* TakeAgain(AlternateStackPool* pool, int threadId, byte* former)
    {
        for (int i = 0; i < pool->Count; i++)
        {
            if (pool->Owners[i] == threadId && pool->Former[i].ss_sp == former && pool->Attempts[i] < MostAttempts)
            {
                pool->Attempts[i]++;
                return pool->Blocks + ((nuint)i * pool->Stride);
            }
        }

        return null;
    }
}
