using TopHalf;
using static System.FormattableString;

namespace Metronome;

/// <summary>Prints the measurements side by side.</summary>
internal static class ResultTable
{
    public static void Print(IEnumerable<Measurement> measurements, Options options)
    {
        Console.WriteLine();
        Console.WriteLine(
            $"{"times in us",-24}{"period",10}{"",10} | {"late by",10}{"",30} | {"",9}{"",17}{"CPU",7}\n" +
            $"{"",-24}{"asked",10}{"achieved",10} | {"p50",10}{"p99",10}{"p99.9",10}{"max",10} | {"ticks",9}{"missed",17}{"cores",7}");
        foreach (Measurement row in measurements)
        {
            InterruptHistogram lateness = row.Lateness;
            Console.WriteLine(Invariant(
                $"{row.Name,-24}{options.PeriodMicroseconds,10}{row.Period / 1000,10:F1} | ") + string.Concat(
                new[] { 50, 99, 99.9, 100 }.Select(percent => Invariant($"{lateness.Percentile(percent) / 1000.0,10:F1}"))) + Invariant(
                $" | {row.Ticks,9}{Invariant($"{row.Missed} ({100.0 * row.Missed / Math.Max(row.Expiries, 1):F1} %)"),17}{row.Cpu,7:F2}"));
        }

        Console.WriteLine();
    }
}
