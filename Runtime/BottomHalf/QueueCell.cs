namespace TopHalf;

/// <summary>One place of a queue's ring.</summary>
internal struct QueueCell<T>
    where T : unmanaged
{
    /// <summary>
    /// At position p: p while the cell is free for the writer that claims p, p + 1 once the item is there, p + capacity after it was read.
    /// </summary>
    public long Sequence;

    public T Value;
}
