using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Which files can matter to handlers, by their words alone: those that use the library, have a handler, name a function of signals, or mention what
/// such a file declares. The others, which are nearly all of a program, are not bound for the sake of the rules: that would cost a build more
/// than all rules together.
/// </summary>
/// <param name="compilation">The program.</param>
/// <param name="shared">The static fields that handlers touch.</param>
internal sealed class Interest(Compilation compilation, SharedState shared)
{
    // An editor makes a compilation for every key that is struck; all its files but one are those of the compilation before.
    private static readonly ConditionalWeakTable<SyntaxTree, FileWords> s_files = new();

    private static readonly WordSet s_signals = new(Registrations.SignalWords);

    // A handler's second parameter is 'in'; the others are names of the library's, ids of rules, and functions of signals.
    private static readonly FirstCharacters s_firsts = new(Registrations.SignalWords.Concat(["Interrupt", "AsyncSignal", "SoftwareInterrupt", "TopHalf", "TH", "in"]));

    private readonly ConcurrentDictionary<SyntaxTree, bool> _has = new();
    private Names? _names;
    private StrongBox<bool>? _mayPromise;

    /// <summary>Whether a file by itself can matter: whatever has a handler does.</summary>
    public static bool IsOwn(SyntaxTree tree, CancellationToken cancellation) => FileWords.Of(tree, cancellation).IsOfInterest;

    /// <summary>Whether anything in the file can matter.</summary>
    public bool Has(SyntaxTree tree, CancellationToken cancellation) =>
        IsOwn(tree, cancellation) || _has.GetOrAdd(tree, key => (_names ??= NamesIn(cancellation)).AreIn(key, cancellation));

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

    /// <summary>
    /// Whether a member may have to keep the promise of one that it overrides or implements: where nothing that can be overridden or implemented
    /// promises anything, nobody has to be asked. Of the library's own members none of those does.
    /// </summary>
    public bool MayPromise(CancellationToken cancellation) => (_mayPromise ??= new(
        compilation.SyntaxTrees.Any(tree => FileWords.Of(tree, cancellation).MayPromise)
            || compilation.SourceModule.ReferencedAssemblySymbols.Any(static assembly => assembly.Name != KnownSymbols.Library
                && assembly.Modules.Any(static module => module.ReferencedAssemblies.Any(static reference => reference.Name == KnownSymbols.Library))))).Value;

    // Two threads may find the same.
    private Names NamesIn(CancellationToken cancellation) => new(
        compilation.SyntaxTrees.SelectMany(tree => FileWords.Of(tree, cancellation).Names).Concat(shared.FieldNames(cancellation)));

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

    /// <summary>What one file says by itself.</summary>
    private sealed class FileWords(bool isOfInterest, bool mayPromise, ImmutableArray<string> names)
    {
        private static readonly FileWords s_none = new(isOfInterest: false, mayPromise: false, ImmutableArray<string>.Empty);

        public bool IsOfInterest { get; } = isOfInterest;

        /// <summary>Whether a member that can be overridden or implemented may be marked as safe.</summary>
        public bool MayPromise { get; } = mayPromise;

        /// <summary>Names that it gives to things that matter wherever they are mentioned.</summary>
        public ImmutableArray<string> Names { get; } = names;

        public static FileWords Of(SyntaxTree tree, CancellationToken cancellation)
        {
            if (s_files.TryGetValue(tree, out FileWords? known))
            {
                return known;
            }

            bool isOfInterest = Words.Any(tree.GetText(cancellation), s_firsts, static (word, before) => MattersAlone(word, before));
            FileWords words = isOfInterest ? In(tree.GetRoot(cancellation)) : s_none;
            return s_files.GetValue(tree, _ => words);
        }

        // A handler's second parameter is 'in', whatever the names of the types are: behind a comma or an attribute, which no other 'in' is.
        private static bool MattersAlone(ReadOnlySpan<char> word, char before) =>
            IsOfLibrary(word) || IsRuleId(word) || s_signals.Contains(word) || (before is ',' or ']' && word.SequenceEqual("in".AsSpan()));

        private static bool IsOfLibrary(ReadOnlySpan<char> word) =>
            word.StartsWith("Interrupt".AsSpan(), StringComparison.Ordinal) || word.StartsWith("AsyncSignal".AsSpan(), StringComparison.Ordinal)
                || word.StartsWith("SoftwareInterrupt".AsSpan(), StringComparison.Ordinal) || word.SequenceEqual("TopHalf".AsSpan());

        // TH1001: of a suppression.
        private static bool IsRuleId(ReadOnlySpan<char> word)
        {
            bool isId = word.Length == 6 && word[0] == 'T' && word[1] == 'H';
            for (int i = 2; isId && i < word.Length; i++)
            {
                isId = char.IsDigit(word[i]);
            }

            return isId;
        }

        private static FileWords In(SyntaxNode root)
        {
            bool mayPromise = false;
            ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
            foreach (SyntaxNode node in root.DescendantNodes())
            {
                switch (node)
                {
                    case MethodDeclarationSyntax method when Matters(method.ReturnType, method.ParameterList, method.AttributeLists):
                        names.Add(method.Identifier.ValueText);
                        break;
                    case LocalFunctionStatementSyntax local when Matters(local.ReturnType, local.ParameterList, local.AttributeLists):
                        names.Add(local.Identifier.ValueText);
                        break;
                    case UsingDirectiveSyntax { Alias: { } alias } directive when Mentions(directive):
                        names.Add(alias.Name.Identifier.ValueText);
                        mayPromise = true;
                        break;
                    case AttributeListSyntax list when !mayPromise && CanBeInherited(list.Parent) && Mentions(list):
                        mayPromise = true;
                        break;
                    case StructDeclarationSyntax structure when s_signals.Contains(structure.Identifier.ValueText.AsSpan()):
                        names.AddRange(structure.Members.OfType<FieldDeclarationSyntax>().SelectMany(static f => f.Declaration.Variables)
                            .Select(static v => v.Identifier.ValueText));
                        break;
                }
            }

            return new(isOfInterest: true, mayPromise, names.ToImmutable());
        }

        // By a member of its own or by an accessor of it.
        private static bool CanBeInherited(SyntaxNode? node) => node switch
        {
            AccessorDeclarationSyntax accessor => CanBeInherited(accessor.Parent?.Parent),
            MemberDeclarationSyntax member => member.Parent is InterfaceDeclarationSyntax
                || member.Modifiers.Any(static m => m.Kind() is SyntaxKind.VirtualKeyword or SyntaxKind.AbstractKeyword or SyntaxKind.OverrideKeyword),
            _ => false,
        };

        // A handler, by its parameters; what makes a source; a native function, by whatever name.
        private static bool Matters(TypeSyntax result, ParameterListSyntax parameters, SyntaxList<AttributeListSyntax> attributes) =>
            (parameters.Parameters is { Count: >= 2 } list && list[list.Count - 2].Modifiers.Any(SyntaxKind.RefKeyword)
                && list[list.Count - 1].Modifiers.Any(static m => m.Kind() is SyntaxKind.InKeyword or SyntaxKind.RefKeyword))
            || Mentions(result) || attributes.Any(static list => Mentions(list));

        private static bool Mentions(SyntaxNode node) => Words.Any(node.ToString(), s_firsts, static (word, _) => IsOfLibrary(word) || s_signals.Contains(word));
    }
}
