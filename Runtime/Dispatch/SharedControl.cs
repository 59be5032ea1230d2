using System.Runtime.InteropServices;

namespace TopHalf.Dispatch;

/// <summary>What handlers know of one shared value. In unmanaged memory that is never freed, so it may be looked into however long ago the value was disposed of.</summary>
/// <remarks>Written by ordinary code while no source that shares it is inside; the counts only by interlocked operations.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SharedControl
{
    /// <summary>Odd while a value owns this, even while it is free. Only grows: 64 bits never come round.</summary>
    public long Generation;

    /// <summary>The value.</summary>
    public void* Value;

    /// <summary>The thread whose sources share it; null: none does.</summary>
    public CeilingGroup* Group;

    /// <summary>Which of the group's values it is: one bit.</summary>
    public ulong Bit;

    /// <summary>The highest level of those that share it.</summary>
    public int Ceiling;

    /// <summary>How often a handler was refused.</summary>
    public long Refused;

    /// <summary>How often a handler ended what was not what it had begun last.</summary>
    public long Unbalanced;
}
