namespace Metronome;

/// <summary>When expiries are due: the clock's word, against which every metronome is held.</summary>
/// <param name="FirstDue">Nanoseconds of CLOCK_MONOTONIC.</param>
/// <param name="Period">Nanoseconds.</param>
internal readonly record struct Schedule(long FirstDue, long Period)
{
    /// <summary>When an expiry is due, counted from 1.</summary>
    public long Due(long expiry) => FirstDue + ((expiry - 1) * Period);

    /// <summary>How many expiries are due by a time.</summary>
    public long CountBy(long time) => time < FirstDue ? 0 : ((time - FirstDue) / Period) + 1;
}
