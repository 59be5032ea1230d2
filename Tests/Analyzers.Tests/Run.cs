using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

/// <summary>Runs the analyzer over a file, for tests that look at what markup cannot say: places outside of sources, and code that does not compile.</summary>
internal static class Run
{
    public static Task<ImmutableArray<Diagnostic>> Of(string source) => Of(source, new TestState());

    /// <summary>With the additional files and the configuration of a test.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Of(string source, TestState state)
    {
        AnalyzerConfiguration configuration = new(state);
        CSharpCompilation compilation = AnalyzerRun.Compile(
            [("/0/Test0.cs", source)], state, new CSharpParseOptions(LanguageVersion.Latest),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true)
                .WithSyntaxTreeOptionsProvider(configuration.TreeOptions));
        return await compilation.WithAnalyzers([new SignalContextAnalyzer()], configuration.Options).GetAnalyzerDiagnosticsAsync();
    }
}
