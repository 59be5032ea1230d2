namespace TopHalf;

/// <summary>How much of a thread's time a source may take. What takes more is throttled and, if it goes on, masked.</summary>
/// <remarks>
/// <para><b>Without a budget</b> a source that interrupts a thread with other work is left alone unless its interrupts leave that thread no time at all: for a quarter of a second on end, in 16 of
/// them or more, each came before the one ahead of it had returned, so that the thread did not execute one instruction, and the source took a quarter of it or more. Then it gets an eighth of the
/// thread's time, in windows as below, until one goes by without throttling. It is proved by what the kernel has pending, and not guessed from times, so sound sources are not concerned, however fast
/// they are and however slow the machine; <see cref="Unlimited"/> is for those that may take all. A thread of the source's own (<see cref="InterruptTarget.Dedicated"/>,
/// <see cref="DeliveryMode.Threaded"/>) has nothing else to do, so its sources are not guarded.</para>
/// <para>Counted are the time from each entry of the dispatcher to the return of the handler, by the clock on the wall, and 2.5 µs for each signal, which is about what the kernel
/// takes for it. A source that has taken its share of a <see cref="Window"/>, or of which one call took longer than <see cref="Handler"/>, is throttled: for the rest of the window
/// its interrupts wait and are merged, as behind a mask, and the thread goes on. What waits at the end of the window is delivered by the next interrupt, or by a thread of the thread pool.</para>
/// <para>After <see cref="MaskAfter"/> windows in a row that ended so the source is masked, what sends its signals is stopped (timer, descriptor, counter; a software interrupt answers
/// <see cref="RaiseResult.QueueFull"/>), and a notice says so. <see cref="InterruptSource.LiftStorm"/> lets it go on.</para>
/// <para>Immutable; may be shared by sources.</para>
/// </remarks>
public sealed class InterruptBudget
{
    // What a source without a budget is held to while it storms. Of those that share a row no more than four are throttled, which leaves the thread half of its time.
    internal static readonly InterruptBudget Guard = new() { Share = 0.125 };

    /// <summary>All: the source is never throttled, not even if it leaves the thread that it interrupts no time.</summary>
    public static InterruptBudget Unlimited { get; } = new() { IsUnlimited = true };

    /// <summary>The longest time that one call of the handler may take. Null, the default: any.</summary>
    public TimeSpan? Handler { get; init; }

    /// <summary>The share of each window that the source may take: more than 0, at most 1. Default: a half.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>What the share is of. Default: 10 ms; 1 ms at least, a minute at most.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>After how many throttled windows in a row the source is masked; 0: never, it is only throttled. Default: 10.</summary>
    public int MaskAfter { get; init; } = 10;

    internal bool IsUnlimited { get; private init; }

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
    /// <summary>It is within its budget, or has none and leaves the thread that it interrupts time.</summary>
    None,

    /// <summary>It is held back until the window ends.</summary>
    Throttled,

    /// <summary>It is masked until <see cref="InterruptSource.LiftStorm"/>.</summary>
    Masked,
}
