using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Testing;

/// <summary>One test of an analyzer and its fix. Where no fixed code is given, of the analyzer only.</summary>
/// <typeparam name="TAnalyzer">The analyzer under test.</typeparam>
/// <typeparam name="TCodeFix">The fix under test.</typeparam>
public class CSharpCodeFixTest<TAnalyzer, TCodeFix> : CSharpAnalyzerTest<TAnalyzer>
    where TAnalyzer : DiagnosticAnalyzer, new()
    where TCodeFix : CodeFixProvider, new()
{
    /// <summary>Adds a source as it must be after all fixes. The same text as the test code says that no fix is offered.</summary>
    public string FixedCode
    {
        set => FixedState.Sources.Add(value);
    }

    /// <summary>Adds a source as it must be after Fix All, where that differs.</summary>
    public string BatchFixedCode
    {
        set => BatchFixedState.Sources.Add(value);
    }

    /// <summary>
    /// The fixed sources and the diagnostics that remain. Markup of fixable ids is ignored, unless the sources are those of the test; a
    /// fixable diagnostic that no fix is offered for is listed among the expected ones.
    /// </summary>
    public TestState FixedState { get; } = new();

    /// <summary>The sources after Fix All, where they differ.</summary>
    public TestState BatchFixedState { get; } = new();

    /// <summary>Which of the actions offered is applied: the first, unless set.</summary>
    public int? CodeActionIndex { get; set; }

    /// <summary>The action with this key is applied.</summary>
    public string? CodeActionEquivalenceKey { get; set; }

    /// <summary>How many fixes are applied until none is offered, one by one; any number, unless set.</summary>
    public int? Rounds { get; set; }

    /// <summary>Whether the fix may be for a diagnostic of the end of the compilation, which editors do not compute live.</summary>
    public bool AllowCompilationEndDiagnostics { get; set; }

    private protected override async Task RunCoreAsync()
    {
        await base.RunCoreAsync().ConfigureAwait(false);
        if (FixedState.Sources.Count == 0)
        {
            return;
        }

        TCodeFix provider = new();
        ImmutableArray<DiagnosticAnalyzer> analyzers = [.. GetDiagnosticAnalyzers()];
        RefuseCompilationEnd(provider, analyzers);
        Expectations before = Expectations.Read(TestState, analyzers, MarkupOptions);
        Expectations after = Expectations.Read(FixedState, analyzers, MarkupOptions);
        bool unchanged = TestState.Sources.SequenceEqual(FixedState.Sources);

        FixRun run = new(provider, analyzers, Select);
        using AdhocWorkspace workspace = new();
        (Solution solution, int rounds) = await run.OneByOneAsync(Solution(1)).ConfigureAwait(false);
        if (unchanged && rounds != 0)
        {
            throw new VerifierException("A fix is offered where none was expected.");
        }

        if (Rounds is { } expected && rounds != expected)
        {
            throw new VerifierException($"{rounds} fixes were applied, one by one, and not {expected}.");
        }

        await VerifyTextAsync(solution, after, "One by one").ConfigureAwait(false);
        await VerifyRemainingAsync(FixedState, after).ConfigureAwait(false);

        Expectations batch = after;
        if (BatchFixedState.Sources.Count != 0)
        {
            batch = Expectations.Read(BatchFixedState, analyzers, MarkupOptions);
            await VerifyRemainingAsync(BatchFixedState, batch).ConfigureAwait(false);
        }

        FixAllProvider? all = provider.GetFixAllProvider();
        foreach (FixAllScope scope in (FixAllScope[])[FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution])
        {
            if (all?.GetSupportedFixAllScopes().Contains(scope) == true)
            {
                solution = await run.AllAsync(Solution(scope == FixAllScope.Solution ? 2 : 1), all, scope).ConfigureAwait(false);
                await VerifyTextAsync(solution, batch, $"Fix All in the {scope}").ConfigureAwait(false);
            }
        }

        Solution Solution(int projects) =>
            FixRun.CreateSolution(
                workspace, projects, before.Files, TestState, CreateParseOptions(), AnalyzerRun.EnableAll(CreateCompilationOptions(), analyzers));

        Task VerifyRemainingAsync(TestState state, Expectations expectations)
        {
            // The files differ only in text: configuration and references are those of the test.
            IEnumerable<DiagnosticResult> marked = unchanged
                ? expectations.FromMarkup.Concat(before.Explicit)
                : expectations.FromMarkup.Where(expected => !provider.FixableDiagnosticIds.Contains(expected.Id));
            return VerifyDiagnosticsAsync(
                TestState, analyzers, expectations.Files, marked.Concat(expectations.Explicit), "The diagnostics of the fixed code differ.");
        }
    }

    private CodeAction? Select(IReadOnlyList<CodeAction> offered) =>
        CodeActionEquivalenceKey is not null
            ? offered.FirstOrDefault(action => action.EquivalenceKey == CodeActionEquivalenceKey)
            : offered.ElementAtOrDefault(CodeActionIndex ?? 0);

    private void RefuseCompilationEnd(TCodeFix provider, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        DiagnosticDescriptor? late = analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).FirstOrDefault(descriptor =>
            provider.FixableDiagnosticIds.Contains(descriptor.Id) && descriptor.CustomTags.Contains(WellKnownDiagnosticTags.CompilationEnd));
        if (late is not null && !AllowCompilationEndDiagnostics)
        {
            throw new VerifierException($"{late.Id} is reported at the end of the compilation, so editors cannot offer its fix.");
        }
    }

    private static async Task VerifyTextAsync(Solution solution, Expectations expected, string how)
    {
        foreach (Project project in solution.Projects)
        {
            ImmutableArray<TestFile> files = await FixRun.FilesAsync(project).ConfigureAwait(false);
            foreach ((TestFile wanted, TestFile actual) in expected.Files.Zip(files))
            {
                if (wanted.Text != actual.Text)
                {
                    throw new VerifierException(
                        $"{how}, the fixed text of {actual.Path} in {project.Name} differs. It is\n\n{actual.Text}\n\nand not\n\n{wanted.Text}\n");
                }
            }

            if (files.Length != expected.Files.Length)
            {
                throw new VerifierException($"{how}, there are {files.Length} files and not {expected.Files.Length}.");
            }
        }
    }
}
