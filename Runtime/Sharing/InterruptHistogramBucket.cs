namespace TopHalf;

/// <summary>One bar of an <see cref="InterruptHistogram"/>.</summary>
/// <param name="From">The shortest duration that it counts, in nanoseconds.</param>
/// <param name="To">
/// The first duration beyond it, in nanoseconds. The last bucket of the histogram also counts all that is longer than its range.
/// </param>
/// <param name="Count">How many durations fell into it.</param>
public readonly record struct InterruptHistogramBucket(long From, long To, long Count);
