namespace TopHalf;

/// <summary>Takes items that handlers wrote, in ordinary context.</summary>
/// <typeparam name="T">What was written.</typeparam>
/// <param name="items">One item at least. Of use during the call only.</param>
public delegate void InterruptBatchHandler<T>(ReadOnlySpan<T> items)
    where T : unmanaged;
