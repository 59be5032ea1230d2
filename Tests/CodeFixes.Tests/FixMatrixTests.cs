using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>
/// Every fix of sources in the same family of programs: it is offered in each, one by one and as Fix All it leaves less of what it is for and nothing new, no
/// comment is lost, and lines end as they did. What exactly it makes of a program is said by its own tests.
/// </summary>
public sealed class FixMatrixTests
{
    private static readonly Dictionary<string, FixSeed> s_seeds = FixSeed.All.ToDictionary(static seed => seed.Name);

    public static TheoryData<string, FixShape> Cases
    {
        get
        {
            TheoryData<string, FixShape> cases = [];
            foreach (string fix in s_seeds.Keys)
            {
                foreach (FixShape shape in Enum.GetValues<FixShape>().Where(shape => shape != FixShape.Twice || !s_seeds[fix].Once))
                {
                    cases.Add(fix, shape);
                }
            }

            return cases;
        }
    }

    [Fact]
    public void There_is_a_program_for_every_fix_of_sources() =>
        Assert.Equal(
            typeof(EditingCodeFix).Assembly.GetTypes().Where(static type => typeof(EditingCodeFix).IsAssignableFrom(type) && !type.IsAbstract)
                .Except(FixSeed.OfOtherProjects).Select(static type => type.Name).Order(StringComparer.Ordinal),
            s_seeds.Values.Select(static seed => seed.Fix.Name).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_mends_and_nothing_gets_lost_or_worse(string fix, FixShape shape)
    {
        FixSeed seed = s_seeds[fix];
        var provider = (CodeFixProvider)Activator.CreateInstance(seed.Fix)!;
        string[] sources = FixPrograms.Of(seed, shape);
        using AdhocWorkspace workspace = new();
        FixRun run = new(provider, [new SignalContextAnalyzer()], static offered => offered is [var first, ..] ? first : null);
        Before before = await Before.OfAsync(Solution(1).Projects.Single());
        Assert.DoesNotContain(before.Found, static found => found.StartsWith("CS", StringComparison.Ordinal));

        (Solution changed, int rounds) = seed.Remains ? (await run.OnceAsync(Solution(1)), 1) : await run.OneByOneAsync(Solution(1));
        Assert.True(rounds > 0, "Nothing is offered.\n" + string.Join("\n", sources) + string.Join("\n", before.Found));
        await before.CompareAsync("One by one", changed, provider, seed.Remains);
        foreach (FixAllScope scope in (FixAllScope[])[FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution])
        {
            Solution all = await run.AllAsync(Solution(scope == FixAllScope.Solution ? 2 : 1), provider.GetFixAllProvider()!, scope);
            await before.CompareAsync($"Fix All in the {scope}", all, provider, seed.Remains);
            if (!seed.Remains)
            {
                Assert.Equal(await TextAsync(changed), await TextAsync(all));
            }
        }

        static async Task<string> TextAsync(Solution solution) =>
            string.Concat((await FixRun.FilesAsync(solution.Projects.First())).Select(static file => file.Text));

        Solution Solution(int projects) => FixRun.CreateSolution(
            workspace, projects, [.. sources.Select(static (source, i) => new TestFile($"/0/Test{i}.cs", source))], new TestState(), new(),
            new(shape == FixShape.TopLevel || seed.Main.Length > 0 ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    // Of a signal, or of the process's one alarm, there is one handler: which of two it is to be, only the author knows.
    [Theory]
    [MemberData(nameof(OnlyOnce))]
    public async Task It_is_not_offered_where_the_program_has_two_of_what_there_can_be_one_of(string fix)
    {
        FixSeed seed = s_seeds[fix];
        using AdhocWorkspace workspace = new();
        Solution solution = FixRun.CreateSolution(
            workspace, 1, [.. FixPrograms.Of(seed, FixShape.Twice).Select(static (source, i) => new TestFile($"/0/Test{i}.cs", source))], new TestState(), new(),
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        var provider = (CodeFixProvider)Activator.CreateInstance(seed.Fix)!;
        Before before = await Before.OfAsync(solution.Projects.Single());
        Assert.Equal(2, before.Found.Count(provider.FixableDiagnosticIds.Contains));
        FixRun run = new(provider, [new SignalContextAnalyzer()], static offered => offered is [var first, ..] ? first : null);
        Assert.Equal(0, (await run.OneByOneAsync(solution)).Rounds);
    }

    public static TheoryData<string> OnlyOnce => [.. s_seeds.Values.Where(static seed => seed.Once).Select(static seed => seed.Name)];

    // Every place of a program that is cut off in the middle of a statement, or knows nothing of a name.
    [Theory]
    [MemberData(nameof(Fixes))]
    public async Task It_never_fails_where_the_program_does_not_compile_and_offers_nothing_in_what_does_not(string fix)
    {
        FixSeed seed = s_seeds[fix];
        var provider = (CodeFixProvider)Activator.CreateInstance(seed.Fix)!;
        string[] sources = FixPrograms.Of(seed, FixShape.Nested);
        using AdhocWorkspace workspace = new();
        foreach (string broken in (string[])[
            sources[0].Replace("state.Count", "state.Missing", StringComparison.Ordinal), sources[0].Replace(";", "", StringComparison.Ordinal),
            sources[0].Replace("ref State state", "ref Missing state", StringComparison.Ordinal), sources[0].Replace("using TopHalf;", "", StringComparison.Ordinal),
            sources[0][..(sources[0].Length / 2)]])
        {
            if (broken == sources[0])
            {
                continue;
            }

            Solution solution = FixRun.CreateSolution(workspace, 1, [new("/0/Test0.cs", broken)], new TestState(), new(), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
            Document document = solution.Projects.Single().Documents.Single();
            ImmutableArray<Diagnostic> reported =
                await AnalyzerRun.ReportedAsync((await document.Project.GetCompilationAsync())!, [new SignalContextAnalyzer()], document.Project.AnalyzerOptions);
            Assert.Contains(reported, AnalyzerRun.IsOfCompiler);
            Assert.DoesNotContain(reported, static diagnostic => diagnostic.Id == "AD0001");
            foreach (Diagnostic diagnostic in reported.Where(diagnostic => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
            {
                List<string> offered = [];
                await provider.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => offered.Add(action.Title), CancellationToken.None));
                Assert.True(offered.Count <= 1);
                if (await IsInBrokenMemberAsync(document, diagnostic))
                {
                    Assert.Empty(offered);
                }
            }
        }
    }

    // By the tree, and the errors of the whole compilation.
    private static async Task<bool> IsInBrokenMemberAsync(Document document, Diagnostic diagnostic)
    {
        SyntaxNode at = (await document.GetSyntaxRootAsync())!.FindNode(diagnostic.Location.SourceSpan);
        return at.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } member and not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax)
            && (await document.Project.GetCompilationAsync())!.GetDiagnostics()
                .Any(error => error.Severity == DiagnosticSeverity.Error && member.Span.OverlapsWith(error.Location.SourceSpan) && member.Span.Contains(error.Location.SourceSpan.Start));
    }

    public static TheoryData<string> Fixes => [.. s_seeds.Keys];

    /// <summary>What there was before the fix.</summary>
    private sealed record Before(ImmutableArray<string> Found, ImmutableArray<string> Comments, bool HasWindowsLines)
    {
        public static async Task<Before> OfAsync(Project project)
        {
            string text = string.Concat((await FixRun.FilesAsync(project)).Select(static file => file.Text));
            return new(
                [.. (await AnalyzerRun.ReportedAsync((await project.GetCompilationAsync())!, [new SignalContextAnalyzer()], project.AnalyzerOptions))
                    .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning || !AnalyzerRun.IsOfCompiler(diagnostic))
                    .Select(static diagnostic => diagnostic.Id)],
                [.. CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTrivia().Select(static trivia => trivia.ToString())
                    .Where(static trivia => trivia.StartsWith("// c", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
                text.Contains('\r', StringComparison.Ordinal));
        }

        public async Task CompareAsync(string how, Solution changed, CodeFixProvider provider, bool remains)
        {
            foreach (Project project in changed.Projects)
            {
                Before after = await OfAsync(project);
                string text = string.Concat((await FixRun.FilesAsync(project)).Select(static file => file.Text));
                Assert.True(
                    remains || provider.FixableDiagnosticIds.Any(id => after.Found.Count(found => found == id) < Found.Count(found => found == id)), $"{how}, nothing is mended.\n{text}");
                Assert.All(after.Found.Distinct(), id => Assert.True(
                    after.Found.Count(found => found == id) <= Found.Count(found => found == id), $"{how}, there is more of {id}.\n{text}"));
                Assert.True(Comments.SequenceEqual(after.Comments), $"{how}, comments are lost or doubled: {string.Join(", ", Comments.Except(after.Comments))}\n{text}");
                Assert.True(!HasWindowsLines || !text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\n', StringComparison.Ordinal), $"{how}, lines end in another way.\n{text}");
            }
        }
    }
}
