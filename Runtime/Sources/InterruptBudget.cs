namespace TopHalf;

/// <summary>How much of a thread's time a source may take. What takes more is throttled and, if it goes on, masked.</summary>
/// <remarks>
/// <para>Counted are the time from each entry of the dispatcher to the return of the handler, by the clock on the wall, and 2.5 µs for each signal, which is about what the kernel
/// takes for it. A source that has taken its share of a <see cref="Window"/>, or of which one call took longer than <see cref="Handler"/>, is throttled: for the rest of the window
/// its interrupts wait and are merged, as behind a mask, and the thread goes on. What waits at the end of the window is delivered by the next interrupt, or by a thread of the thread pool.</para>
/// <para>After <see cref="MaskAfter"/> windows in a row that ended so the source is masked, what sends its signals is stopped (timer, descriptor, counter; a software interrupt answers
/// <see cref="RaiseResult.QueueFull"/>), and a notice says so. <see cref="InterruptSource.LiftStorm"/> lets it go on.</para>
/// <para>Immutable; may be shared by sources.</para>
/// </remarks>
public sealed class InterruptBudget
{
    /// <summary>The longest time that one call of the handler may take. Null, the default: any.</summary>
    public TimeSpan? Handler { get; init; }

    /// <summary>The share of each window that the source may take: more than 0, at most 1. Default: a half.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>What the share is of. Default: 10 ms; 1 ms at least, a minute at most.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>After how many throttled windows in a row the source is masked; 0: never, it is only throttled. Default: 10.</summary>
    public int MaskAfter { get; init; } = 10;

    /// <exception cref="ArgumentOutOfRangeException">A property is out of its range.</exception>
    internal void Validate()
    {
        if (Handler <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(Handler), Handler, "Positive, or null for any time.");
        }

        if (!(Share > 0 && Share <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Share), Share, "More than 0, and 1 at the most.");
        }

        if (Window < TimeSpan.FromMilliseconds(1) || Window > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentOutOfRangeException(nameof(Window), Window, "From a millisecond to a minute.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MaskAfter);
    }
}

/// <summary>What the <see cref="InterruptBudget"/> of a source has led to.</summary>
public enum StormState
{
    /// <summary>It is within its budget, or has none.</summary>
    None,

    /// <summary>It is held back until the window ends.</summary>
    Throttled,

    /// <summary>It is masked until <see cref="InterruptSource.LiftStorm"/>.</summary>
    Masked,
}
