namespace TopHalf.Verification;

/// <summary>What an analysis of machine code may take for granted about the memory around it.</summary>
internal sealed class CodeScope(MemoryMap map)
{
    public MemoryMap Map { get; } = map;

    /// <summary>How many bytes a body may span. No method that is fit for a handler is larger; a branch farther away leaves the method.</summary>
    public int Reach { get; init; } = 1 << 20;

    /// <summary>Whether compiled managed code lies at the address.</summary>
    public Func<nint, bool> IsCode { get; init; } = _ => true;

    /// <summary>Whether the address is another known function's first: a jump to it is a call in tail position.</summary>
    public Func<nint, bool> IsEntry { get; init; } = _ => false;

    /// <summary>The content of a memory cell that never changes, or null.</summary>
    public Func<nint, nint?> Constant { get; init; } = _ => null;
}
