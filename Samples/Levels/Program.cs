// One thread decodes frames, which takes long, and samples a control loop, which must not be late: both in handlers, first on one level, then on two.
using System.Globalization;
using Levels;

if (args.Length > 1 || !double.TryParse(args.FirstOrDefault("3"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) || seconds is not (> 0 and <= 3600))
{
    Console.Error.WriteLine("Usage: Levels [SECONDS]    how long each of the two trials takes, 3 by default");
    return 2;
}

var duration = TimeSpan.FromSeconds(seconds);
Trial equal = new Trial(level: 0).Run(duration);
Trial higher = new Trial(level: 2).Run(duration);
Console.WriteLine(FormattableString.Invariant($"A frame takes {equal.FrameTime.TotalMicroseconds:F0} us. How late samples are, us:      50 %      90 %      99 %"));
Print("controller on the decoder's level", equal);
Print("controller on a higher level", higher);
string[] faults = [.. equal.Faults, .. higher.Faults];
Array.ForEach(faults, Console.Error.WriteLine);
Console.WriteLine(faults.Length == 0 ? "Every frame and every sample is in the totals that both handlers and ordinary code changed." : "The totals do not add up.");
return faults.Length == 0 ? 0 : 1;

static void Print(string name, Trial trial) => Console.WriteLine(FormattableString.Invariant(
    $"{name,-54}{trial.Lateness.Percentile(50) / 1000.0,10:F1}{trial.Lateness.Percentile(90) / 1000.0,10:F1}{trial.Lateness.Percentile(99) / 1000.0,10:F1}"));
