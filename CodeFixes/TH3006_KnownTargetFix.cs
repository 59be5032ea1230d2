using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes the target of a pointer known where the source shows it: a field that only its initialiser sets becomes <c>readonly</c>, and a pointer to a
/// method of C# that is held in a field becomes a call of the method.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3006_KnownTargetFix))]
[Shared]
public sealed class TH3006_KnownTargetFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3006.KnownTarget";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.UnknownTarget];

    private protected override string FixAllTitle => "Call known targets";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        if (await FunctionPointers.FindAsync(solution, diagnostic, cancellationToken).ConfigureAwait(false)
                is not (var home, var call, { Type: IFunctionPointerTypeSymbol { Signature: var signature } } field, var model)
            || field.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } owner
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is not VariableDeclaratorSyntax { Initializer.Value: var value, Parent.Parent: FieldDeclarationSyntax { Declaration.Variables.Count: 1 } declaration }
            || await owner.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } ownModel)
        {
            return null;
        }

        if (field.IsReadOnly)
        {
            return Direct(home, call, FunctionPointers.Bare(value), model, ownModel, cancellationToken);
        }

        return FunctionPointers.IsExportForHandlers(value, ownModel, cancellationToken) && FunctionPointers.IsPassedAlike(signature)
            && await FunctionPointers.IsOnlyUsedAsync(solution, field, Reads, cancellationToken).ConfigureAwait(false)
            ? new Edit($"Make '{field.Name}' readonly", owner, declaration, static current =>
            {
                var changed = (FieldDeclarationSyntax)current;
                return changed.WithModifiers(Modifiers.With(changed.Modifiers, SyntaxKind.ReadOnlyKeyword));
            })
            : null;

        static bool Reads(ExpressionSyntax use) =>
            use.Parent is InvocationExpressionSyntax or BinaryExpressionSyntax or CastExpressionSyntax or EqualsValueClauseSyntax;
    }

    // s_get() of s_get = &Get: Get(), where Get is made for it. What else it does is judged then.
    private static Edit? Direct(
        Document home, InvocationExpressionSyntax call, ExpressionSyntax value, SemanticModel model, SemanticModel ownModel, CancellationToken cancellation)
    {
        if (value is not PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression, Operand: var operand }
            || ownModel.GetSymbolInfo(operand, cancellation).Symbol
                is not IMethodSymbol { MethodKind: MethodKind.Ordinary, IsGenericMethod: false, ContainingType.IsGenericType: false } method
            || !IsPrepared(method) || NativeCalls.IsImport(method)
            || !model.IsAccessible(call.SpanStart, method))
        {
            return null;
        }

        bool isInReach = model.LookupSymbols(call.SpanStart, name: method.Name) is [{ } found] && SymbolEqualityComparer.Default.Equals(found, method);
        ExpressionSyntax callee = isInReach
            ? SyntaxFactory.IdentifierName(method.Name) : TypeNames.Member(method.ContainingType, method.Name, call, model, home);
        return new Edit($"Call '{method.Name}'", home, call.Expression, current => callee.WithTriviaFrom(current));
    }

    // By value: netstandard2.0 does not know AggressiveOptimization.
    private static bool IsPrepared(IMethodSymbol method) => ((int)method.MethodImplementationFlags & 512) != 0;
}
