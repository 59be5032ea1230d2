using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Takes <c>unmanaged</c>, and with it the transition or the poll, away from a pointer to a function of the C library that registration accepts. What is
/// passed, both conventions pass alike.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3003_ManagedConventionFix))]
[Shared]
public sealed class TH3003_ManagedConventionFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3003.ManagedConvention";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NativeTransition, RuleIds.GCPoll];

    private protected override string FixAllTitle => "Make function pointers managed";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        if (await FunctionPointers.FindAsync(solution, diagnostic, cancellationToken).ConfigureAwait(false)
                is not (_, _, { IsReadOnly: true, Type: IFunctionPointerTypeSymbol { Signature: var signature } } field, _)
            || signature.CallingConvention == System.Reflection.Metadata.SignatureCallingConvention.Default || !FunctionPointers.IsPassedAlike(signature)
            || field.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is not VariableDeclaratorSyntax
                {
                    Initializer.Value: var value, Parent: VariableDeclarationSyntax { Variables.Count: 1, Type: FunctionPointerTypeSyntax type },
                }
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || !FunctionPointers.IsExportForHandlers(value, model, cancellationToken)
            || value is not CastExpressionSyntax { Type: FunctionPointerTypeSyntax cast } || !SyntaxFactory.AreEquivalent(cast, type)
            || !await FunctionPointers.IsOnlyUsedAsync(solution, field, IsCalled, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return new Edit($"Make '{field.Name}' a managed function pointer", home, type, Managed, new Edit("", home, cast, Managed));
    }

    private static bool IsCalled(ExpressionSyntax use) => use.Parent is InvocationExpressionSyntax call && call.Expression == use;

    private static FunctionPointerTypeSyntax Managed(SyntaxNode current)
    {
        var pointer = (FunctionPointerTypeSyntax)current;
        return pointer.WithAsteriskToken(pointer.AsteriskToken.WithTrailingTrivia()).WithCallingConvention(null);
    }
}
