namespace TopHalf;

/// <summary>Holds the interrupts of one source back until it is disposed. Made by <see cref="InterruptSource.Mask"/>.</summary>
public ref struct MaskScope
{
    private InterruptSource? _source;

    internal MaskScope(InterruptSource source) => _source = source;

    /// <summary>
    /// Ends the mask. If it was the last one, what came meanwhile is delivered now, as one delivery, on this thread. Disposing twice is
    /// harmless.
    /// </summary>
    public void Dispose()
    {
        InterruptSource? source = _source;
        _source = null;
        source?.Unmask();
    }
}
