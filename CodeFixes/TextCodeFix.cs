using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace TopHalf.CodeFixes;

/// <summary>What the fixes of files that are no source share, as <see cref="EditingCodeFix"/> does for those of sources.</summary>
public abstract class TextCodeFix : CodeFixProvider
{
    /// <summary>What the user reads of Fix All.</summary>
    private protected abstract string FixAllTitle { get; }

    /// <summary>The same for all diagnostics of a fix, and in every version.</summary>
    private protected abstract string EquivalenceKey { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => new FixAll(this);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Project project = context.TextDocument.Project;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (await PlanAsync(project, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } edit)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(edit.Title, cancellationToken => TextEdit.ApplyAsync(project.Solution, [edit], cancellationToken), EquivalenceKey), diagnostic);
            }
        }
    }

    /// <summary>The edit that surely mends the diagnostic, or <see langword="null"/>.</summary>
    private protected abstract Task<TextEdit?> PlanAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken);

    /// <summary>Whether Fix All takes a diagnostic along. One that another fix surely mends it leaves to that.</summary>
    private protected virtual Task<bool> IsInFixAllAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken) => Task.FromResult(true);

    private sealed class FixAll(TextCodeFix fix) : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
        {
            ImmutableArray<TextEdit>.Builder edits = ImmutableArray.CreateBuilder<TextEdit>();
            foreach (Project project in fixAllContext.Scope == FixAllScope.Solution ? fixAllContext.Solution.Projects : [fixAllContext.Project])
            {
                // What is wrong in a list has no source, and belongs to no document in the sense of the context.
                ImmutableArray<Diagnostic> diagnostics = fixAllContext is { Scope: FixAllScope.Document, Document: { } document }
                    ? await fixAllContext.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false)
                    : await fixAllContext.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
                foreach (Diagnostic diagnostic in diagnostics.Where(diagnostic => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
                {
                    if (await fix.IsInFixAllAsync(project, diagnostic, fixAllContext.CancellationToken).ConfigureAwait(false)
                        && await fix.PlanAsync(project, diagnostic, fixAllContext.CancellationToken).ConfigureAwait(false) is { } edit)
                    {
                        edits.Add(edit);
                    }
                }
            }

            return edits.Count == 0
                ? null
                : CodeAction.Create(
                    fix.FixAllTitle, cancellationToken => TextEdit.ApplyAsync(fixAllContext.Solution, edits.ToImmutable(), cancellationToken), fix.EquivalenceKey);
        }
    }
}
