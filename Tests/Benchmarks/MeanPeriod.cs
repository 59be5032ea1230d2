using System.Globalization;

namespace TopHalf.Benchmarks;

/// <summary>How long the periods of .NET's timers and of ours really are, all at the same time on the same machine.</summary>
internal static class MeanPeriod
{
    private static readonly TimeSpan s_asked = TimeSpan.FromMilliseconds(1);

    /// <summary>Prints a line for each kind of timer: its mean period, and how the intervals between its callbacks are distributed.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="ours">The period that our timers are given, microseconds; others than 1000 show that the figures are measured.</param>
    public static void Report(int seconds, int ours)
    {
        TimeSpan period = TimeSpan.FromMicroseconds(ours);
        using var provider = new InterruptTimeProvider();
        var ticks = new List<TickLog>();
        var timers = new List<IDisposable>();
        TickLog Log(string name, TimeSpan of)
        {
            ticks.Add(new TickLog(name, (int)(seconds * TimeSpan.FromSeconds(1) / of) + 1000));
            return ticks[^1];
        }

        TickLog threading = Log("System.Threading.Timer", s_asked);
        timers.Add(new Timer(_ => threading.Note(), null, s_asked, s_asked));
        TickLog callbacks = Log("InterruptTimeProvider", period);
        timers.Add(provider.CreateTimer(_ => callbacks.Note(), null, period, period));
        TickLog systemLoop = Log("PeriodicTimer, system", s_asked);
        timers.Add(Loop(new PeriodicTimer(s_asked), systemLoop));
        TickLog ourLoop = Log("PeriodicTimer, ours", period);
        timers.Add(Loop(new PeriodicTimer(period, provider), ourLoop));

        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        timers.ForEach(static timer => timer.Dispose());

        Console.WriteLine(Text($"Timers with a period of 1000 us, {seconds} s, us between callbacks:"));
        Console.WriteLine($"{"",-26}{"callbacks",10}{"mean",10}{"off by",10}{"p50",10}{"p99",10}{"longest",10}");
        foreach (TickLog log in ticks)
        {
            double[] intervals = log.Intervals();
            double mean = intervals.Average();
            Console.WriteLine(Text($"{log.Name,-26}{intervals.Length + 1,10}{mean,10:F2}{(mean / s_asked.TotalMicroseconds) - 1,10:P2}{At(intervals, 0.5),10:F1}{At(intervals, 0.99),10:F1}{intervals[^1],10:F1}"));
        }

        Console.WriteLine($"left out by InterruptTimeProvider: {provider.Overruns}");
    }

    private static PeriodicTimer Loop(PeriodicTimer timer, TickLog log)
    {
        _ = Task.Run(async () =>
        {
            while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
            {
                log.Note();
            }
        });
        return timer;
    }

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>When the callbacks of one timer came. Callbacks may overlap.</summary>
    private sealed class TickLog(string name, int capacity)
    {
        private readonly long[] _times = new long[capacity];
        private int _count;

        public string Name => name;

        public void Note()
        {
            int index = Interlocked.Increment(ref _count) - 1;
            if (index < _times.Length)
            {
                _times[index] = InterruptClock.Timestamp;
            }
        }

        /// <summary>Microseconds between neighbours, sorted. A callback that has not come to its note yet is left out.</summary>
        public double[] Intervals()
        {
            long[] times = [.. _times.Where(static time => time != 0).Order()];
            return times.Length > 1
                ? [.. times.Zip(times.Skip(1), static (one, next) => (next - one) / 1000.0).Order()]
                : throw new InvalidOperationException($"{name} called back {times.Length} times, which is no period.");
        }
    }
}
