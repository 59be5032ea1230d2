using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>When a wait is over: CLOCK_MONOTONIC, as futexes have it.</summary>
internal readonly struct Deadline
{
    private readonly long _at;

    private Deadline(long at) => _at = at;

    /// <summary>So long from now; <see cref="Timeout.InfiniteTimeSpan"/>, or longer than the clock goes on: never.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static Deadline After(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return new Deadline(long.MaxValue);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        long now = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        return timeout.Ticks < (long.MaxValue - now) / TimeSpan.NanosecondsPerTick ? new Deadline(now + Nanoseconds.Of(timeout, nameof(timeout))) : new Deadline(long.MaxValue);
    }

    /// <summary>Nanoseconds to go, 0 if it is over, negative if it never is.</summary>
    public long Left() => _at == long.MaxValue ? -1 : Math.Max(0, _at - DispatchClock.Now(LibC.CLOCK_MONOTONIC));
}
