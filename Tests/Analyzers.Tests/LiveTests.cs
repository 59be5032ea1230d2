using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

/// <summary>What an editor asks for while one types: the findings of one file, not of the whole compilation.</summary>
public sealed class LiveTests
{
    private const string Source =
        """
        interface ICounter { [AsyncSignalSafe] int Next(); }
        struct Boxed : ICounter { public int Next() { object box = 1; return 1; } }
        static class Handlers
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context) { while (state > 0) { Count(ref state); } }
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] private static void Count(ref int state) => state--;
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTock(ref int state, in InterruptContext context) { while (true) { } }
        #pragma warning disable TH1001
        }
        """;

    [Fact]
    public async Task The_findings_of_one_file_are_those_of_the_compilation()
    {
        (CompilationWithAnalyzers run, SyntaxTree tree, AdditionalText list) = Start();

        string[] semantic = Ids(await run.GetAnalyzerSemanticDiagnosticsAsync(run.Compilation.GetSemanticModel(tree), null, CancellationToken.None));
        Assert.Equal(["TH0005", "TH0006", "TH2003", "TH4005"], semantic);
        Assert.Equal(["TH0008", "TH0010"], Ids(await run.GetAnalyzerSyntaxDiagnosticsAsync(tree, CancellationToken.None)));
        Assert.Equal(["TH0007"], Ids((await run.GetAnalysisResultAsync(list, CancellationToken.None)).GetAllDiagnostics()));
    }

    [Fact]
    public async Task What_a_handler_in_another_file_uses_is_found_in_the_file_that_is_looked_at()
    {
        const string Handler =
            """
            static class Handlers
            {
                public static int Count;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => Count++;
            }
            """;
        CSharpCompilation compilation = AnalyzerRun.Compile(
            [("/0/Handlers.cs", Verify.Usings + Handler), ("/0/Other.cs", "static class Other { static int Read() => Handlers.Count; }")], new TestState(),
            new CSharpParseOptions(LanguageVersion.Latest), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        SyntaxTree[] trees = [.. compilation.SyntaxTrees.Where(static tree => tree.FilePath is "/0/Handlers.cs" or "/0/Other.cs")];
        Assert.Equal(["TH6002"], await Of(compilation, trees[1]));
        Assert.Empty(await Of(compilation, trees[0]));

        // The handler reads it no more, and nothing else has changed.
        Compilation mended = compilation.ReplaceSyntaxTree(trees[0], CSharpSyntaxTree.ParseText(
            trees[0].ToString().Replace("=> Count++", "=> state++", StringComparison.Ordinal), path: trees[0].FilePath));
        Assert.Empty(await Of(mended, trees[1]));

        static async Task<string[]> Of(Compilation compilation, SyntaxTree tree) => Ids(await compilation.WithAnalyzers([new SignalContextAnalyzer()])
            .GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, CancellationToken.None));
    }

    [Fact]
    public async Task How_handlers_are_registered_in_another_file_is_looked_at_in_the_file_of_the_handlers()
    {
        const string Source =
            """
            static class Handlers
            {
                static int s_count;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTick(ref int state, in InterruptContext context) => s_count++;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static void OnTock(ref int state, in InterruptContext context) => s_count++;
            }
            """;
        const string Other =
            """
            class Program
            {
                void Start()
                {
                    using var tick = SoftwareInterrupt.Start<int>(Handlers.OnTick, new() { Target = InterruptTarget.CurrentThread, Level = 1 });
                    using var tock = SoftwareInterrupt.Start<int>(Handlers.OnTock, new() { Target = InterruptTarget.CurrentThread });
                }
            }
            """;
        CSharpCompilation compilation = AnalyzerRun.Compile(
            [("/0/Handlers.cs", Verify.Usings + Source), ("/0/Other.cs", Verify.Usings + Other)], new TestState(),
            new CSharpParseOptions(LanguageVersion.Latest), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        SyntaxTree[] trees = [.. compilation.SyntaxTrees.Where(static tree => tree.FilePath is "/0/Handlers.cs" or "/0/Other.cs")];
        Assert.Equal(["TH6001"], await Of(compilation, trees[0]));
        Assert.Empty(await Of(compilation, trees[1]));

        Compilation mended = compilation.ReplaceSyntaxTree(
            trees[1], CSharpSyntaxTree.ParseText(trees[1].ToString().Replace(", Level = 1", "", StringComparison.Ordinal), path: trees[1].FilePath));
        Assert.Empty(await Of(mended, trees[0]));

        static async Task<string[]> Of(Compilation compilation, SyntaxTree tree) => Ids(await compilation.WithAnalyzers([new SignalContextAnalyzer()])
            .GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, CancellationToken.None));
    }

    [Fact]
    public async Task They_go_when_what_they_are_about_goes()
    {
        (CompilationWithAnalyzers run, SyntaxTree tree, _) = Start();
        SyntaxTree mended = CSharpSyntaxTree.ParseText(
            tree.ToString().Replace("object box = 1;", "", StringComparison.Ordinal).Replace("while (true) { }", "", StringComparison.Ordinal)
                .Replace("state--", "state++", StringComparison.Ordinal).Replace("while (state > 0)", "", StringComparison.Ordinal)
                .Replace("AsyncSignalSafe, MethodImpl", "MethodImpl", StringComparison.Ordinal),
            path: tree.FilePath);
        Compilation compilation = run.Compilation.ReplaceSyntaxTree(tree, mended);
        CompilationWithAnalyzers again = compilation.WithAnalyzers([new SignalContextAnalyzer()]);

        Assert.Empty(await again.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(mended), null, CancellationToken.None));
    }

    [Fact]
    public async Task Without_the_library_nothing_is_said()
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Other", [CSharpSyntaxTree.ParseText("#pragma warning disable TH1001\nclass C { }")], [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        TestState state = new();
        state.AdditionalFiles.Add(("/TopHalf.SafeApis.txt", "nonsense"));

        Assert.Empty(await compilation.WithAnalyzers([new SignalContextAnalyzer()], new AnalyzerConfiguration(state).Options).GetAnalyzerDiagnosticsAsync());
    }

    private static (CompilationWithAnalyzers Run, SyntaxTree Tree, AdditionalText List) Start()
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add("root = true\n[*.cs]\ntophalf_stack_budget = 4k");
        state.AdditionalFiles.Add(("/TopHalf.SafeApis.txt", "nonsense"));
        CSharpCompilation compilation = AnalyzerRun.Compile(
            [("/0/Test0.cs", Verify.Usings + Source)], state, new CSharpParseOptions(LanguageVersion.Latest),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        AnalyzerOptions options = new AnalyzerConfiguration(state).Options;
        return (compilation.WithAnalyzers([new SignalContextAnalyzer()], options), compilation.SyntaxTrees[0], options.AdditionalFiles[0]);
    }

    private static string[] Ids(IEnumerable<Diagnostic> diagnostics) => [.. diagnostics.Select(diagnostic => diagnostic.Id).Order(StringComparer.Ordinal)];
}
