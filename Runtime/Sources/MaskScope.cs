using System.Runtime.CompilerServices;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>Holds the interrupts of one source back until it is disposed. Made by <see cref="InterruptSource.Mask"/>.</summary>
public ref struct MaskScope
{
    private readonly MaskHolder _holder;
    private InterruptSource? _source;

    /// <param name="source">What is masked.</param>
    /// <param name="holder">By which thread.</param>
    internal MaskScope(InterruptSource source, MaskHolder holder)
    {
        _source = source;
        _holder = holder;
    }

    /// <summary>
    /// Ends the mask. If it was the last one, what came meanwhile is delivered now, as one delivery, on this thread. Disposing twice is
    /// harmless.
    /// </summary>
    /// <exception cref="InvalidOperationException">A copy of the scope has ended the mask.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        InterruptSource? source = _source;
        if (source is null)
        {
            return;
        }

        _source = null;
        source.Unmask(_holder);
    }
}
