using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Which code runs on the thread of the entry point and on no other: the entry point, and what nothing but such code calls.</summary>
internal sealed class EntryThread(Project project, CancellationToken cancellationToken)
{
    private readonly HashSet<SyntaxNode> _seen = [];

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

        if (await Callers.OfAsync(function, model, project, cancellationToken).ConfigureAwait(false) is not { } callers)
        {
            return false;
        }

        if (!_seen.Add(function))
        {
            return true;
        }

        foreach ((SyntaxNode call, SemanticModel there) in callers)
        {
            if (!await HasAsync(call, there).ConfigureAwait(false))
            {
                return false;
            }
        }

        return !callers.IsEmpty || SymbolEqualityComparer.Default.Equals(model.GetDeclaredSymbol(function, cancellationToken), model.Compilation.GetEntryPoint(cancellationToken));
    }
}
