using System.Globalization;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Generator.Tests.Running;
using TopHalf.Generator.Tests.Runtimes;

namespace TopHalf.Generator.Tests;

/// <summary>The entry point of children, and of campaigns by hand.</summary>
internal static class Program
{
    private const string Usage = """
        Usage: TopHalf.Generator.Tests [--handlers N] [--first N] [--seed N] [--runs N]
          --handlers N   how many, default 2000
          --first N      the first one's number, default 0
          --seed N       default 1
          --runs N       of each accepted handler in signal context, default 10000; 0 only verifies them
          forms FILE     instead: what .NET 8, 9 and 10 make of handlers' bodies, one a line, as in IndexForms.txt
          targets SEED FIRST N          how far analyzer and machine code agree where it is built for .NET 8, 9 and 10
          reduce TARGET SEED NUMBER...  handlers about which they disagree, as small as they can be; source SEED NUMBER... shows them as they are
        """;

    private static int Main(string[] arguments)
    {
        if (arguments is [Child.Command, ..])
        {
            Child.Run(arguments.AsSpan(1));
            return 0;
        }

        if (arguments is ["forms", var forms])
        {
            foreach (string line in FormTable.Judge(File.ReadAllLines(forms), JitLimitsTests.Members))
            {
                Console.WriteLine(line);
            }

            return 0;
        }

        if (arguments is ["targets", var campaign, var start, var many])
        {
            return new TargetCampaign(Console.WriteLine).Run(ulong.Parse(campaign, CultureInfo.InvariantCulture), Number(start), Number(many)) == 0 ? 0 : 1;
        }

        if (arguments is ["reduce", var framework, var ofSeed, .. var numbers])
        {
            Target target = Target.All.Single(t => t.Name == framework);
            foreach (string number in numbers)
            {
                Console.WriteLine(Reducer.Reduce(HandlerGenerator.Generate(ulong.Parse(ofSeed, CultureInfo.InvariantCulture), Number(number)), target));
            }

            return 0;
        }

        if (arguments is ["source", var shown, .. var each])
        {
            foreach (string number in each)
            {
                Console.WriteLine(HandlerGenerator.Generate(ulong.Parse(shown, CultureInfo.InvariantCulture), Number(number)).Source);
            }

            return 0;
        }

        int handlers = 2000;
        int first = 0;
        int runs = 10_000;
        ulong seed = 1;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool understood = arguments[i] switch
            {
                "--handlers" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out handlers) && handlers > 0,
                "--first" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out first),
                "--seed" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--runs" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out runs),
                _ => false,
            };
            if (!understood)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }
        }

        CampaignResult result = new Campaign(runs, Console.WriteLine).Run(seed, first, handlers);
        foreach ((string name, (int planted, int accepted)) in result.Poisons)
        {
            Console.WriteLine($"{name,-50}{planted,6} planted{accepted,6} accepted");
        }

        foreach (Failure failure in result.Failures)
        {
            Console.WriteLine(failure);
        }

        foreach (string alarm in result.Agreement.Alarms)
        {
            Console.WriteLine($"false alarm: {alarm}");
        }

        Console.WriteLine(result.Agreement);
        Console.WriteLine(result);
        return result.Failures.Count == 0 ? 0 : 1;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
