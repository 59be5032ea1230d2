using System.Globalization;

namespace TopHalf.Benchmarks;

/// <summary>Prints what an interrupt costs, and draws it; or what a verification costs, or the analysis of source.</summary>
internal static class Program
{
    private const string Usage = """
        Usage: TopHalf.Benchmarks verifier [--processes N]
          --processes N  processes to measure the first verification in, default 20
               TopHalf.Benchmarks analyzer [LINES HANDLERS ROUNDS]
          of source to compile with and without analyzers, default 100000 50 5
               TopHalf.Benchmarks handover [WAKES [SVG]]
          of masks, writes into queues, and readers that are awakened, default 1000
               TopHalf.Benchmarks periods [SECONDS [MICROSECONDS]]
          the mean period of timers that are to have one of MICROSECONDS, default 5 1000
               TopHalf.Benchmarks [--rounds N] [--seed N] [--svg PATH] [--slow]
          --rounds N   blocks of each kind, default 1000
          --seed N     of the blocks' order, default 1
          --svg PATH   draw the distribution, default: do not
          --slow       measure a handler that is slow on purpose: the benchmark's own test
        """;

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case [VerifierCost.Child]:
                VerifierCost.Measure(Console.Out, compiledBefore: false);
                return 0;
            case [VerifierCost.ChildCompiledBefore]:
                VerifierCost.Measure(Console.Out, compiledBefore: true);
                return 0;
            case ["verifier"]:
                VerifierCost.Report(processes: 20);
                return 0;
            case ["verifier", "--processes", var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int processes) && processes > 0:
                VerifierCost.Report(processes);
                return 0;
            case ["handover"]:
                HandOverCost.Report(wakes: 1000, picture: null);
                return 0;
            case ["handover", var wakes]:
                HandOverCost.Report(Number(wakes), picture: null);
                return 0;
            case ["handover", var wakes, var path]:
                HandOverCost.Report(Number(wakes), path);
                return 0;
            case ["analyzer"]:
                AnalyzerCost.Report(lines: 100_000, handlers: 50, rounds: 5);
                return 0;
            case ["analyzer", var lines, var handlers, var repetitions]:
                AnalyzerCost.Report(Number(lines), Number(handlers), Number(repetitions));
                return 0;
        }

        if (arguments is ["periods", ..])
        {
            MeanPeriod.Report(arguments.Length > 1 ? Number(arguments[1]) : 5, arguments.Length > 2 ? Number(arguments[2]) : 1000);
            return 0;
        }

        int rounds = 1000;
        int seed = 1;
        string? picture = null;
        bool slow = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds > 0:
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                case "--svg" when value is not null:
                    picture = value;
                    i++;
                    break;
                case "--slow":
                    slow = true;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        Round[] results = Comparison.Run(rounds, seed, slow ? CountingHandlers.CountSlowly : CountingHandlers.Count);
        Report(results);
        if (picture is not null)
        {
            File.WriteAllText(picture, DistributionPicture.Draw(
                $"What one interrupt costs: {results.Length} blocks of {Comparison.SignalsPerBlock} signals of each kind",
                "CPU time of one signal",
                new Series("kernel (empty C handler)", "#7f7f7f", [.. results.Select(static round => round.Empty)]),
                new Series("C", "#1f77b4", [.. results.Select(static round => round.C)]),
                new Series("C#", "#d62728", [.. results.Select(static round => round.Managed)])));
            Console.WriteLine($"Picture: {Path.GetFullPath(picture)}");
        }

        return 0;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static void Report(Round[] results)
    {
        Console.WriteLine($"One signal from a thread to itself, {results.Length} blocks of {Comparison.SignalsPerBlock} a kind, ns of CPU time:");
        Console.WriteLine($"{"",-32}{"p25",8}{"median",8}{"p75",8}");
        double empty = Line("kernel (empty C handler)", results.Select(static round => round.Empty));
        double c = Line("C: protocol and handler", results.Select(static round => round.C));
        double managed = Line("C#: protocol and handler", results.Select(static round => round.Managed));
        Console.WriteLine(Text($"above the kernel: C {c - empty:F0} ns, C# {managed - empty:F0} ns"));
        Console.WriteLine(Text($"C# / C, median of {results.Length} neighbours: {results.Select(static round => round.Managed / round.C).Median():F4}"));
    }

    private static double Line(string name, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        double median = sorted.Median();
        Console.WriteLine(Text($"{name,-32}{sorted[sorted.Length / 4],8:F0}{median,8:F0}{sorted[sorted.Length * 3 / 4],8:F0}"));
        return median;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
