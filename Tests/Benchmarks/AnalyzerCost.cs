using System.Collections.Concurrent;
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

    /// <summary>One compilation of each kind in turn, as often as asked for and once before, and what the analyzers found.</summary>
    public static AnalyzerRound[] Run(int lines, int handlers, int rounds, bool referencesTopHalf)
    {
        (string Path, string Text)[] files = [.. Corpus.Files(lines, referencesTopHalf ? handlers : 0)];
        MetadataReference[] references = References(referencesTopHalf);
        return [.. Enumerable.Range(0, rounds + 1).Select(_ => Round(files, references)).ToArray()[1..]];
    }

    private static AnalyzerRound Round((string Path, string Text)[] files, MetadataReference[] references)
    {
        long begin = Stopwatch.GetTimestamp();
        List<SyntaxTree> trees = [.. files.Select(static f => CSharpSyntaxTree.ParseText(f.Text, path: f.Path))];
        Emit(Compile(trees, references));
        double compilation = Milliseconds(begin);

        // Asked from outside, analysis binds every body anew, where the compiler feeds it from what it binds for its own sake. So what it adds is what it
        // takes longer than the same without analyzers.
        begin = Stopwatch.GetTimestamp();
        _ = Compile(trees, references).GetDiagnostics();
        double binding = Milliseconds(begin);
        return new AnalyzerRound(compilation, [.. s_sets.Select(set => Analyze(Compile(trees, references), set.Analyzers, binding))]);
    }

    public static void Report(int lines, int handlers, int rounds)
    {
        foreach (bool references in (bool[])[true, false])
        {
            AnalyzerRound[] results = Run(lines, handlers, rounds, references);
            string what = references ? $"{lines} lines with {handlers} handlers" : $"{lines} lines that do not reference TopHalf";
            Console.WriteLine(Text($"Compilation of {what}, median of {rounds}, ms: {results.Select(static r => r.Compilation).Median():F0}"));
            Console.WriteLine($"{"",-24}{"adds, ms",10}{"of it",8}{"its own code, ms",18}{"of it",8}{"findings",10}");
            for (int i = 0; i < s_sets.Length; i++)
            {
                double added = results.Select(r => r.With[i].Added).Median();
                double addedPart = results.Select(r => r.With[i].Added / r.Compilation).Median();
                double own = results.Select(r => r.With[i].Own).Median();
                double ownPart = results.Select(r => r.With[i].Own / r.Compilation).Median();
                Console.WriteLine(Text($"{s_sets[i].Name,-24}{added,10:F0}{addedPart,8:P1}{own,18:F1}{ownPart,8:P1}{results[0].With[i].Findings,10}"));
            }
        }
    }

    private static CSharpCompilation Compile(List<SyntaxTree> trees, MetadataReference[] references) => CSharpCompilation.Create(
        "Corpus", trees, references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

    private static void Emit(CSharpCompilation compilation)
    {
        using var output = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult emit = compilation.Emit(output);
        if (!emit.Success)
        {
            throw new InvalidOperationException(string.Join('\n', emit.Diagnostics));
        }
    }

    private static AnalyzerSample Analyze(CSharpCompilation compilation, ImmutableArray<DiagnosticAnalyzer> analyzers, double binding)
    {
        GC.Collect();

        // What is thrown where that is told is swallowed.
        ConcurrentQueue<Exception> failures = [];
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), (exception, _, _) => failures.Enqueue(exception),
            concurrentAnalysis: true, logAnalyzerExecutionTime: true);
        long begin = Stopwatch.GetTimestamp();
        AnalysisResult result = compilation.WithAnalyzers(analyzers, options).GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
        double taken = Milliseconds(begin);
        if (!failures.IsEmpty)
        {
            throw new AggregateException("An analyzer failed.", failures);
        }

        return new AnalyzerSample(
            taken - binding, result.AnalyzerTelemetryInfo.Values.Sum(static t => t.ExecutionTime.TotalMilliseconds), result.GetAllDiagnostics().Length);
    }

    private static double Milliseconds(long begin) => Stopwatch.GetElapsedTime(begin).TotalMilliseconds;

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

/// <summary>Milliseconds of one compilation without analyzers, parsing included, and what each set of them adds.</summary>
internal sealed record AnalyzerRound(double Compilation, AnalyzerSample[] With);

/// <param name="Added">Milliseconds that compilation takes longer.</param>
/// <param name="Own">What the analyzers' own code took by the compiler's clocks, all threads together.</param>
/// <param name="Findings">How many diagnostics there were.</param>
internal sealed record AnalyzerSample(double Added, double Own, int Findings);
