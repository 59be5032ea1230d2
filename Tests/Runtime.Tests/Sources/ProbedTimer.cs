// A timer with a probe as its state. Its calls are counted in memory that a test reads without touching the timer: a snapshot may mask.
namespace TopHalf.Runtime.Tests;

internal sealed unsafe class ProbedTimer : IDisposable
{
    private readonly Cells _cells = new(2);

    public ProbedTimer(TimeSpan period, InterruptTimerOptions? options = null, Probe initial = default)
    {
        initial.CallsOut = _cells[0];
        initial.Inside = _cells[1];
        Timer = InterruptTimer.Start(Probe.OnInterrupt, initial, period, options);
    }

    public InterruptTimer<Probe> Timer { get; }

    /// <summary>Calls of the handler up to now.</summary>
    public long Calls => Volatile.Read(ref *CallCell);

    /// <summary>Where they are counted.</summary>
    public long* CallCell => _cells[0];

    /// <summary>1 while the handler runs.</summary>
    public long* InsideCell => _cells[1];

    /// <summary>Waits, asleep, until the handler was called so often.</summary>
    public ProbedTimer AfterCalls(long calls)
    {
        Wait.Until(() => Calls >= calls);
        return this;
    }

    /// <summary>Ends the timer and returns what its handler saw.</summary>
    public Probe End()
    {
        Timer.Dispose();
        return Timer.Snapshot();
    }

    public void Dispose()
    {
        Timer.Dispose();
        _cells.Dispose();
    }
}
