using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>Runs a fix of files that are no source: one by one, and as Fix All in document, project and solution.</summary>
internal static class TextFixes
{
    /// <summary>Checks what the additional and configuration files are afterwards, and what the analyzer says then.</summary>
    /// <param name="source">The source.</param>
    /// <param name="before">Paths and texts; one that ends in "config" is a configuration file.</param>
    /// <param name="after">The same, afterwards. The same as before says that nothing is offered.</param>
    /// <param name="remaining">The ids of the findings afterwards, in the order of their names.</param>
    public static Task VerifyAsync<TFix>(string source, TestFile[] before, TestFile[] after, params string[] remaining)
        where TFix : CodeFixProvider, new() => VerifyAsync<TFix>(source, before, (after, remaining), (after, remaining));

    /// <summary>The same, where Fix All leaves something else behind.</summary>
    public static async Task VerifyAsync<TFix>(
        string source, TestFile[] before, (TestFile[] Files, string[] Findings) after, (TestFile[] Files, string[] Findings) afterAll)
        where TFix : CodeFixProvider, new()
    {
        using AdhocWorkspace workspace = new();
        TFix fix = new();
        await CheckAsync("One by one", await OneByOneAsync(Solution(1)), after);
        foreach (FixAllScope scope in (FixAllScope[])[FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution])
        {
            Solution solution = Solution(scope == FixAllScope.Solution ? 2 : 1);
            await CheckAsync($"Fix All in the {scope}", await AllAsync(solution, scope) ?? solution, afterAll);
        }

        Solution Solution(int projects)
        {
            TestState state = new();
            foreach (TestFile file in before)
            {
                (file.Path.EndsWith("config", StringComparison.Ordinal) ? state.AnalyzerConfigFiles : state.AdditionalFiles).Add(file);
            }

            return FixRun.CreateSolution(workspace, projects, [new TestFile("/0/Test0.cs", source)], state, new(), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        }

        async Task<Solution> OneByOneAsync(Solution solution)
        {
            for (int rounds = 0; await FirstAsync(solution) is { } action; rounds++)
            {
                Assert.True(rounds < 10, "A fix is offered again and again.");
                Solution changed = await ApplyAsync(action);
                Assert.NotEmpty(changed.GetChanges(solution).GetProjectChanges());
                solution = changed;
            }

            return solution;
        }

        async Task<CodeAction?> FirstAsync(Solution solution)
        {
            Project project = solution.Projects.First();
            foreach (Diagnostic diagnostic in await FixableAsync(project))
            {
                List<CodeAction> offered = [];
                CodeFixContext context = new(Place(project, diagnostic), diagnostic, (action, _) => offered.Add(action), CancellationToken.None);
                await fix.RegisterCodeFixesAsync(context);
                if (offered is [var action])
                {
                    return action;
                }

                Assert.Empty(offered);
            }

            return null;
        }

        async Task<Solution?> AllAsync(Solution solution, FixAllScope scope)
        {
            Project project = solution.Projects.First();
            string key = (string)typeof(TFix).GetField("Key")!.GetValue(null)!;
            Diagnostics diagnostics = new(FixableAsync);
            FixAllContext context = scope == FixAllScope.Document
                ? new(project.Documents.Single(), fix, scope, key, fix.FixableDiagnosticIds, diagnostics, CancellationToken.None)
                : new(project, fix, scope, key, fix.FixableDiagnosticIds, diagnostics, CancellationToken.None);

            // What is wrong in a list is in no source, and editors ask for all of the project then.
            if (scope == FixAllScope.Document && (await FixableAsync(project)).Any(static diagnostic => !diagnostic.Location.IsInSource))
            {
                context = new(project, fix, FixAllScope.Project, key, fix.FixableDiagnosticIds, diagnostics, CancellationToken.None);
            }

            return await fix.GetFixAllProvider()!.GetFixAsync(context) is { } action ? await ApplyAsync(action) : null;
        }

        async Task<IEnumerable<Diagnostic>> FixableAsync(Project project) =>
            (await ReportedAsync(project)).Where(diagnostic => fix.FixableDiagnosticIds.Contains(diagnostic.Id));

        async Task CheckAsync(string how, Solution solution, (TestFile[] Files, string[] Findings) expected)
        {
            foreach (Project project in solution.Projects)
            {
                foreach (TestFile file in expected.Files)
                {
                    TextDocument? document = project.AdditionalDocuments.Concat<TextDocument>(project.AnalyzerConfigDocuments).SingleOrDefault(one => one.FilePath == file.Path);
                    Assert.True(document is not null, $"{how}: {file.Path} is missing.");
                    Assert.Equal($"{how}:\n{file.Text}", $"{how}:\n{await document.GetTextAsync()}");
                }

                Assert.Equal(expected.Files.Length, project.AdditionalDocumentIds.Count + project.AnalyzerConfigDocuments.Count());
                Assert.Equal(expected.Findings, (await ReportedAsync(project)).Select(static diagnostic => diagnostic.Id).Order());
            }
        }
    }

    private static TextDocument Place(Project project, Diagnostic diagnostic) =>
        (TextDocument?)project.Solution.GetDocument(diagnostic.Location.SourceTree)
            ?? project.AdditionalDocuments.Single(document => document.FilePath == diagnostic.Location.GetLineSpan().Path);

    private static async Task<ImmutableArray<Diagnostic>> ReportedAsync(Project project) =>
        await AnalyzerRun.ReportedAsync((await project.GetCompilationAsync())!, [new SignalContextAnalyzer()], project.AnalyzerOptions);

    private static async Task<Solution> ApplyAsync(CodeAction action) =>
        Assert.IsType<ApplyChangesOperation>(Assert.Single(await action.GetOperationsAsync(CancellationToken.None))).ChangedSolution;

    private sealed class Diagnostics(Func<Project, Task<IEnumerable<Diagnostic>>> all) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => all(project);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            (await all(document.Project)).Where(static diagnostic => diagnostic.Location.IsInSource);

        public override async Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            (await all(project)).Where(static diagnostic => !diagnostic.Location.IsInSource);
    }
}
