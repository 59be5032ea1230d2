using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Analyzers.Effects;
using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers;

/// <summary>Which methods run in handlers: those that have the parameters of one, those that are installed past the library, and what they call.</summary>
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
    internal static IEnumerable<(IMethodSymbol Handler, IMethodSymbol Member)> Of(Engine engine, CancellationToken cancellation) =>
        Of(Installed(engine, cancellation), engine, cancellation);

    /// <inheritdoc cref="Of(Engine, CancellationToken)"/>
    internal static IEnumerable<(IMethodSymbol Handler, IMethodSymbol Member)> Of(
        IEnumerable<(IMethodSymbol Handler, Location At, ISymbol In)> installed, Engine engine, CancellationToken cancellation) =>
        Declared(engine, cancellation).Concat(installed.Select(static each => each.Handler).Distinct<IMethodSymbol>(SymbolEqualityComparer.Default))
            .SelectMany(handler => engine.Closure(handler, cancellation).Select(member => (handler, member)));

    /// <summary>Those that are installed past the library, each time that one is, and the member that does.</summary>
    internal static IReadOnlyCollection<(IMethodSymbol Handler, Location At, ISymbol In)> Installed(Engine engine, CancellationToken cancellation)
    {
        List<(IMethodSymbol Handler, Location At, ISymbol In)> installed = [];
        foreach (SyntaxTree tree in engine.Compilation.SyntaxTrees.Where(tree => FileWords.Of(tree, cancellation).NamesSignals))
        {
            foreach ((IOperation operation, ISymbol member) in OrdinaryCode.In(engine.Model(tree), cancellation))
            {
                Registrations.FindInstalled(operation, member, engine, (method, at) => installed.AddRange(Registrations.Installations(operation, at).Select(place => (method, place, member))), cancellation);
            }
        }

        return [.. installed.Where(each => SymbolEqualityComparer.Default.Equals(each.Handler.ContainingAssembly, engine.Compilation.Assembly)).Distinct()];
    }

    private static IEnumerable<IMethodSymbol> Declared(Engine engine, CancellationToken cancellation)
    {
        foreach (SyntaxNode node in engine.Compilation.SyntaxTrees.SelectMany(tree => FileWords.Of(tree, cancellation).Handlers))
        {
            if (engine.Model(node.SyntaxTree).GetDeclaredSymbol(node, cancellation) is IMethodSymbol { Parameters: [_, { Type: { } context }] } handler && context.IsInterruptContext())
            {
                yield return handler;
            }
        }
    }
}
