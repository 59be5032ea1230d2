using System.Runtime.CompilerServices;
using TopHalf;

namespace Metronome;

/// <summary>The job that every metronome does at each callback: count it, record how late it is, hand it on.</summary>
internal struct Beat(InterruptQueueWriter<Tick> events)
{
    private readonly InterruptQueueWriter<Tick> _events = events;

    /// <summary>Nanoseconds from the expiry to its callback; from the first of them, if several were merged.</summary>
    public InterruptHistogram Lateness;

    /// <summary>Callbacks up to now.</summary>
    public long Callbacks;

    /// <summary>Expiries up to now: one for each callback, and those that were merged into it.</summary>
    public long Expiries;

    /// <summary>The top half.</summary>
    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnTick(ref Beat beat, in InterruptContext context) =>
        beat.Take(context.Timestamp, context.Lateness, 1 + context.Overruns);

    /// <summary>Does the job.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(long timestamp, long lateness, long expiries)
    {
        Callbacks++;
        Expiries += expiries;
        Lateness.Record(lateness);
        _events.TryWrite(new Tick(Callbacks, Expiries, timestamp));
    }
}
