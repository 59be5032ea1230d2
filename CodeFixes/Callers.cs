using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;

namespace TopHalf.CodeFixes;

/// <summary>Who calls a function, where that can be seen.</summary>
internal static class Callers
{
    /// <summary>
    /// The calls of a function that runs from its beginning to its end when it is called; <see langword="null"/> where it may be called in another way: by a delegate, as an
    /// override, by native code.
    /// </summary>
    public static async Task<ImmutableArray<(SyntaxNode Call, SemanticModel Model)>?> OfAsync(
        SyntaxNode function, SemanticModel model, Project project, CancellationToken cancellationToken)
    {
        if (function is not (MethodDeclarationSyntax or LocalFunctionStatementSyntax) || model.GetDeclaredSymbol(function, cancellationToken) is not IMethodSymbol { IsAsync: false } method
            || !(method.IsStatic || method.DeclaredAccessibility == Accessibility.Private || method.MethodKind == MethodKind.LocalFunction)
            || !method.GetAttributes().IsEmpty || function.DescendantNodes().Any(static node => node is YieldStatementSyntax))
        {
            return null;
        }

        ImmutableArray<(SyntaxNode, SemanticModel)>.Builder calls = ImmutableArray.CreateBuilder<(SyntaxNode, SemanticModel)>();
        foreach (ReferenceLocation reference in
            (await SymbolFinder.FindReferencesAsync(method, project.Solution, cancellationToken).ConfigureAwait(false)).SelectMany(static found => found.Locations))
        {
            // A file of several projects is found in each.
            if (project.Documents.FirstOrDefault(document => document.Id == reference.Document.Id || document.FilePath == reference.Document.FilePath) is not { } document
                || await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
                || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } there
                || root.FindNode(reference.Location.SourceSpan) is not { } name || !IsCalled(name))
            {
                return null;
            }

            calls.Add((name, there));
        }

        return calls.ToImmutable();
    }

    private static bool IsCalled(SyntaxNode name)
    {
        SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return whole.Parent is InvocationExpressionSyntax call && call.Expression == whole;
    }
}
