namespace Metronome;

/// <summary>System.Threading.Timer: callbacks on the thread pool.</summary>
internal sealed class TimerMetronome : CallbackMetronome
{
    private Timer? _timer;

    public override string Name => "System.Threading.Timer";

    public override void Dispose()
    {
        using var ended = new ManualResetEvent(false);
        _timer!.Dispose(ended);
        ended.WaitOne();
    }

    protected override void Begin() => _timer = new Timer(_ => OnTick(), null, ClosestPeriod, ClosestPeriod);
}
