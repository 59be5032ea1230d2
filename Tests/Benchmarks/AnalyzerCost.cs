using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers;

namespace TopHalf.Benchmarks;

/// <summary>
/// What analysis adds to a compilation: the compiler's own work on <see cref="Corpus"/> without analyzers, and with those of TopHalf, of
/// Meziantou.Analyzer, and of the SDK.
/// </summary>
internal static class AnalyzerCost
{
    private static readonly (string Name, ImmutableArray<DiagnosticAnalyzer> Analyzers)[] s_sets =
    [
        ("TopHalf", [new SignalContextAnalyzer()]),
        ("Meziantou.Analyzer", In(Setting("MeziantouAnalyzers"))),
        ("SDK (NetAnalyzers)", In(Setting("SdkAnalyzers"))),
        ("SDK and TopHalf", In(Setting("SdkAnalyzers")).Add(new SignalContextAnalyzer())),
    ];

    /// <summary>One compilation of each kind in turn, as often as asked for, and what the analyzers found.</summary>
    public static AnalyzerRound[] Run(int lines, int handlers, int rounds, bool referencesTopHalf)
    {
        List<SyntaxTree> trees =
        [
            .. Corpus.Files(lines, referencesTopHalf ? handlers : 0).Select(static f => CSharpSyntaxTree.ParseText(f.Text, path: f.Path)),
        ];
        MetadataReference[] references = References(referencesTopHalf);
        _ = Measure(trees, references, []);
        Array.ForEach(s_sets, set => Measure(trees, references, set.Analyzers));
        return [.. Enumerable.Range(0, rounds).Select(_ => new AnalyzerRound(
            Measure(trees, references, []).Time, [.. s_sets.Select(set => Measure(trees, references, set.Analyzers))]))];
    }

    public static void Report(int lines, int handlers, int rounds)
    {
        foreach (bool references in (bool[])[true, false])
        {
            AnalyzerRound[] results = Run(lines, handlers, rounds, references);
            string what = references ? $"{lines} lines with {handlers} handlers" : $"{lines} lines that do not reference TopHalf";
            Console.WriteLine(Text($"Compilation of {what}, median of {rounds}, ms: {results.Select(static r => r.Compilation).Median():F0}"));
            Console.WriteLine($"{"",-24}{"with it",10}{"adds",8}{"its own",10}{"of the compiler's",20}{"findings",10}");
            for (int i = 0; i < s_sets.Length; i++)
            {
                double with = results.Select(r => r.With[i].Time).Median();
                double added = results.Select(r => r.With[i].Time / r.Compilation).Median() - 1;
                double own = results.Select(r => r.With[i].Own).Median();
                double part = results.Select(r => r.With[i].Own / r.Compilation).Median();
                Console.WriteLine(Text($"{s_sets[i].Name,-24}{with,10:F0}{added,8:P1}{own,10:F1}{part,20:P2}{results[0].With[i].Findings,10}"));
            }
        }
    }

    private static AnalyzerSample Measure(List<SyntaxTree> trees, MetadataReference[] references, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        // A new compilation each time, from trees that are parsed already, so that nothing that was bound is kept.
        Compilation compilation = CSharpCompilation.Create(
            "Corpus", trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        GC.Collect();
        long begin = Stopwatch.GetTimestamp();
        double own = 0;
        int findings = 0;
        Compilation emitted = compilation;
        if (analyzers.Length > 0)
        {
            // As the compiler does it: analyzers are fed by the same binding that the code is made from.
            CompilationWithAnalyzers analysis = compilation.WithAnalyzers(
                analyzers, new CompilationWithAnalyzersOptions(
                    new AnalyzerOptions([]), static (exception, _, _) => throw new InvalidOperationException("An analyzer failed.", exception),
                    concurrentAnalysis: true, logAnalyzerExecutionTime: true));
            AnalysisResult result = analysis.GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
            own = result.AnalyzerTelemetryInfo.Values.Sum(static t => t.ExecutionTime.TotalMilliseconds);
            findings = result.GetAllDiagnostics().Length;
            emitted = analysis.Compilation;
        }

        using var output = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult emit = emitted.Emit(output);
        double time = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return emit.Success ? new AnalyzerSample(time, own, findings) : throw new InvalidOperationException(string.Join('\n', emit.Diagnostics));
    }

    private static MetadataReference[] References(bool topHalf) =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(static f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(f) is "netstandard.dll" or "mscorlib.dll")
            .Append(topHalf ? typeof(InterruptTimer).Assembly.Location : "").Where(static f => f.Length > 0)
            .Select(static f => (MetadataReference)MetadataReference.CreateFromFile(f)),
    ];

    private static ImmutableArray<DiagnosticAnalyzer> In(string folder)
    {
        var loader = new Loader();
        List<DiagnosticAnalyzer> analyzers = [];
        foreach (string file in Directory.GetFiles(folder, "*.dll"))
        {
            analyzers.AddRange(new AnalyzerFileReference(file, loader).GetAnalyzers(LanguageNames.CSharp));
        }

        return analyzers.Count > 0 ? [.. analyzers] : throw new DirectoryNotFoundException($"There are no analyzers in {folder}.");
    }

    private static string Setting(string name) =>
        typeof(AnalyzerCost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}

/// <summary>Milliseconds of one compilation without analyzers, and of one with each set of them.</summary>
internal sealed record AnalyzerRound(double Compilation, AnalyzerSample[] With);

/// <param name="Time">Milliseconds of compilation and analysis together.</param>
/// <param name="Own">What the analyzers took of it by the compiler's own clocks, all threads together.</param>
/// <param name="Findings">How many diagnostics there were.</param>
internal sealed record AnalyzerSample(double Time, double Own, int Findings);
