using System.Collections.Immutable;
using System.Composition;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Has what a handler calls inlined, with all that it calls: <c>[MethodImpl(MethodImplOptions.AggressiveInlining)]</c>. Offered where the JIT surely does it: without loops and
/// exception regions, and where the handler has room for all of it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH5003_InlineFix))]
[Shared]
public sealed class TH5003_InlineFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH5003.Inline";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NotInlined];

    private protected override string FixAllTitle => "Add AggressiveInlining";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        if (await TH0003_AddAggressiveOptimizationFix.FindMethodAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { } method
            || await document.Project.GetCompilationAsync(cancellationToken).ConfigureAwait(false) is not { } compilation
            || !SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly))
        {
            return null;
        }

        Edit? edit = null;
        foreach (IMethodSymbol each in UnpreparedCallees.Of(method, compilation, document.Project.AnalyzerOptions, cancellationToken).Reverse().Append(method))
        {
            if (await PlanAsync(solution, each, edit, cancellationToken).ConfigureAwait(false) is not { } more)
            {
                return null;
            }

            edit = more;
        }

        return await Trial.CleanAsync(edit!, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // What says already how it is to be compiled stays as it is.
    private static async Task<Edit?> PlanAsync(Solution solution, IMethodSymbol method, Edit? other, CancellationToken cancellationToken)
    {
        if (method.IsAbstract || method.IsVirtual || method.IsOverride || method.IsExtern || method.MethodImplementationFlags != default
            || await TH0003_AddAggressiveOptimizationFix.DeclarationAsync(solution, method, cancellationToken).ConfigureAwait(false) is not var (home, declaration)
            || declaration.DescendantNodes().Any(static node => node is TryStatementSyntax or LockStatementSyntax or UsingStatementSyntax or CommonForEachStatementSyntax
                or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or GotoStatementSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplAttribute") is not { } attribute
            || model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplOptions") is not { } options)
        {
            return null;
        }

        AttributeSyntax added = SyntaxFactory.Attribute(
            TypeNames.Of(attribute, declaration, model, home),
            SyntaxFactory.AttributeArgumentList(
                [SyntaxFactory.AttributeArgument(TypeNames.Member(options, nameof(MethodImplOptions.AggressiveInlining), declaration, model, home))]));
        return new($"Add AggressiveInlining to '{method.Name}'", home, declaration, current => TH0003_AddAggressiveOptimizationFix.WithAttribute(current, declaration, added), other);
    }
}
