using TopHalf.Dispatch;

namespace TopHalf.Sources;

/// <summary>The sources of one thread that share, and the bits of what they share. Under the lock.</summary>
internal sealed unsafe class ThreadOfSharers(CeilingGroup* group)
{
    private readonly nint _group = (nint)group;
    private ulong _bits;

    public CeilingGroup* Group => (CeilingGroup*)_group;

    public bool IsEmpty => Slots.IndexOfAnyExcept(0UL) < 0;

    private Span<ulong> Slots => new(Group->Slots, CeilingGroup.Capacity);

    /// <exception cref="InterruptSharingException">Too many share.</exception>
    public void Add(InterruptSlot* slot)
    {
        int place = Slots.IndexOf(0UL);
        if (place < 0)
        {
            throw new InterruptSharingException($"{CeilingGroup.Capacity} sources of one thread share values already. Let fewer share, or dispose of those that are no longer needed.");
        }

        Volatile.Write(ref Group->Slots[place], (ulong)slot);
        Volatile.Write(ref Group->SlotCount, Math.Max(Group->SlotCount, place + 1));
    }

    public void Remove(InterruptSlot* slot) => Volatile.Write(ref Group->Slots[Slots.IndexOf((ulong)slot)], 0UL);

    /// <exception cref="InterruptSharingException">Too many are shared.</exception>
    public ulong TakeBit(InterruptShared shared)
    {
        if (_bits == ulong.MaxValue)
        {
            throw new InterruptSharingException($"The sources of one thread share {CeilingGroup.Capacity} values already, so they cannot share '{shared.Name}'. Put several into one struct.");
        }

        ulong bit = ~_bits & (_bits + 1);
        _bits |= bit;
        return bit;
    }

    public void GiveBit(ulong bit) => _bits &= ~bit;
}
