using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes the target of a pointer known where the source shows it: a field that only its initialiser sets becomes <c>readonly</c>, and a pointer to a method of C# that is held
/// in a field becomes a call of the method.
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
        foreach (Location place in (IEnumerable<Location>)[diagnostic.Location, .. diagnostic.AdditionalLocations])
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)).FindNode(place.SourceSpan, getInnermostNodeForTie: true) is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call.Expression, cancellationToken).Symbol is IFieldSymbol { IsStatic: true, Type: IFunctionPointerTypeSymbol { Signature: var signature } } field
                && field.DeclaringSyntaxReferences is [{ } reference] && solution.GetDocument(reference.SyntaxTree) is { } owner
                && await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                    is VariableDeclaratorSyntax { Initializer.Value: var value, Parent.Parent: FieldDeclarationSyntax { Declaration.Variables.Count: 1 } declaration }
                && await owner.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } ownModel)
            {
                return field.IsReadOnly ? Direct(home, call, Bare(value), model, ownModel, cancellationToken)
                    : IsExportForHandlers(Bare(value), ownModel, cancellationToken) && IsWide(signature)
                        && await IsNeverSetAsync(solution, field, cancellationToken).ConfigureAwait(false)
                    ? new Edit($"Make '{field.Name}' readonly", owner, declaration, static current =>
                    {
                        var changed = (FieldDeclarationSyntax)current;
                        return changed.WithModifiers(changed.Modifiers.Insert(
                            changed.Modifiers.IndexOf(SyntaxKind.StaticKeyword) + 1, SyntaxFactory.Token(default, SyntaxKind.ReadOnlyKeyword, [SyntaxFactory.Space])));
                    })
                    : null;
            }
        }

        return null;
    }

    // s_get() of s_get = &Get: Get(), where Get is made for it. What else it does is judged then.
    private static Edit? Direct(
        Document home, InvocationExpressionSyntax call, ExpressionSyntax value, SemanticModel model, SemanticModel ownModel, CancellationToken cancellation)
    {
        if (value is not PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression, Operand: var operand }
            || ownModel.GetSymbolInfo(operand, cancellation).Symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary, IsGenericMethod: false, ContainingType.IsGenericType: false } method
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

    // NativeLibrary.GetExport(…, "getppid")
    private static bool IsExportForHandlers(ExpressionSyntax value, SemanticModel model, CancellationToken cancellation)
    {
        if (value is not InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var handle }, { Expression: var name }] } export || !IsOfLoader(export, "GetExport")
            || model.GetConstantValue(name, cancellation).Value is not string function)
        {
            return false;
        }

        return handle is InvocationExpressionSyntax from && (IsOfLoader(from, "GetMainProgramHandle")
            ? NativeCalls.IsForHandlers(function)
            : IsOfLoader(from, "Load") && from.ArgumentList.Arguments is [{ Expression: var path }] && model.GetConstantValue(path, cancellation).Value is string library
                && NativeCalls.IsForHandlers(function, library));

        bool IsOfLoader(InvocationExpressionSyntax call, string member) =>
            model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { ContainingType.Name: "NativeLibrary" } method && method.Name == member;
    }

    private static bool IsWide(IMethodSymbol signature) =>
        (signature.ReturnsVoid || IsWide(signature.ReturnType)) && signature.Parameters.All(static parameter => parameter.RefKind != RefKind.None || IsWide(parameter.Type));

    private static bool IsWide(ITypeSymbol type) =>
        type is IPointerTypeSymbol || type.SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64
            or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    private static async Task<bool> IsNeverSetAsync(Solution solution, IFieldSymbol field, CancellationToken cancellation)
    {
        // What others can reach they may set.
        if (field.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal) && field.ContainingType.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal))
        {
            return false;
        }

        foreach (ReferenceLocation place in (await SymbolFinder.FindReferencesAsync(field, solution, cancellation).ConfigureAwait(false))
            .SelectMany(static reference => reference.Locations))
        {
            if (await place.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
                || root.FindNode(place.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax use)
            {
                return false;
            }

            use = use.Parent is MemberAccessExpressionSyntax access && access.Name == use ? access : use;
            if (use.Parent is not (InvocationExpressionSyntax or BinaryExpressionSyntax or CastExpressionSyntax or EqualsValueClauseSyntax))
            {
                return false;
            }
        }

        return true;
    }

    private static ExpressionSyntax Bare(ExpressionSyntax value) => value switch
    {
        CastExpressionSyntax cast => Bare(cast.Expression),
        ParenthesizedExpressionSyntax parenthesized => Bare(parenthesized.Expression),
        _ => value,
    };
}
