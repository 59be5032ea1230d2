namespace TopHalf;

/// <summary>One place of a queue's ring.</summary>
internal struct QueueCell<T>
    where T : unmanaged
{
    /// <summary>
    /// At position p: p + 1 once the item is there, p + 1 - capacity (that of the last round) before.
    /// </summary>
    public long Sequence;

    public T Value;
}
