using TopHalf.Dispatch;

namespace TopHalf;

/// <summary>What the dispatcher lays on its stack for one delivery; <see cref="InterruptContext"/> is the handler's view of it.</summary>
internal unsafe struct InterruptFrame
{
    public int Signal;
    public int IsInterrupt;

    /// <summary>Of the source.</summary>
    public int Level;

    /// <summary>The source's row; null where there is none, in tests.</summary>
    public InterruptSlot* Slot;
    public long Overruns;
    public nint Payload;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Timestamp;

    /// <summary>When the last delivery ended, likewise; before the first, as <see cref="Timestamp"/>.</summary>
    public long Ended;

    /// <summary>The signals that the interrupted thread blocks; of an interrupt only.</summary>
    public ulong Blocked;

    /// <summary>Nanoseconds on the clock of the source.</summary>
    public long Lateness;

    /// <summary>In the kernel's signal frame, or a block of zeroes where nothing was interrupted. Never null.</summary>
    public InterruptRegisters* Registers;
}
