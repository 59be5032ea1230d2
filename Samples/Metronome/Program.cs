// A metronome on a busy thread, by TopHalf and by what else there is. See Options.Usage.
using Metronome;

Options? options;
try
{
    options = Options.Parse(args);
}
catch (FormatException mistake)
{
    Console.Error.WriteLine($"{mistake.Message}\n\n{Options.Usage}");
    return 2;
}

if (options is null)
{
    Console.WriteLine(Options.Usage);
    return 0;
}

// One after the other, each with a busy thread of its own, so that each has the machine as the others had it.
IMetronome[] metronomes = [new InterruptMetronome(), new TimerMetronome(), new PeriodicTimerMetronome(), new TimerFdMetronome()];
Console.WriteLine(
    $"A tick each {options.PeriodMicroseconds} us for {options.Seconds} s, while a thread allocates, throws and collects; four ways in turn:");
List<Measurement> measurements = [];
try
{
    foreach (IMetronome metronome in metronomes)
    {
        measurements.Add(new Trial(metronome, options).Run());
    }
}
catch (TrialFailedException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}

ResultTable.Print(measurements, options);
File.WriteAllText(options.Picture, LatenessPicture.Draw(measurements, options));
Console.WriteLine($"Picture: {Path.GetFullPath(options.Picture)}");

string[] faults = [.. measurements.SelectMany(static one => one.Faults.Select(fault => $"{one.Name}: {fault}"))];
if (faults.Length == 0)
{
    Measurement first = measurements[0];
    Console.WriteLine($"Every tick is accounted for: {first.Ticks} delivered + {first.Missed} merged = {first.Expiries} expiries by the clock.");
    return 0;
}

Console.Error.WriteLine($"Ticks do not add up:\n{string.Join('\n', faults)}");
return 1;
