namespace TopHalf;

/// <summary>What an <see cref="InterruptQueue{T}"/> does when items come faster than they are read. A handler cannot wait, so something is dropped.</summary>
public enum BackPressure
{
    /// <summary>A full queue refuses the new item: what is delivered is without gaps up to the moment of overload.</summary>
    DropNewest,

    /// <summary>A full queue gives up its oldest item for the new one: what is delivered is the last that happened.</summary>
    /// <remarks>
    /// If the oldest is itself being written, by code that was interrupted amid its write for as long as the others filled the ring, it cannot be
    /// given up, and the new item is refused.
    /// </remarks>
    DropOldest,

    /// <summary>Each item replaces what was not read yet: a reading of which only the latest matters. What the capacity is for is writes within writes.</summary>
    LatestOnly,
}
