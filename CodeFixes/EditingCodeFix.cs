using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace TopHalf.CodeFixes;

/// <summary>What the fixes share: each plans an <see cref="Edit"/> for a diagnostic or declines, and this offers it, alone or as Fix All.</summary>
public abstract class EditingCodeFix : CodeFixProvider
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
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (await PlanIfCompiledAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false) is { } edit)
            {
                context.RegisterCodeFix(
                    new EditAction(
                        edit.Title,
                        EquivalenceKey,
                        context.Document.Project.Solution,
                        cancellationToken => Edit.ApplyAsync(context.Document.Project.Solution, [edit], cancellationToken)),
                    diagnostic);
            }
        }
    }

    /// <summary>The edit that surely mends the diagnostic, or <see langword="null"/>.</summary>
    private protected abstract Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken);

    private async Task<Edit?> PlanIfCompiledAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken) =>
        await BrokenCode.IsAtAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) ? null : await PlanAsync(document, diagnostic, cancellationToken).ConfigureAwait(false);

    // Not the batch fixer: it fixes each diagnostic by itself and merges the texts, and then drops a fix whose new import, or whose callee,
    // another one changed too.
    private sealed class FixAll(EditingCodeFix fix) : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
        {
            ImmutableArray<Document> documents = fixAllContext.Scope switch
            {
                FixAllScope.Document when fixAllContext.Document is { } document => [document],
                FixAllScope.Project => [.. fixAllContext.Project.Documents],
                FixAllScope.Solution => [.. fixAllContext.Solution.Projects.SelectMany(project => project.Documents)],
                _ => [],
            };
            ImmutableArray<Edit>.Builder edits = ImmutableArray.CreateBuilder<Edit>();
            foreach (Document document in documents)
            {
                foreach (Diagnostic diagnostic in await fixAllContext.GetDocumentDiagnosticsAsync(document).ConfigureAwait(false))
                {
                    if (await fix.PlanIfCompiledAsync(document, diagnostic, fixAllContext.CancellationToken).ConfigureAwait(false) is { } edit)
                    {
                        edits.Add(edit);
                    }
                }
            }

            return edits.Count == 0
                ? null
                : new EditAction(
                    fix.FixAllTitle,
                    fix.EquivalenceKey,
                    fixAllContext.Solution,
                    cancellationToken => Edit.ApplyAsync(fixAllContext.Solution, edits.ToImmutable(), cancellationToken));
        }
    }
}
