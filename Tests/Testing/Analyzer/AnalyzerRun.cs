using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>Compiles sources and runs analyzers over them. Needs the compiler only, no workspace, so it is the same on every Roslyn.</summary>
internal static class AnalyzerRun
{
    public static CSharpCompilation Compile(
        IEnumerable<TestFile> files, TestState state, CSharpParseOptions parseOptions, CSharpCompilationOptions compilationOptions) =>
        CSharpCompilation.Create(
            "TestProject",
            files.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text), parseOptions, file.Path)),
            [.. state.References, .. state.AdditionalReferences],
            compilationOptions);

    /// <summary>Every rule of the analyzers reports, also one that is off by default; the configuration of the test can still turn it off.</summary>
    public static CSharpCompilationOptions EnableAll(CSharpCompilationOptions options, IEnumerable<DiagnosticAnalyzer> analyzers) =>
        options.WithSpecificDiagnosticOptions(options.SpecificDiagnosticOptions.SetItems(
            analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics)
                .Where(descriptor => !descriptor.IsEnabledByDefault)
                .Select(descriptor => KeyValuePair.Create(descriptor.Id, AsReport(descriptor.DefaultSeverity)))));

    /// <summary>Compiler errors and everything the analyzers report, in source order. An analyzer that throws shows as AD0001.</summary>
    public static async Task<ImmutableArray<Diagnostic>> ReportedAsync(
        Compilation compilation, ImmutableArray<DiagnosticAnalyzer> analyzers, AnalyzerOptions options)
    {
        CompilationWithAnalyzersOptions run = new(
            options, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: false);
        ImmutableArray<Diagnostic> all = await compilation.WithAnalyzers(analyzers, run).GetAllDiagnosticsAsync().ConfigureAwait(false);
        return
        [
            .. all.Where(diagnostic => !IsOfCompiler(diagnostic) || diagnostic.Severity == DiagnosticSeverity.Error)
                .OrderBy(diagnostic => diagnostic.Location.FilePath(), StringComparer.Ordinal)
                .ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start)
                .ThenBy(diagnostic => diagnostic.Location.SourceSpan.End)
                .ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal),
        ];
    }

    public static bool IsOfCompiler(Diagnostic diagnostic) => diagnostic.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.Compiler);

    /// <summary>Whether a <c>#pragma</c> can silence it.</summary>
    public static bool IsSuppressible(Diagnostic diagnostic) =>
        !IsOfCompiler(diagnostic)
        && diagnostic.Location.IsInSource
        && !diagnostic.Descriptor.CustomTags.Contains(WellKnownDiagnosticTags.NotConfigurable);

    private static ReportDiagnostic AsReport(DiagnosticSeverity severity) =>
        severity switch
        {
            DiagnosticSeverity.Error => ReportDiagnostic.Error,
            DiagnosticSeverity.Warning => ReportDiagnostic.Warn,
            DiagnosticSeverity.Info => ReportDiagnostic.Info,
            _ => ReportDiagnostic.Hidden,
        };
}
