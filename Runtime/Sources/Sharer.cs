using TopHalf.Dispatch;

namespace TopHalf.Sources;

/// <summary>A source that shares a value.</summary>
internal readonly unsafe struct Sharer(InterruptSource source, InterruptSlot* slot)
{
    private readonly nint _slot = (nint)slot;

    public InterruptSource Source => source;

    public InterruptSlot* Slot => (InterruptSlot*)_slot;
}
