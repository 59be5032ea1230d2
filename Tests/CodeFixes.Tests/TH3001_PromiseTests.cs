using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>In a solution of two projects, one of which references the other.</summary>
public sealed class TH3001_PromiseTests
{
    private const string Handler = """
        using System.Runtime.CompilerServices;
        using Library;
        using TopHalf;

        namespace N;

        internal static class Handlers
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            internal static void OnTick(ref long state, in InterruptContext context)
            {
                state += Sums.Next(state);
                state += Sums.Next(2);
            }
        }

        """;

    [Theory]
    [InlineData(
        "    // Adds.\n    public static long Next(long x) => x + 1; // c", "",
        "    // Adds.\n    [AsyncSignalSafe]\n    public static long Next(long x) => x + 1; // c", "using TopHalf;\n\n")]
    [InlineData(
        "    public static long Next(long x) { long sum = 0; for (int i = 0; i < 4; i++) { sum += x * i; } return Half(sum); }\n\n    private static long Half(long x) { for (int i = 0; i < 3; i++) { x -= i; if (x == 5) { return 5; } } return x; }", "",
        "    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    public static long Next(long x) { long sum = 0; for (int i = 0; i < 4; i++) { sum += x * i; } return Half(sum); }\n\n    [MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static long Half(long x) { for (int i = 0; i < 3; i++) { x -= i; if (x == 5) { return 5; } } return x; }",
        "using System.Runtime.CompilerServices;\nusing TopHalf;\n\n")]
    [InlineData(
        "    [MethodImpl(MethodImplOptions.AggressiveInlining)]\n    public static long Next(long x) => x + 1;", "using System.Runtime.CompilerServices;\n\n",
        "    [MethodImpl(MethodImplOptions.AggressiveInlining), AsyncSignalSafe]\n    public static long Next(long x) => x + 1;", "using System.Runtime.CompilerServices;\nusing TopHalf;\n\n")]
    public async Task What_is_safe_in_another_project_is_marked_there(string method, string imports, string mended, string imported)
    {
        foreach (Solution changed in await ChangedAsync(Library(method, imports), offers: true))
        {
            Assert.Equal(Library(mended, imported), await TextAsync(changed, "Library"));
            Assert.Equal(Handler, await TextAsync(changed, "Program"));
            foreach (Project project in changed.Projects)
            {
                Assert.DoesNotContain(
                    await AnalyzerRun.ReportedAsync((await project.GetCompilationAsync())!, [new SignalContextAnalyzer()], project.AnalyzerOptions),
                    static found => found.Severity >= DiagnosticSeverity.Warning);
            }
        }
    }

    [Theory]
    [InlineData("    public static long Next(long x) => new int[x].Length;")] // Not safe.
    [InlineData("    public static long Next(long x) => missing;")]
    [InlineData("    public static long Next<T>(T x) => x is long y ? y : 0;")]
    public async Task Nothing_is_offered_for_what_is_not_safe(string method) => Assert.Empty(await ChangedAsync(Library(method, ""), offers: false));

    [Fact]
    public async Task Nothing_is_offered_where_the_other_project_does_not_know_the_attribute() =>
        Assert.Empty(await ChangedAsync(Library("    public static long Next(long x) => x + 1;", ""), offers: false, knowsTopHalf: false));

    private static string Library(string method, string imports) => $"{imports}namespace Library;\n\npublic static partial class Sums\n{{\n{method}\n}}\n";

    // One by one, and as Fix All in each scope.
    private static async Task<List<Solution>> ChangedAsync(string library, bool offers, bool knowsTopHalf = true)
    {
        using AdhocWorkspace workspace = new();
        TH3001_PromiseFix fix = new();
        FixRun run = new(fix, [new SignalContextAnalyzer()], static actions => actions is [var first, ..] ? first : null);
        Solution solution = Solution(workspace, library, knowsTopHalf);
        (Solution changed, int rounds) = await run.OneByOneAsync(solution);
        Assert.Equal(offers, rounds > 0);
        List<Solution> all = offers ? [changed] : [];
        foreach (FixAllScope scope in offers ? (FixAllScope[])[FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution] : [])
        {
            all.Add(await run.AllAsync(solution, fix.GetFixAllProvider(), scope));
        }

        return all;
    }

    private static Solution Solution(AdhocWorkspace workspace, string library, bool knowsTopHalf)
    {
        ProjectId below = ProjectId.CreateNewId();
        ProjectId above = ProjectId.CreateNewId();
        CSharpCompilationOptions options = new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        MetadataReference[] references = [.. TestReferences.All];
        return workspace.CurrentSolution
            .AddProject(ProjectInfo.Create(below, VersionStamp.Default, "Library", "Library", LanguageNames.CSharp, compilationOptions: options, metadataReferences: references
                .Where(reference => knowsTopHalf || reference.Display?.EndsWith("TopHalf.dll", StringComparison.Ordinal) != true)))
            .AddProject(ProjectInfo.Create(above, VersionStamp.Default, "Program", "Program", LanguageNames.CSharp, compilationOptions: options, metadataReferences: references,
                projectReferences: [new(below)]))
            .AddDocument(DocumentId.CreateNewId(below), "Sums.cs", library, filePath: "/1/Sums.cs")
            .AddDocument(DocumentId.CreateNewId(above), "Handlers.cs", Handler, filePath: "/0/Handlers.cs");
    }

    private static async Task<string> TextAsync(Solution solution, string project) =>
        (await solution.Projects.Single(one => one.Name == project).Documents.Single().GetTextAsync()).ToString();
}
