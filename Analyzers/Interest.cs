using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Which files can matter to handlers, by their words alone: those that use the library, have a handler, name a function of signals, or mention what
/// such a file declares. The others, which are nearly all of a program, are not bound for the sake of the rules: that would cost a build more
/// than all rules together.
/// </summary>
/// <param name="compilation">The program.</param>
/// <param name="shared">The static fields that handlers touch.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class Interest(Compilation compilation, SharedState shared, CancellationToken cancellation)
{
    private readonly Names _names = new(
        compilation.SyntaxTrees.SelectMany(tree => FileWords.Of(tree, cancellation).Names).Concat(shared.FieldNames(cancellation)));

    private readonly ConcurrentDictionary<SyntaxTree, bool> _has = new();

    /// <summary>
    /// Whether a member may have to keep the promise of one that it overrides or implements: where nothing that can be overridden or implemented
    /// promises anything, nobody has to be asked. Of the library's own members none of those does.
    /// </summary>
    public bool MayPromise { get; } = compilation.SyntaxTrees.Any(tree => FileWords.Of(tree, cancellation).MayPromise)
        || compilation.SourceModule.ReferencedAssemblySymbols.Any(static assembly => assembly.Name != KnownSymbols.Library
            && assembly.Modules.Any(static module => module.ReferencedAssemblies.Any(static reference => reference.Name == KnownSymbols.Library)));

    /// <summary>Whether a file by itself can matter: whatever has a handler does.</summary>
    public static bool IsOwn(SyntaxTree tree, CancellationToken cancellation) => FileWords.Of(tree, cancellation).IsOfInterest;

    /// <summary>Whether anything in the file can matter.</summary>
    public bool Has(SyntaxTree tree, CancellationToken cancellation) =>
        IsOwn(tree, cancellation) || _has.GetOrAdd(tree, key => _names.AreIn(key, cancellation));

    /// <summary>Whether anything in the files that declare a symbol can matter.</summary>
    public bool Has(ISymbol symbol, CancellationToken cancellation)
    {
        foreach (Location location in symbol.Locations)
        {
            if (location.SourceTree is { } tree && Has(tree, cancellation))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names that matter wherever they are mentioned.</summary>
    private sealed class Names
    {
        private readonly WordSet _words;
        private readonly FirstCharacters _firsts;

        public Names(IEnumerable<string> names)
        {
            ImmutableArray<string> all = names.ToImmutableArray();
            _words = new(all);
            _firsts = new(all);
        }

        public bool AreIn(SyntaxTree tree, CancellationToken cancellation) =>
            !_words.IsEmpty && Words.Any(tree.GetText(cancellation), _firsts, (word, _) => _words.Contains(word));
    }
}
