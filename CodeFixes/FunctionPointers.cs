using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>What the fixes for pointers to native functions, in static fields, ask of them.</summary>
internal static class FunctionPointers
{
    /// <summary>The call through a static field that a finding is about: its own place, or one further down the chain.</summary>
    public static async Task<(Document Home, InvocationExpressionSyntax Call, IFieldSymbol Field, SemanticModel Model)?> FindAsync(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellation)
    {
        foreach (Location place in (IEnumerable<Location>)[diagnostic.Location, .. diagnostic.AdditionalLocations])
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is { } model
                && (await tree.GetRootAsync(cancellation).ConfigureAwait(false)).FindNode(place.SourceSpan, getInnermostNodeForTie: true)
                    is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call.Expression, cancellation).Symbol is IFieldSymbol { IsStatic: true, Type.TypeKind: TypeKind.FunctionPointer } field)
            {
                return (home, call, field, model);
            }
        }

        return null;
    }

    /// <summary>Whether a value is <c>NativeLibrary.GetExport(…, "getppid")</c>, of a function that a handler may call and that never waits.</summary>
    public static bool IsExportForHandlers(ExpressionSyntax value, SemanticModel model, CancellationToken cancellation)
    {
        if (Bare(value) is not InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: var handle }, { Expression: var name }] } export
            || !IsOfLoader(export, "GetExport")
            || model.GetConstantValue(name, cancellation).Value is not string function)
        {
            return false;
        }

        return handle is InvocationExpressionSyntax from && (IsOfLoader(from, "GetMainProgramHandle")
            ? NativeCalls.IsForHandlers(function)
            : IsOfLoader(from, "Load") && from.ArgumentList.Arguments is [{ Expression: var path }]
                && model.GetConstantValue(path, cancellation).Value is string library && NativeCalls.IsForHandlers(function, library));

        bool IsOfLoader(InvocationExpressionSyntax call, string member) =>
            model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { ContainingType.Name: "NativeLibrary" } method && method.Name == member;
    }

    /// <summary>Whether all that is passed is a pointer or a whole number of 32 or 64 bits, which every calling convention passes alike.</summary>
    public static bool IsPassedAlike(IMethodSymbol signature) =>
        signature is { RefKind: RefKind.None } && (signature.ReturnsVoid || IsPassedAlike(signature.ReturnType))
        && signature.Parameters.All(static parameter => parameter.RefKind == RefKind.None && IsPassedAlike(parameter.Type));

    /// <inheritdoc cref="IsPassedAlike(IMethodSymbol)"/>
    public static bool IsPassedAlike(ITypeSymbol type) =>
        type is IPointerTypeSymbol
        || (type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? underlying : type).SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32
            or SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    /// <summary>Whether everything in the solution that uses the field is what the caller allows, and nobody else can reach it.</summary>
    public static async Task<bool> IsOnlyUsedAsync(
        Solution solution, IFieldSymbol field, Func<ExpressionSyntax, bool> isAllowed, CancellationToken cancellation)
    {
        if (field.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal)
            && field.ContainingType.DeclaredAccessibility is not (Accessibility.Private or Accessibility.Internal))
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

            if (!isAllowed(use.Parent is MemberAccessExpressionSyntax access && access.Name == use ? access : use))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Without casts and parentheses.</summary>
    public static ExpressionSyntax Bare(ExpressionSyntax value) => value switch
    {
        CastExpressionSyntax cast => Bare(cast.Expression),
        ParenthesizedExpressionSyntax parenthesized => Bare(parenthesized.Expression),
        _ => value,
    };
}
