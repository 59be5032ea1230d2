using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers;

/// <summary>Which methods run in handlers: those that have the parameters of one, and what they call.</summary>
public static class HandlerMembers
{
    /// <summary>For the code fixes: all of a compilation.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="options">What the analyzer would be given.</param>
    /// <param name="cancellation">Cancels it.</param>
    public static ImmutableHashSet<ISymbol> Of(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        Engine engine = new(compilation, ApiTables.Create(options, cancellation), new Settings(options.AnalyzerConfigOptionsProvider));
        return Of(engine, cancellation).Select(static pair => (ISymbol)pair.Member.OriginalDefinition).ToImmutableHashSet(SymbolEqualityComparer.Default);
    }

    /// <summary>Each with the handler that it runs in, which is its own first.</summary>
    internal static IEnumerable<(IMethodSymbol Handler, IMethodSymbol Member)> Of(Engine engine, CancellationToken cancellation)
    {
        foreach (SyntaxNode node in engine.Compilation.SyntaxTrees.SelectMany(tree => FileWords.Of(tree, cancellation).Handlers))
        {
            if (engine.Model(node.SyntaxTree).GetDeclaredSymbol(node, cancellation) is not IMethodSymbol { Parameters: [_, { Type: { } context }] } handler
                || !context.IsInterruptContext())
            {
                continue;
            }

            foreach (IMethodSymbol member in engine.Closure(handler, cancellation))
            {
                yield return (handler, member);
            }
        }
    }
}
