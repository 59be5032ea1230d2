using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Marks a method of another project of the solution, which a handler calls, as <c>[AsyncSignalSafe]</c>, where the analyzer finds nothing against it there; optimised from the start, with
/// all that it calls, where that is needed.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3001_PromiseFix))]
[Shared]
public sealed class TH3001_PromiseFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3001.Promise";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnknownCall];

    private protected override string FixAllTitle => "Mark what is safe in other projects as [AsyncSignalSafe]";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        if (await Cause.FindAsync<ExpressionSyntax>(
                solution, diagnostic, (call, at) => Called(call, at, cancellationToken) is not null, cancellationToken).ConfigureAwait(false) is not var (_, call, model)
            || Called(call, model, cancellationToken) is not { } method
            || await TH0003_AddAggressiveOptimizationFix.DeclarationAsync(solution, method, cancellationToken).ConfigureAwait(false) is not var (home, declaration)
            || home.Project.Id == document.Project.Id
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } inside
            || inside.Compilation.GetTypeByMetadataName("TopHalf.AsyncSignalSafeAttribute") is not { } promise
            || inside.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol own)
        {
            return null;
        }

        AttributeSyntax added = SyntaxFactory.Attribute(TypeNames.Of(promise, declaration, inside, home));
        Edit edit = new(
            $"Mark '{method.Name}' as [AsyncSignalSafe]", home, declaration,
            current => TH0003_AddAggressiveOptimizationFix.WithAttribute(current, declaration, added), sameness: nameof(TH3001_PromiseFix));
        if (await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false) is { } enough)
        {
            return enough;
        }

        foreach (IMethodSymbol callee in UnpreparedCallees.Of(own, inside.Compilation, home.Project.AnalyzerOptions, cancellationToken).Reverse().Append(own))
        {
            if (await TH0003_AddAggressiveOptimizationFix.PlanAsync(solution, callee, cancellationToken).ConfigureAwait(false) is { } more)
            {
                edit = edit.With(more.With(edit.Other));
            }
        }

        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static IMethodSymbol? Called(ExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ReducedExtension, IsAbstract: false, IsVirtual: false, IsOverride: false } method
        && !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, model.Compilation.Assembly) ? (method.ReducedFrom ?? method).OriginalDefinition : null;
}
