using TopHalf;

namespace Metronome;

/// <summary>What the timers whose callbacks are ordinary code share: each callback takes the expiries that are due and not yet taken.</summary>
internal abstract class CallbackMetronome : IMetronome
{
    // System.Threading's timers count in milliseconds.
    private const long Floor = 1_000_000;

    private readonly object _gate = new();
    private Beat _beat;

    public abstract string Name { get; }

    public long Expiries => Read().Expiries;

    protected Schedule Schedule { get; private set; }

    /// <summary>The period that the timers of System.Threading can be asked for.</summary>
    protected TimeSpan ClosestPeriod => TimeSpan.FromMilliseconds(Math.Max(Floor, Schedule.Period) / Floor);

    public void Start(Schedule schedule, InterruptQueueWriter<Tick> events)
    {
        Schedule = schedule;
        _beat = new Beat(events);
        Begin();
    }

    public Beat Read()
    {
        lock (_gate)
        {
            return _beat;
        }
    }

    public abstract void Dispose();

    protected abstract void Begin();

    // Callbacks of System.Threading.Timer may overlap.
    protected void OnTick()
    {
        lock (_gate)
        {
            long now = InterruptClock.Timestamp;
            long expiries = Schedule.CountBy(now) - _beat.Expiries;
            if (expiries > 0)
            {
                _beat.Take(now, now - Schedule.Due(_beat.Expiries + 1), expiries);
            }
        }
    }
}
