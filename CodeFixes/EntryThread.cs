using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;

namespace TopHalf.CodeFixes;

/// <summary>Which code runs on the thread of the entry point and on no other: the entry point, and what nothing but such code calls.</summary>
internal sealed class EntryThread(Project project, CancellationToken cancellationToken)
{
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a place is in such code.</summary>
    public async Task<bool> HasAsync(SyntaxNode place, SemanticModel model)
    {
        SyntaxNode? function = Functions.Around(place);
        if (function is null)
        {
            // Behind an 'await' it may be another thread.
            return place.FirstAncestorOrSelf<GlobalStatementSyntax>() is { Parent: CompilationUnitSyntax unit }
                && !unit.Members.OfType<GlobalStatementSyntax>().SelectMany(static statement => statement.DescendantNodes()).Any(static node => node is AwaitExpressionSyntax);
        }

        if (function is not (MethodDeclarationSyntax or LocalFunctionStatementSyntax) || model.GetDeclaredSymbol(function, cancellationToken) is not IMethodSymbol { IsAsync: false } method
            || !(method.IsStatic || method.DeclaredAccessibility == Accessibility.Private || method.MethodKind == MethodKind.LocalFunction)
            || !method.GetAttributes().IsEmpty || function.DescendantNodes().Any(static node => node is YieldStatementSyntax))
        {
            return false;
        }

        if (!_seen.Add(method))
        {
            return true;
        }

        int calls = 0;
        foreach (ReferenceLocation reference in (await SymbolFinder.FindReferencesAsync(method, project.Solution, cancellationToken).ConfigureAwait(false)).SelectMany(static found => found.Locations))
        {
            // A file of several projects is found in each.
            if (project.Documents.FirstOrDefault(document => document.Id == reference.Document.Id || document.FilePath == reference.Document.FilePath) is not { } document
                || await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
                || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } there
                || root.FindNode(reference.Location.SourceSpan) is not { } name || !IsCalled(name) || !await HasAsync(name, there).ConfigureAwait(false))
            {
                return false;
            }

            calls++;
        }

        return calls > 0 || SymbolEqualityComparer.Default.Equals(method, model.Compilation.GetEntryPoint(cancellationToken));
    }

    private static bool IsCalled(SyntaxNode name)
    {
        SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return whole.Parent is InvocationExpressionSyntax call && call.Expression == whole;
    }
}
