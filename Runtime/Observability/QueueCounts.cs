namespace TopHalf.Observability;

/// <summary>What a queue has done.</summary>
internal readonly record struct QueueCounts(long Depth, long Written, long Dropped);
