using TopHalf;

namespace Metronome;

/// <summary>TopHalf: the busy thread itself is interrupted.</summary>
internal sealed class InterruptMetronome : IMetronome
{
    private InterruptTimer<Beat>? _timer;

    public string Name => "TopHalf.InterruptTimer";

    public long Expiries => _timer?.Statistics is { } statistics ? statistics.Delivered + statistics.Overruns : 0;

    public void Start(Schedule schedule, InterruptQueueWriter<Tick> events)
    {
        var options = new InterruptTimerOptions
        {
            Target = InterruptTarget.CurrentThread,
            DueTime = InterruptDueTime.At(schedule.FirstDue),
        };
        _timer = InterruptTimer.Start(Beat.OnTick, new Beat(events), TimeSpan.FromTicks(schedule.Period / 100), options);
    }

    public Beat Read() => _timer!.Snapshot();

    public void Dispose() => _timer!.Dispose();
}
