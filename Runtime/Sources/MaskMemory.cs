using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;
using TopHalf.Dispatch;

namespace TopHalf.Sources;

/// <summary>Memory of a source's masks. It is freed when the source is collected, not when it is disposed of: a scope may outlive that, and takes no lock. Ordinary context.</summary>
internal sealed unsafe class MaskMemory : CriticalFinalizerObject
{
    private const int CacheLine = 64;

    ~MaskMemory() => NativeMemory.AlignedFree(Masks);

    /// <summary>No mask, at first.</summary>
    // SAFETY: the dispatcher uses it only while the source has a key, and SourceWatch keeps a source alive that has one.
    public SourceMasks* Masks { get; } = Allocate();

    private static SourceMasks* Allocate()
    {
        var masks = (SourceMasks*)NativeMemory.AlignedAlloc((nuint)sizeof(SourceMasks), CacheLine);
        *masks = default;
        return masks;
    }
}
