using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Runtime.CompilerServices;
using TopHalf.Testing;

namespace TopHalf.Benchmarks;

/// <summary>
/// What verifications cost: the first of a process, and further ones of other handlers. To see what users of the package see, whose assemblies
/// are compiled ahead: <c>dotnet publish Tests/Benchmarks -r linux-x64 --self-contained false -p:PublishReadyToRun=true</c>.
/// </summary>
internal static class VerifierCost
{
    public const string Child = "verifier-child";
    public const string ChildCompiledBefore = "verifier-child-compiled-before";

    /// <summary>In a process of its own: a line per handler, instructions, time and the JIT's part of it, in microseconds.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="compiledBefore">Whether the handlers are compiled before, as a call would do, and the runtime has to be asked about them.</param>
    public static void Measure(TextWriter output, bool compiledBefore)
    {
        if (compiledBefore)
        {
            Array.ForEach(LongHandlers.All, static handler => RuntimeHelpers.PrepareMethod(handler.Method.MethodHandle));
        }

        foreach (InterruptHandler<Mixture> handler in LongHandlers.All)
        {
            TimeSpan jitBefore = JitInfo.GetCompilationTime(currentThread: true);
            long begin = Stopwatch.GetTimestamp();
            HandlerReport report = HandlerVerifier.Verify(handler);
            TimeSpan time = Stopwatch.GetElapsedTime(begin);
            TimeSpan jit = JitInfo.GetCompilationTime(currentThread: true) - jitBefore;
            if (!report.IsSafe)
            {
                throw new InvalidOperationException(report.ToString());
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Instructions} {time.TotalMicroseconds:F0} {jit.TotalMicroseconds:F0}"));
        }
    }

    public static void Report(int processes)
    {
        Report(processes, Child, "");
        Report(processes, ChildCompiledBefore, " that had been compiled before");
    }

    private static void Report(int processes, string kind, string condition)
    {
        var first = new List<Sample>();
        var further = new List<Sample>();
        for (int i = 0; i < processes; i++)
        {
            ChildProgram child = ChildProgram.Run(TimeSpan.FromMinutes(1), new ProcessStartInfo(ChildProgram.Dotnet, ["exec", typeof(VerifierCost).Assembly.Location, kind]));
            if (child.ExitCode != 0 || child.TimedOut)
            {
                throw new InvalidOperationException(child.ToString());
            }

            Sample[] samples = [.. child.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Sample.Parse)];
            first.Add(samples[0]);
            further.AddRange(samples[1..]);
            Console.Error.Write($"\r{i + 1} of {processes} processes");
        }

        Console.Error.WriteLine();
        Console.WriteLine($"Verification of handlers of {first[0].Instructions} instructions{condition}, {processes} processes, ms:");
        Console.WriteLine($"{"",-44}{"min",8}{"median",8}{"p90",8}");
        Line("first of a process", first, static s => s.Time);
        Line("  of it the JIT, on the verifying thread", first, static s => s.Jit);
        Line("further handlers", further, static s => s.Time);
        Line("  of it the JIT", further, static s => s.Jit);
        Line("  of it the verifier", further, static s => s.Time - s.Jit);
    }

    private static void Line(string name, List<Sample> samples, Func<Sample, double> figure)
    {
        double[] sorted = [.. samples.Select(figure).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{sorted[0],8:F2}{sorted.Median(),8:F2}{sorted[sorted.Length * 9 / 10],8:F2}"));
    }

    private sealed record Sample(int Instructions, double Time, double Jit)
    {
        public static Sample Parse(string line)
        {
            int[] numbers = [.. line.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
            return new Sample(numbers[0], numbers[1] / 1000.0, numbers[2] / 1000.0);
        }
    }
}
