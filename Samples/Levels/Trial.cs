using TopHalf;

namespace Levels;

/// <summary>Both handlers on this thread for a while, the controller on a level of its choice.</summary>
internal sealed class Trial(int level)
{
    private static readonly TimeSpan s_samplePeriod = TimeSpan.FromMilliseconds(1);

    /// <summary>How late samples were.</summary>
    public InterruptHistogram Lateness { get; private set; }

    /// <summary>How long a frame took, on average.</summary>
    public TimeSpan FrameTime { get; private set; }

    /// <summary>What does not add up; empty if all does.</summary>
    public List<string> Faults { get; } = [];

    public Trial Run(TimeSpan duration)
    {
        using var totals = new InterruptShared<Totals>();
        using var decoder = SoftwareInterrupt.Start(
            Decoder.OnFrame, new Decoder { Totals = totals.Access }, new() { Target = InterruptTarget.CurrentThread, Shares = [totals], Name = "decoder" });
        using var controller = InterruptTimer.Start(
            Controller.OnSample, new Controller { Totals = totals.Access }, s_samplePeriod,
            new() { Target = InterruptTarget.CurrentThread, Shares = [totals], Level = level, Name = "controller" });

        long announced = 0;
        long updates = 0;
        using var end = new CancellationTokenSource(duration);
        var feeder = new Thread(() =>
        {
            // Another thread announces frames, each when the one before is decoded, so that a busy machine is not asked for more than it can do; and it reads and changes the totals as it likes.
            while (!end.IsCancellationRequested)
            {
                if (decoder.Statistics.Delivered == announced)
                {
                    announced += decoder.Raise((nint)announced) == RaiseResult.Raised ? 1 : 0;
                }

                totals.Update(static (ref Totals all) => Totals.Count(ref all, 0, 0));
                updates++;
                Thread.Sleep(1);
            }
        });
        feeder.Start();
        while (feeder.IsAlive)
        {
            Thread.SpinWait(1000);
        }

        controller.Pause();
        while (decoder.Statistics.Delivered < announced)
        {
            Thread.Sleep(1);
        }

        Judge(totals, decoder.Snapshot(), controller.Statistics, announced, updates);
        Lateness = controller.Snapshot().Lateness;
        FrameTime = decoder.Statistics.HandlerTime / Math.Max(1, decoder.Statistics.Delivered);
        return this;
    }

    private void Judge(InterruptShared<Totals> totals, Decoder decoder, InterruptStatistics controller, long announced, long updates)
    {
        Totals all = totals.Snapshot();
        Expect(all.Torn == 0, $"the totals were seen half-changed {all.Torn} times");
        Expect(all.Frames == announced && decoder.Frames == announced, $"{announced} frames were announced, {decoder.Frames} decoded and {all.Frames} counted");
        Expect(all.Samples == controller.Delivered, $"{controller.Delivered} samples were taken and {all.Samples} counted");
        Expect(all.Sum == all.Frames + all.Samples, $"the sum is {all.Sum}");
        Expect(totals.Refused == 0, $"{totals.Refused} entries were refused");
        Expect(announced > 0 && updates > 0 && controller.Delivered > 0, "nothing came");
    }

    private void Expect(bool holds, string fault)
    {
        if (!holds)
        {
            Faults.Add($"level {level}: {fault}");
        }
    }
}
