namespace Metronome;

/// <summary>PeriodicTimer: an asynchronous loop on the thread pool.</summary>
internal sealed class PeriodicTimerMetronome : CallbackMetronome
{
    private PeriodicTimer? _timer;
    private Task? _loop;

    public override string Name => "PeriodicTimer";

    public override void Dispose()
    {
        _timer!.Dispose();
        _loop!.Wait();
    }

    protected override void Begin()
    {
        _timer = new PeriodicTimer(ClosestPeriod);
        _loop = Task.Run(LoopAsync);
    }

    private async Task LoopAsync()
    {
        while (await _timer!.WaitForNextTickAsync().ConfigureAwait(false))
        {
            OnTick();
        }
    }
}
