using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Tries an edit out: whether the compiler says nothing new of the changed files, and the analyzer finds nothing that it did not find before.</summary>
internal static class Trial
{
    // Every finding of a file asks what there is else.
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<SyntaxTree, ImmutableArray<Diagnostic>>> s_findings = new();

    /// <summary>What the analyzer finds in a file.</summary>
    public static async Task<ImmutableArray<Diagnostic>> FindingsAsync(SemanticModel model, Project project, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<SyntaxTree, ImmutableArray<Diagnostic>> known = s_findings.GetOrCreateValue(model.Compilation);
        if (!known.TryGetValue(model.SyntaxTree, out ImmutableArray<Diagnostic> findings))
        {
            findings = await model.Compilation.WithAnalyzers([new SignalContextAnalyzer()], project.AnalyzerOptions)
                .GetAnalyzerSemanticDiagnosticsAsync(model, filterSpan: null, cancellationToken).ConfigureAwait(false);
            known.TryAdd(model.SyntaxTree, findings);
        }

        return findings;
    }

    /// <summary>Whether the edit leaves nothing behind that is wrong.</summary>
    public static async Task<bool> IsCleanAsync(Edit edit, Solution solution, CancellationToken cancellationToken)
    {
        Solution changed = await Edit.ApplyAsync(solution, [edit], cancellationToken).ConfigureAwait(false);
        foreach (DocumentId id in changed.GetChanges(solution).GetProjectChanges().SelectMany(static project => project.GetChangedDocuments()))
        {
            ILookup<string, Diagnostic> before = await SaidAsync(solution.GetDocument(id)!, cancellationToken).ConfigureAwait(false);
            ILookup<string, Diagnostic> after = await SaidAsync(changed.GetDocument(id)!, cancellationToken).ConfigureAwait(false);
            if (after.Any(said => said.Count() > before[said.Key].Count()
                || said.Any(static each => each.Severity == DiagnosticSeverity.Error && each.Id.StartsWith("CS", StringComparison.Ordinal))))
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<ILookup<string, Diagnostic>> SaidAsync(Document document, CancellationToken cancellationToken)
    {
        SemanticModel model = (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false))!;
        return model.GetDiagnostics(cancellationToken: cancellationToken).Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning
            && !diagnostic.IsSuppressed)
            .Concat(await FindingsAsync(model, document.Project, cancellationToken).ConfigureAwait(false))
            .ToLookup(static diagnostic => diagnostic.Id);
    }
}
