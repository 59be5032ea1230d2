using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>Applies a code fix in a workspace, one by one or all at once.</summary>
/// <param name="provider">The fix under test.</param>
/// <param name="analyzers">What reports the diagnostics that it fixes.</param>
/// <param name="select">Which of the actions offered for one diagnostic the test is about, if any.</param>
internal sealed class FixRun(
    CodeFixProvider provider, ImmutableArray<DiagnosticAnalyzer> analyzers, Func<IReadOnlyList<CodeAction>, CodeAction?> select)
{
    /// <summary>A solution whose projects have the same sources, so that more than one project can be fixed at once.</summary>
    public static Solution CreateSolution(
        Workspace workspace,
        int projects,
        IReadOnlyCollection<TestFile> files,
        TestState state,
        CSharpParseOptions parseOptions,
        CSharpCompilationOptions compilationOptions)
    {
        Solution solution = workspace.CurrentSolution;
        for (int i = 0; i < projects; i++)
        {
            string name = i == 0 ? "TestProject" : $"TestProject{i}";
            ProjectId id = ProjectId.CreateNewId(name);
            solution = solution.AddProject(
                ProjectInfo.Create(
                        id, VersionStamp.Default, name, name, LanguageNames.CSharp,
                        parseOptions: parseOptions,
                        compilationOptions: compilationOptions,
                        metadataReferences: state.References.Concat(state.AdditionalReferences),
                        documents: Documents(files),
                        additionalDocuments: Documents(state.AdditionalFiles))
                    .WithAnalyzerConfigDocuments(Documents(state.AnalyzerConfigFiles)));

            IEnumerable<DocumentInfo> Documents(IEnumerable<TestFile> all) =>
                all.Select(file => DocumentInfo.Create(
                    DocumentId.CreateNewId(id, file.Path),
                    file.Path.Split('/')[^1],
                    loader: TextLoader.From(TextAndVersion.Create(SourceText.From(file.Text), VersionStamp.Default, file.Path)),
                    filePath: file.Path));
        }

        return solution;
    }

    /// <summary>Fixes one diagnostic after the other until no fix is offered.</summary>
    /// <returns>The last solution and the number of fixes applied.</returns>
    /// <exception cref="VerifierException">There are more rounds than there were diagnostics, or a fix is not in order.</exception>
    public async Task<(Solution Fixed, int Rounds)> OneByOneAsync(Solution solution)
    {
        int limit = -1;
        for (int rounds = 0; ; rounds++)
        {
            ImmutableArray<(Document Document, Diagnostic Diagnostic)> fixable = await FixableAsync(solution).ConfigureAwait(false);
            limit = limit < 0 ? fixable.Length : limit;
            (_, CodeAction? action) = await FirstActionAsync(fixable).ConfigureAwait(false);
            if (action is null)
            {
                return (solution, rounds);
            }

            if (rounds == limit)
            {
                string text = await TextAsync(solution).ConfigureAwait(false);
                throw new VerifierException($"A fix is still offered after {limit} rounds, as many as there were diagnostics.\n{text}");
            }

            solution = await ApplyAsync(solution, action).ConfigureAwait(false);
        }
    }

    /// <summary>Applies the first fix that is offered.</summary>
    public async Task<Solution> OnceAsync(Solution solution) =>
        (await FirstActionAsync(await FixableAsync(solution).ConfigureAwait(false)).ConfigureAwait(false)).Action is { } action
            ? await ApplyAsync(solution, action).ConfigureAwait(false) : throw new VerifierException("No fix is offered.");

    /// <summary>Fixes all diagnostics of a scope at once; in the scope of a document, of one document after the other.</summary>
    public async Task<Solution> AllAsync(Solution solution, FixAllProvider all, FixAllScope scope)
    {
        foreach (DocumentId id in solution.Projects.SelectMany(project => project.DocumentIds).ToArray())
        {
            ImmutableArray<(Document Document, Diagnostic Diagnostic)> fixable = await FixableAsync(solution).ConfigureAwait(false);
            (Document? document, CodeAction? trigger) = await FirstActionAsync(
                [.. fixable.Where(each => scope != FixAllScope.Document || each.Document.Id == id)]).ConfigureAwait(false);
            if (document is null || trigger is null)
            {
                continue;
            }

            ImmutableHashSet<string> ids = [.. fixable.Select(each => each.Diagnostic.Id)];
            Diagnostics diagnostics = new(this);
            FixAllContext context = scope == FixAllScope.Document
                ? new FixAllContext(document, provider, scope, trigger.EquivalenceKey!, ids, diagnostics, CancellationToken.None)
                : new FixAllContext(document.Project, provider, scope, trigger.EquivalenceKey!, ids, diagnostics, CancellationToken.None);
            CodeAction action = await all.GetFixAsync(context).ConfigureAwait(false)
                ?? throw new VerifierException($"Fix All in the {scope} does nothing, though a single fix is offered.");
            solution = await ApplyAsync(solution, action).ConfigureAwait(false);
            if (scope != FixAllScope.Document)
            {
                break;
            }
        }

        return solution;
    }

    /// <summary>The files of one project.</summary>
    public static async Task<ImmutableArray<TestFile>> FilesAsync(Project project)
    {
        ImmutableArray<TestFile>.Builder files = ImmutableArray.CreateBuilder<TestFile>();
        foreach (Document document in project.Documents)
        {
            files.Add(new TestFile(document.FilePath!, (await document.GetTextAsync().ConfigureAwait(false)).ToString()));
        }

        return files.ToImmutable();
    }

    private static async Task<string> TextAsync(Solution solution) =>
        string.Join('\n', (await FilesAsync(solution.Projects.First()).ConfigureAwait(false)).Select(file => $"// {file.Path}\n{file.Text}"));

    private async Task<(Document? Document, CodeAction? Action)> FirstActionAsync(
        ImmutableArray<(Document Document, Diagnostic Diagnostic)> fixable)
    {
        foreach ((Document document, Diagnostic diagnostic) in fixable)
        {
            List<CodeAction> offered = [];
            CodeFixContext context = new(document, diagnostic, (action, _) => offered.Add(action), CancellationToken.None);
            await provider.RegisterCodeFixesAsync(context).ConfigureAwait(false);
            if (offered.Exists(action => action.EquivalenceKey is null)
                || offered.DistinctBy(action => action.EquivalenceKey).Count() != offered.Count)
            {
                throw new VerifierException(
                    $"Fix All needs an equivalence key of its own for each action; offered for {diagnostic.Id}: "
                    + string.Join(", ", offered.Select(action => $"'{action.Title}' ({action.EquivalenceKey ?? "no key"})")));
            }

            if (select(offered) is { } selected)
            {
                return (document, selected);
            }
        }

        return default;
    }

    private async Task<ImmutableArray<(Document Document, Diagnostic Diagnostic)>> FixableAsync(Solution solution)
    {
        List<(Document Document, Diagnostic Diagnostic)> fixable = [];
        foreach (Project project in solution.Projects)
        {
            foreach (Diagnostic diagnostic in await ReportedAsync(project).ConfigureAwait(false))
            {
                if (provider.FixableDiagnosticIds.Contains(diagnostic.Id)
                    && solution.GetDocument(diagnostic.Location.SourceTree) is { } document)
                {
                    fixable.Add((document, diagnostic));
                }
            }
        }

        return [.. fixable];
    }

    private async Task<ImmutableArray<Diagnostic>> ReportedAsync(Project project)
    {
        Compilation compilation = await project.GetCompilationAsync().ConfigureAwait(false)
            ?? throw new InvalidOperationException("A C# project has a compilation.");
        return await AnalyzerRun.ReportedAsync(compilation, analyzers, project.AnalyzerOptions).ConfigureAwait(false);
    }

    private static async Task<Solution> ApplyAsync(Solution solution, CodeAction action)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None).ConfigureAwait(false);
        if (operations is not [ApplyChangesOperation { ChangedSolution: Solution changed }])
        {
            throw new VerifierException($"'{action.Title}' does something else than to change the solution.");
        }

        bool anything = false;
        foreach (DocumentId id in changed.GetChanges(solution).GetProjectChanges().SelectMany(project => project.GetChangedDocuments()))
        {
            Document after = changed.GetDocument(id)!;
            string text = (await after.GetTextAsync().ConfigureAwait(false)).ToString();
            anything |= text != (await solution.GetDocument(id)!.GetTextAsync().ConfigureAwait(false)).ToString();

            // A tree that a fix puts together wrongly can print well and still be another program than its text.
            SyntaxNode root = (await after.GetSyntaxRootAsync().ConfigureAwait(false))!;
            SyntaxNode reparsed =
                await CSharpSyntaxTree.ParseText(text, (CSharpParseOptions)root.SyntaxTree.Options).GetRootAsync().ConfigureAwait(false);
            foreach ((SyntaxNodeOrToken made, SyntaxNodeOrToken meant) in
                root.DescendantNodesAndTokensAndSelf().Zip(reparsed.DescendantNodesAndTokensAndSelf()))
            {
                if (made.RawKind != meant.RawKind || made.IsMissing != meant.IsMissing
                    || made.ChildNodesAndTokens().Count != meant.ChildNodesAndTokens().Count
                    || (made.IsToken && made.AsToken().Text != meant.AsToken().Text))
                {
                    throw new VerifierException(
                        $"'{action.Title}' makes a syntax tree that differs from its own text: "
                        + $"{made.Kind()} '{made}' and not {meant.Kind()} '{meant}'\n{text}");
                }
            }
        }

        return anything ? changed : throw new VerifierException($"'{action.Title}' is offered, but changes nothing.");
    }

    private sealed class Diagnostics(FixRun run) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            await run.ReportedAsync(project).ConfigureAwait(false);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            (await run.ReportedAsync(document.Project).ConfigureAwait(false))
                .Where(diagnostic => document.Project.Solution.GetDocument(diagnostic.Location.SourceTree)?.Id == document.Id);

        public override async Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            (await run.ReportedAsync(project).ConfigureAwait(false)).Where(diagnostic => !diagnostic.Location.IsInSource);
    }
}
