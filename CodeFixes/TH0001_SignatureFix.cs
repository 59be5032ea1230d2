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
/// Gives a handler the signature that registration takes: static, without a result, <c>(ref TState, in InterruptContext)</c>. Only where its body and
/// its users allow each of it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0001_SignatureFix))]
[Shared]
public sealed class TH0001_SignatureFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0001.Signature";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.HandlerSignature];

    private protected override string FixAllTitle => "Give handlers their signature";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method
            || method is { Body: null, ExpressionBody: null }
            || model?.GetDeclaredSymbol(method, cancellationToken) is not { } symbol || !CanBeHandler(symbol)
            || model.Compilation.GetTypeByMetadataName("TopHalf.InterruptContext") is not { } context
            || !HasNoResult(method, model, cancellationToken)
            || (!symbol.IsStatic && InstanceUse.In(((SyntaxNode?)method.Body ?? method.ExpressionBody)!, model, symbol, cancellationToken))
            || Parameters(method, symbol, context, model, document) is not { } parameters
            || await IsUsedOtherwiseAsync(symbol, document.Project.Solution, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return new Edit($"Give '{symbol.Name}' the signature of a handler", document, method, current => WithSignature((MethodDeclarationSyntax)current, parameters));
    }

    // Another body, or a contract with others, cannot be mended here; nor can a generic method.
    private static bool CanBeHandler(IMethodSymbol method) =>
        method is
        {
            MethodKind: MethodKind.Ordinary, IsVirtual: false, IsOverride: false, IsAbstract: false, IsAsync: false, IsGenericMethod: false,
            PartialDefinitionPart: null, PartialImplementationPart: null, IsPartialDefinition: false,
        }
        && ContainingTypes(method).All(static type => !type.IsGenericType && type.TypeKind != TypeKind.Interface)
        && !method.ContainingType.AllInterfaces.SelectMany(static i => i.GetMembers())
            .Any(member => SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member), method));

    private static IEnumerable<INamedTypeSymbol> ContainingTypes(IMethodSymbol method)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            yield return type;
        }
    }

    private static bool HasNoResult(MethodDeclarationSyntax method, SemanticModel model, CancellationToken cancellationToken) =>
        method.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        || (method.Body is { } body
            ? !body.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                .Any(static node => node is ReturnStatementSyntax { Expression: not null } or YieldStatementSyntax)
            : method.ExpressionBody!.Expression is { } value
                && value is AssignmentExpressionSyntax or InvocationExpressionSyntax or PostfixUnaryExpressionSyntax { RawKind: not (int)SyntaxKind.SuppressNullableWarningExpression }
                && model.GetTypeInfo(value, cancellationToken).Type is not (null or IErrorTypeSymbol));

    /// <summary>The two parameters, as far as they are there; null if what is there cannot be them.</summary>
    private static ParameterListSyntax? Parameters(
        MethodDeclarationSyntax method, IMethodSymbol symbol, INamedTypeSymbol context, SemanticModel model, Document document)
    {
        if (symbol.Parameters is not [{ Type.IsUnmanagedType: true, IsParams: false, IsThis: false } state, ..]
            || symbol.Parameters.Length > 2 || method.ParameterList.Parameters is not [{ Type: not null, Default: null } first, ..] parameters
            || state.RefKind is RefKind.Out
            || (symbol.Parameters is [_, { } second] && !SymbolEqualityComparer.Default.Equals(second.Type, context)))
        {
            return null;
        }

        ParameterSyntax last = parameters.Count == 2
            ? parameters[1]
            : SyntaxFactory.Parameter(SyntaxFactory.Identifier(Free("context", method))).WithType(TypeNames.Of(context, method, model, document));
        return method.ParameterList.WithParameters([By(first, SyntaxKind.RefKeyword), By(last, SyntaxKind.InKeyword)]);
    }

    private static ParameterSyntax By(ParameterSyntax parameter, SyntaxKind keyword) =>
        parameter.Modifiers is [{ } only] && only.IsKind(keyword)
            ? parameter
            : parameter.WithModifiers([SyntaxFactory.Token(keyword).WithTrailingTrivia(SyntaxFactory.Space)])
                .WithType(parameter.Type!.WithLeadingTrivia().WithTrailingTrivia(SyntaxFactory.Space)).WithTriviaFrom(parameter);

    private static string Free(string name, MethodDeclarationSyntax method)
    {
        HashSet<string> taken = [.. method.DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)).Select(static t => t.ValueText)];
        return taken.Contains(name) ? Free(name + "_", method) : name;
    }

    // A caller, or a receiver in front of it, would no longer compile.
    private static async Task<bool> IsUsedOtherwiseAsync(IMethodSymbol method, Solution solution, CancellationToken cancellationToken)
    {
        foreach (ReferenceLocation use in (await SymbolFinder.FindReferencesAsync(method, solution, cancellationToken).ConfigureAwait(false)).SelectMany(static r => r.Locations))
        {
            SyntaxNode? root = await use.Document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
            SemanticModel? model = await use.Document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
            SyntaxNode? name = root?.FindNode(use.Location.SourceSpan, getInnermostNodeForTie: true);
            if (use.IsImplicit || name is null || name.Parent is InvocationExpressionSyntax
                || (name.Parent is MemberAccessExpressionSyntax access
                    && (access.Parent is InvocationExpressionSyntax call && call.Expression == access
                        || model.GetSymbolInfo(access.Expression, cancellationToken).Symbol is not INamedTypeSymbol)))
            {
                return true;
            }
        }

        return false;
    }

    private static MethodDeclarationSyntax WithSignature(MethodDeclarationSyntax method, ParameterListSyntax parameters)
    {
        if (!method.Modifiers.Any(SyntaxKind.StaticKeyword))
        {
            SyntaxToken added = SyntaxFactory.Token(SyntaxKind.StaticKeyword).WithTrailingTrivia(SyntaxFactory.Space);
            int place = method.Modifiers.Count(static m => SyntaxFacts.IsAccessibilityModifier(m.Kind()) || m.IsKind(SyntaxKind.NewKeyword));
            if (place == 0)
            {
                // The declaration's comments stay in front of all, unless attributes have them.
                SyntaxToken old = method.AttributeLists.Count == 0 ? method.GetFirstToken() : method.AttributeLists.Last().GetLastToken().GetNextToken();
                added = added.WithLeadingTrivia(old.LeadingTrivia);
                method = method.ReplaceToken(old, old.WithLeadingTrivia());
            }

            method = method.WithModifiers(method.Modifiers.Insert(place, added));
        }

        // Not readonly either, which only instance methods of structs can be.
        SyntaxToken readOnly = method.Modifiers.FirstOrDefault(static m => m.IsKind(SyntaxKind.ReadOnlyKeyword));
        return method
            .WithModifiers(readOnly == default ? method.Modifiers : method.Modifiers.Remove(readOnly))
            .WithReturnType(SyntaxFactory.PredefinedType(SyntaxFactory.Token(SyntaxKind.VoidKeyword)).WithTriviaFrom(method.ReturnType))
            .WithParameterList(parameters.WithTriviaFrom(method.ParameterList));
    }
}
