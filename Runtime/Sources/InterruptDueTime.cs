using TopHalf.Sources;

namespace TopHalf;

/// <summary>When a timer fires first: after a while, or at a time.</summary>
public readonly record struct InterruptDueTime
{
    private readonly DueKind _kind;
    private readonly long _nanoseconds;

    private InterruptDueTime(DueKind kind, long nanoseconds)
    {
        _kind = kind;
        _nanoseconds = nanoseconds;
    }

    private enum DueKind
    {
        After,
        At,
        AtUtc,
    }

    /// <summary>After a while, counted from the start (or change) of the timer on its own clock. Zero: at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, or longer than 292 years.</exception>
    public static InterruptDueTime After(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new(DueKind.After, Nanoseconds.Of(delay, nameof(delay)));
    }

    /// <summary>
    /// At a reading of the timer's clock, in nanoseconds; a reading that is past fires at once, and the expiries of a periodic timer since
    /// then count as overruns, unless they are more than 2^30: then the schedule begins with the latest one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The reading is negative.</exception>
    public static InterruptDueTime At(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        return new(DueKind.At, nanoseconds);
    }

    /// <summary>At a time of day. Needs <see cref="InterruptTimerClock.Realtime"/>; a time that is past does as in <see cref="At(long)"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970 or after 2262.</exception>
    public static InterruptDueTime At(DateTimeOffset time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, DateTimeOffset.UnixEpoch);
        return new(DueKind.AtUtc, Nanoseconds.Of(time - DateTimeOffset.UnixEpoch, nameof(time)));
    }

    /// <summary>Same as <see cref="After"/>.</summary>
    public static implicit operator InterruptDueTime(TimeSpan delay) => After(delay);

    /// <summary>Same as <see cref="After"/>, under the name that languages without conversions use.</summary>
    public static InterruptDueTime FromTimeSpan(TimeSpan delay) => After(delay);

    internal static InterruptDueTime AfterNanoseconds(long nanoseconds) => new(DueKind.After, nanoseconds);

    /// <summary>The reading of the clock that this means.</summary>
    internal long Resolve(InterruptTimerClock clock, long now) => _kind switch
    {
        DueKind.After when _nanoseconds > long.MaxValue - now => throw new ArgumentOutOfRangeException(
            nameof(now), "The first expiry lies beyond the end of the clock, 2^63 ns. Choose an earlier one."),
        DueKind.After => now + _nanoseconds,
        DueKind.AtUtc when clock != InterruptTimerClock.Realtime => throw new ArgumentException(
            $"A time of day needs the clock {nameof(InterruptTimerClock.Realtime)}, not {clock}. Set InterruptTimerOptions.Clock, or give a delay.", nameof(clock)),
        _ => _nanoseconds,
    };
}
