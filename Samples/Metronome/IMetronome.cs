using TopHalf;

namespace Metronome;

/// <summary>Something that calls back periodically. When its disposal returns, no callback runs any more; what it counted can still be read.</summary>
internal interface IMetronome : IDisposable
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Starts it on the calling thread. Its callbacks do the <see cref="Beat"/> and write to <paramref name="events"/>.</summary>
    void Start(Schedule schedule, InterruptQueueWriter<Tick> events);

    /// <summary>Expiries up to now, by its own count.</summary>
    long Expiries { get; }

    /// <summary>What its callbacks did up to now.</summary>
    Beat Read();
}
