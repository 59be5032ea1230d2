using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Testing;

/// <summary>Checks that a test leaves out.</summary>
[Flags]
public enum TestBehaviors
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Do not check that a <c>#pragma warning disable</c> silences what the test expects.</summary>
    SkipSuppressionCheck = 1,
}

/// <summary>One test of an analyzer: sources, configuration, expected diagnostics.</summary>
/// <typeparam name="TAnalyzer">The analyzer under test.</typeparam>
public class CSharpAnalyzerTest<TAnalyzer>
    where TAnalyzer : DiagnosticAnalyzer, new()
{
    /// <summary>Adds a source.</summary>
    public string TestCode
    {
        set => TestState.Sources.Add(value);
    }

    /// <summary>What is compiled and expected.</summary>
    public TestState TestState { get; } = new();

    /// <summary>What is expected beside the markup; <see cref="TestState.ExpectedDiagnostics"/>.</summary>
    public List<DiagnosticResult> ExpectedDiagnostics => TestState.ExpectedDiagnostics;

    /// <summary>How markup is read.</summary>
    public MarkupOptions MarkupOptions { get; set; }

    /// <summary>What is not checked.</summary>
    public TestBehaviors TestBehaviors { get; set; }

    /// <summary>The newest language version of the Roslyn that runs the test, unless set.</summary>
    public LanguageVersion LanguageVersion { get; set; } = LanguageVersion.Latest;

    /// <summary>Optimised, because TopHalf refuses anything else, unless set.</summary>
    public OptimizationLevel OptimizationLevel { get; set; } = OptimizationLevel.Release;

    /// <summary>Whether arithmetic is checked where the source does not say.</summary>
    public bool CheckOverflow { get; set; }

    /// <summary>Runs the test.</summary>
    /// <exception cref="VerifierException">Expected and reported diagnostics differ.</exception>
    /// <exception cref="ArgumentException">The test is malformed: markup, location keys, message arguments.</exception>
    public async Task RunAsync() => await RunCoreAsync().ConfigureAwait(false);

    /// <summary>The analyzers that run; the first one is the default of the markup.</summary>
    protected virtual IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers() => [new TAnalyzer()];

    /// <summary>The options that sources are parsed with.</summary>
    protected virtual CSharpParseOptions CreateParseOptions() => new(LanguageVersion, DocumentationMode.Diagnose);

    /// <summary>The options that sources are compiled with.</summary>
    protected virtual CSharpCompilationOptions CreateCompilationOptions() =>
        new(
            TestState.OutputKind,
            optimizationLevel: OptimizationLevel,
            checkOverflow: CheckOverflow,
            allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable);

    private protected virtual async Task RunCoreAsync()
    {
        ImmutableArray<DiagnosticAnalyzer> analyzers = [.. GetDiagnosticAnalyzers()];
        Expectations expectations = Expectations.Read(TestState, analyzers, MarkupOptions);
        await VerifyDiagnosticsAsync(TestState, analyzers, expectations.Files, expectations.All, "The diagnostics differ.").ConfigureAwait(false);
        if (!TestBehaviors.HasFlag(TestBehaviors.SkipSuppressionCheck))
        {
            await VerifySuppressionAsync(analyzers, expectations).ConfigureAwait(false);
        }
    }

    private protected async Task VerifyDiagnosticsAsync(
        TestState state,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        ImmutableArray<TestFile> files,
        IEnumerable<DiagnosticResult> expected,
        string what)
    {
        ImmutableArray<Diagnostic> reported = await ReportedAsync(state, analyzers, files).ConfigureAwait(false);
        Matching matching = Matching.Of(expected, reported);
        if (!matching.IsComplete)
        {
            throw new VerifierException(FailureText.Of(what, matching, reported, files));
        }
    }

    private async Task VerifySuppressionAsync(ImmutableArray<DiagnosticAnalyzer> analyzers, Expectations expectations)
    {
        string[] ids = [.. analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(descriptor => descriptor.Id).Distinct()];
        if (!expectations.All.Any(expected => ids.Contains(expected.Id)))
        {
            return;
        }

        string pragma = $"#pragma warning disable {string.Join(", ", ids)} // So that the test sees that it can be done.\n";
        ImmutableArray<TestFile> silenced = [.. expectations.Files.Select(file => file with { Text = pragma + file.Text })];
        ImmutableArray<Diagnostic> reported = await ReportedAsync(TestState, analyzers, silenced).ConfigureAwait(false);
        Diagnostic[] loud = [.. reported.Where(AnalyzerRun.IsSuppressible)];
        if (loud.Length != 0)
        {
            throw new VerifierException(
                FailureText.Of("A #pragma warning disable does not silence everything.", new Matching([], [.. loud]), loud, silenced));
        }
    }

    private Task<ImmutableArray<Diagnostic>> ReportedAsync(
        TestState state, ImmutableArray<DiagnosticAnalyzer> analyzers, ImmutableArray<TestFile> files)
    {
        AnalyzerConfiguration configuration = new(state);
        CSharpCompilationOptions options = CreateCompilationOptions().WithSyntaxTreeOptionsProvider(configuration.TreeOptions);
        CSharpCompilation compilation = AnalyzerRun.Compile(files, state, CreateParseOptions(), AnalyzerRun.EnableAll(options, analyzers));
        return AnalyzerRun.ReportedAsync(compilation, analyzers, configuration.Options);
    }
}
