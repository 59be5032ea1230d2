namespace TopHalf.Timers;

/// <summary>Times as callers of <see cref="TimeProvider.CreateTimer"/> give them, in nanoseconds; their ranges are those of <see cref="TimeProvider.System"/>.</summary>
internal static class TimerInterval
{
    /// <summary>Not at all.</summary>
    public const long Never = -1;

    /// <summary>The shortest period, nanoseconds. More often, the thread pool would do nothing else.</summary>
    public const long ShortestPeriod = 20_000;

    // .NET's own: 49.7 days.
    private const long MostMilliseconds = 0xFFFFFFFE;

    /// <summary>Nanoseconds from now on, or <see cref="Never"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative and not infinite, or longer than 49.7 days.</exception>
    public static long Of(TimeSpan value, string parameter)
    {
        // Cut to milliseconds to tell the ranges apart, as TimeProvider.System does: -1.5 ms are infinite, -0.5 ms are none.
        long milliseconds = (long)value.TotalMilliseconds;
        return milliseconds switch
        {
            < -1 or > MostMilliseconds => throw new ArgumentOutOfRangeException(
                parameter, value, "A time is 0, positive up to 49.7 days (4,294,967,294 ms), or Timeout.InfiniteTimeSpan."),
            -1 => Never,
            _ => Math.Max(0, value.Ticks * TimeSpan.NanosecondsPerTick),
        };
    }

    /// <summary>Nanoseconds between expiries; 0: there is one only.</summary>
    /// <inheritdoc cref="Of"/>
    public static long OfPeriod(TimeSpan value, string parameter)
    {
        long period = Of(value, parameter);
        return period is Never or 0 ? 0 : Math.Max(period, ShortestPeriod);
    }
}
