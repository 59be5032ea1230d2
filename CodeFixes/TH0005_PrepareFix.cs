using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Adds <c>AggressiveOptimization</c> to an implementation, and to what it calls, where that is all that it lacks to keep the promise that it inherits.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0005_PrepareFix))]
[Shared]
public sealed class TH0005_PrepareFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0005.Prepare";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.WeakenedPromise];

    private protected override string FixAllTitle => "Have what keeps a promise compiled ahead";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model?.GetDeclaredSymbol(root.FindNode(diagnostic.Location.SourceSpan), cancellationToken) is not IMethodSymbol method)
        {
            return null;
        }

        Edit? edit = null;
        foreach (IMethodSymbol unprepared in UnpreparedCallees.Of(method, model.Compilation, document.Project.AnalyzerOptions, cancellationToken).Prepend(method))
        {
            if (await TH0003_AddAggressiveOptimizationFix.PlanAsync(document.Project.Solution, unprepared, cancellationToken).ConfigureAwait(false) is { } more)
            {
                edit = edit is null ? more : edit.With(more.With(edit.Other));
            }
        }

        // If that is not all, nothing is: the promise or the code may be wrong.
        return edit is null ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }
}
