using TopHalf;

namespace Metronome;

/// <summary>Runs one metronome: a busy thread that starts it, a bottom half that reads its ticks, a line of progress a second.</summary>
internal sealed class Trial(IMetronome metronome, Options options)
{
    // Time to compile, verify and warm up before the first expiry is due.
    private const long Lead = 1_000_000_000;

    // How long expiries may be overdue at the end before the metronome is given up.
    private const long Patience = 5_000_000_000;

    private Exception? _failure;
    private Measurement? _measurement;
    private Schedule _schedule;

    /// <summary>Starts, waits, and tells what came of it.</summary>
    /// <exception cref="TrialFailedException">The metronome threw.</exception>
    public Measurement Run()
    {
        var thread = new Thread(Work) { Name = metronome.Name };
        thread.Start();
        for (int second = 0; !thread.Join(TimeSpan.FromSeconds(1)) && _failure is null; second++)
        {
            string progress = second == 0 ? "warming up" : $"{Math.Min(second, options.Seconds)} of {options.Seconds} s, {metronome.Expiries} expiries";
            Console.WriteLine($"  {metronome.Name,-24} {progress}");
        }

        thread.Join();
        return _measurement ?? throw new TrialFailedException($"{metronome.Name} failed: {_failure?.Message}", _failure);
    }

    private void Work()
    {
        try
        {
            _measurement = Measure();
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    private Measurement Measure()
    {
        using var queue = new InterruptQueue<Tick>(1 << 16);
        _schedule = new Schedule(InterruptClock.Timestamp + Lead, options.PeriodNanoseconds);
        var bottomHalf = new BottomHalf(_schedule);
        Task reading = bottomHalf.ReadAsync(queue);
        metronome.Start(_schedule, queue.Writer);
        BusyUntil(_schedule.FirstDue);

        long cpu = InterruptClock.ProcessCpuTime;
        long start = InterruptClock.Timestamp;
        long wanted = options.Seconds * 1_000_000_000L / options.PeriodNanoseconds;
        long end = _schedule.Due(wanted);
        BusyUntil(end);
        cpu = InterruptClock.ProcessCpuTime - cpu;
        long elapsed = InterruptClock.Timestamp - start;
        while (metronome.Expiries < wanted && InterruptClock.Timestamp < end + Patience)
        {
            BusyUntil(InterruptClock.Timestamp);
        }

        metronome.Dispose();
        queue.Complete();
        reading.Wait();
        Beat beat = metronome.Read();
        bottomHalf.Conclude(beat.Callbacks, queue.Dropped, metronome.Expiries, wanted);
        return new Measurement(
            metronome.Name, bottomHalf.MeanPeriod, beat.Lateness, beat.Callbacks, beat.Expiries, (double)cpu / elapsed, bottomHalf.Faults);
    }

    private static void BusyUntil(long time)
    {
        long round = 0;
        do
        {
            BusyWork.Round(round++);
        }
        while (InterruptClock.Timestamp < time);
    }
}

/// <summary>A metronome could not be started or stopped.</summary>
internal sealed class TrialFailedException(string message, Exception? cause) : Exception(message, cause);
