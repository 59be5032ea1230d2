using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf;

/// <summary>
/// The process's table of queue control blocks. It is mapped once and never unmapped, so a writer may look into its block at any time,
/// however long ago its queue was disposed. Ordinary context; thread-safe.
/// </summary>
internal static unsafe class QueueControlTable
{
    /// <summary>Queues that can live at one time.</summary>
    public const int Limit = 1 << 16;

    private static readonly object s_gate = new();
    private static readonly Stack<nint> s_free = new();
    private static QueueControl* s_blocks;
    private static int s_used;

    /// <summary>Takes a free block. Its generation is even; the other fields hold what the last owner left.</summary>
    /// <exception cref="InvalidOperationException">Too many queues live, or no address space.</exception>
    public static QueueControl* Rent()
    {
        lock (s_gate)
        {
            if (s_free.TryPop(out nint block))
            {
                return (QueueControl*)block;
            }

            if (s_used == Limit)
            {
                throw new InvalidOperationException($"{Limit} interrupt queues are in use. Dispose those that are no longer needed.");
            }

            if (s_blocks == null)
            {
                s_blocks = Map();
            }

            // SAFETY: below the limit that was mapped.
            return s_blocks + s_used++;
        }
    }

    /// <summary>Gives a block back. Its generation must be even again.</summary>
    public static void Return(QueueControl* block)
    {
        lock (s_gate)
        {
            s_free.Push((nint)block);
        }
    }

    // Zeroed pages; those never used take no memory.
    private static QueueControl* Map()
    {
        void* memory = LibC.mmap(
            null, (nuint)Limit * (nuint)sizeof(QueueControl), LibC.PROT_READ | LibC.PROT_WRITE,
            LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        return memory != LibC.MAP_FAILED
            ? (QueueControl*)memory
            : throw new InvalidOperationException(
                $"mmap of the queue table failed: {Marshal.GetLastPInvokeErrorMessage()}. It needs 24 MiB of address space (RLIMIT_AS).");
    }
}
