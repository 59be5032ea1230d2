using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Tries an edit out before it is offered, where no look at the source alone can say that it is right.</summary>
internal static class Trial
{
    // Every finding of a file asks what there is else. One compilation may be analysed with several lists and options.
    private static readonly ConditionalWeakTable<Compilation, ConditionalWeakTable<AnalyzerOptions, ConcurrentDictionary<SyntaxTree, ImmutableArray<Diagnostic>>>> s_findings = new();

    /// <summary>
    /// The edit, if the compiler takes it and the analyzer then finds less of the rule, if one is given, and nothing new, in the files that it changes, in the
    /// one where the finding stands, and in others that use what is changed.
    /// </summary>
    public static async Task<Edit?> CleanAsync(Edit edit, Document document, string? rule, CancellationToken cancellationToken, params Document[] others)
    {
        // What does not compile where it is to be changed is not understood.
        if (await HasErrorsAsync(edit, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        Solution before = document.Project.Solution;
        Solution after = await Edit.ApplyAsync(before, [edit], cancellationToken).ConfigureAwait(false);
        Dictionary<string, int> old = [];
        Dictionary<string, int> now = [];
        foreach (DocumentId id in edit.All.Select(static each => each.Document.Id).Concat(others.Select(static other => other.Id)).Append(document.Id).Distinct())
        {
            await CountAsync(before.GetDocument(id)!, old, cancellationToken).ConfigureAwait(false);
            await CountAsync(after.GetDocument(id)!, now, cancellationToken).ConfigureAwait(false);
        }

        return (rule is null || Count(now, rule) < Count(old, rule)) && now.All(found => found.Value <= Count(old, found.Key)) ? edit : null;

        static int Count(Dictionary<string, int> findings, string id) => findings.TryGetValue(id, out int count) ? count : 0;
    }

    /// <summary>Whether the analyzer finds less of a rule in a file after a change of other things.</summary>
    public static async Task<bool> IsLessAsync(Document document, Solution after, string rule, CancellationToken cancellationToken) =>
        (await FindingsAsync(after.GetDocument(document.Id)!, cancellationToken).ConfigureAwait(false)).Count(finding => finding.Id == rule)
            < (await FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Count(finding => finding.Id == rule);

    /// <summary>What the analyzer finds in a file, also what is suppressed there.</summary>
    public static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Document document, CancellationToken cancellationToken)
    {
        if (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return [];
        }

        AnalyzerOptions options = document.Project.AnalyzerOptions;
        ConcurrentDictionary<SyntaxTree, ImmutableArray<Diagnostic>> known = s_findings.GetOrCreateValue(model.Compilation).GetOrCreateValue(options);
        if (!known.TryGetValue(model.SyntaxTree, out ImmutableArray<Diagnostic> findings))
        {
            CompilationWithAnalyzersOptions how = new(
                options, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: true);
            findings = await model.Compilation.WithAnalyzers([new SignalContextAnalyzer()], how)
                .GetAnalyzerSemanticDiagnosticsAsync(model, filterSpan: null, cancellationToken).ConfigureAwait(false);
            known.TryAdd(model.SyntaxTree, findings);
        }

        return findings;
    }

    private static async Task<bool> HasErrorsAsync(Edit edit, CancellationToken cancellationToken)
    {
        foreach (Edit each in edit.All)
        {
            SyntaxNode member = each.Target.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? each.Target;
            if (await each.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
                || model.GetDiagnostics(member.Span, cancellationToken).Any(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task CountAsync(Document document, Dictionary<string, int> findings, CancellationToken cancellationToken)
    {
        if (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return;
        }

        ImmutableArray<Diagnostic> found = await FindingsAsync(document, cancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in found.Concat(model.GetDiagnostics(cancellationToken: cancellationToken)
            .Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)).Where(static diagnostic => !diagnostic.IsSuppressed))
        {
            findings[diagnostic.Id] = (findings.TryGetValue(diagnostic.Id, out int count) ? count : 0) + 1;
        }
    }
}
