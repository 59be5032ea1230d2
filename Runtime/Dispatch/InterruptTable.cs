using System.Runtime.CompilerServices;

namespace TopHalf.Dispatch;

/// <summary>The source table: the one piece of memory that the dispatcher starts from. Unmanaged, process-wide, never freed.</summary>
internal unsafe struct InterruptTable
{
    /// <summary>A slot for every index that fits into a key, so that an index taken from a forged signal cannot leave the table.</summary>
    public const int Capacity = 1 << 16;

    /// <summary>The first number that is too high for a descriptor that signals are asked of: the kernel's default of fs.nr_open.</summary>
    public const int DescriptorCapacity = 1 << 20;

    /// <summary>Bits of a key that are the index.</summary>
    public const ulong IndexMask = Capacity - 1;

    /// <summary>
    /// The table, or null before the first registration. The type has no initialiser of its own, so reading this never runs one.
    /// </summary>
    public static InterruptTable* Root;

    /// <summary><see cref="Capacity"/> slots.</summary>
    public InterruptSlot* Slots;

    /// <summary>What is known of how the interrupted threads get on, <see cref="InterruptRow.Cells"/> of them.</summary>
    public InterruptRow* Rows;

    /// <summary>The key of the source of each descriptor that signals are asked of, else 0. <see cref="DescriptorCapacity"/> of them.</summary>
    public ulong* Descriptors;

    /// <summary>The keys of all sources of descriptors, in any order, with zeroes between them. <see cref="Capacity"/> at the most.</summary>
    public ulong* DescriptorSources;

    /// <summary>How many places of <see cref="DescriptorSources"/> were ever in use.</summary>
    public int DescriptorSourceCount;

    /// <summary>Signals that no live source owns: forged, foreign, or of a source that is gone.</summary>
    public long Spurious;

    /// <summary>Counts up when a guarded source is throttled; a futex, see <see cref="StormBell"/>.</summary>
    public int Storms;

    /// <summary>The blocks that threads get for an alternate stack.</summary>
    public AlternateStackPool AlternateStacks;

    /// <summary>What is behind the fault dispatcher.</summary>
    public FaultChain Faults;

    /// <summary>Zeroes, for a delivery that interrupted nothing.</summary>
    public InterruptRegisters NoRegisters;

    /// <summary>The slot that a key names. Async-signal-safe; any key is in range.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static InterruptSlot* SlotOf(InterruptTable* table, ulong key) => table->Slots + (key & IndexMask);
}
