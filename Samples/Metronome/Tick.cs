namespace Metronome;

/// <summary>What each metronome hands to its bottom half: one callback.</summary>
/// <param name="Number">Callbacks up to this one, counted from 1.</param>
/// <param name="Expiries">Expiries up to and with this one, those merged into another's callback included.</param>
/// <param name="Timestamp">When the callback began, nanoseconds of CLOCK_MONOTONIC.</param>
internal readonly record struct Tick(long Number, long Expiries, long Timestamp);
