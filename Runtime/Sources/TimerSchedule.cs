using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>When a timer fires: first due time and period, checked. Ordinary context.</summary>
/// <param name="DueTime">Null: one period from now.</param>
/// <param name="Period">Nanoseconds; 0 for a single expiry.</param>
internal readonly record struct TimerSchedule(InterruptDueTime? DueTime, long Period)
{
    // The kernel reports at most 2^31 - 1 overruns. A schedule that began longer ago begins with its latest expiry.
    private const long MostPastExpiries = 1 << 30;

    /// <exception cref="ArgumentOutOfRangeException">The period is zero, negative, too short or too long.</exception>
    /// <exception cref="ArgumentException">A single expiry without a due time.</exception>
    public static TimerSchedule Create(TimeSpan period, InterruptDueTime? dueTime, InterruptTimerOptions options)
    {
        if (period == Timeout.InfiniteTimeSpan)
        {
            return dueTime is not null
                ? new(dueTime, 0)
                : throw new ArgumentException("A timer that fires once needs to know when: set InterruptTimerOptions.DueTime.", nameof(period));
        }

        if (period == TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(period),
                period,
                "The period is zero. TimeSpan counts in steps of 100 ns, so a shorter time, such as 1 ns, becomes zero. Use Timeout.InfiniteTimeSpan for a timer that fires once.");
        }

        if (period < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(period), period, "The period is negative. Use Timeout.InfiniteTimeSpan for a timer that fires once.");
        }

        if (period < options.MinimumPeriod)
        {
            throw new ArgumentOutOfRangeException(
                nameof(period),
                period,
                $"The period is shorter than InterruptTimerOptions.MinimumPeriod, {options.MinimumPeriod.TotalMicroseconds:0.#} us. Each interrupt costs a few us in " +
                "the kernel, and clone(2) and fork(2) are restarted for every signal, so the interrupted thread may get nothing done. Set MinimumPeriod lower to accept that.");
        }

        return new(dueTime, Nanoseconds.Of(period, nameof(period)));
    }

    /// <summary>The first expiry, nanoseconds on the clock.</summary>
    public long FirstDue(InterruptTimerClock clock, int clockId)
    {
        long now = Now(clockId);
        long due = (DueTime ?? InterruptDueTime.AfterNanoseconds(Period)).Resolve(clock, now);
        bool kernelCanCount = Period == 0 || due >= now || (now - due) / Period < MostPastExpiries;
        return kernelCanCount ? due : now - ((now - due) % Period);
    }

    private static unsafe long Now(int clockId)
    {
        timespec now;
        return LibC.clock_gettime(clockId, &now) == 0
            ? (now.tv_sec * 1_000_000_000) + now.tv_nsec
            : throw new InvalidOperationException($"The kernel cannot read clock {clockId}. If it is a thread's CPU time, the thread may have ended.");
    }
}
