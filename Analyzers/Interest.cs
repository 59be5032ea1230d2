using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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

    private WordSet? _names;

    /// <summary>Whether a file by itself can matter: whatever has a handler does.</summary>
    public static bool IsOwn(SyntaxTree tree, CancellationToken cancellation) => FileWords.Of(tree, cancellation).IsOfInterest;

    /// <summary>Whether anything in the file can matter.</summary>
    public bool Has(SyntaxTree tree, CancellationToken cancellation)
    {
        if (IsOwn(tree, cancellation))
        {
            return true;
        }

        // Two threads may find the same.
        WordSet names = _names ??= NamesIn(cancellation);
        return !names.IsEmpty && Words.Any(tree.GetText(cancellation), (word, _) => names.Contains(word));
    }

    private WordSet NamesIn(CancellationToken cancellation) => new(
        compilation.SyntaxTrees.SelectMany(tree => FileWords.Of(tree, cancellation).Names).Concat(shared.FieldNames(cancellation)));

    /// <summary>What one file says by itself.</summary>
    private sealed class FileWords(bool isOfInterest, ImmutableArray<string> names)
    {
        public bool IsOfInterest { get; } = isOfInterest;

        /// <summary>Names that it gives to things that matter wherever they are mentioned.</summary>
        public ImmutableArray<string> Names { get; } = names;

        public static FileWords Of(SyntaxTree tree, CancellationToken cancellation)
        {
            if (s_files.TryGetValue(tree, out FileWords? known))
            {
                return known;
            }

            bool isOfInterest = Words.Any(tree.GetText(cancellation), static (word, before) => MattersAlone(word, before));
            FileWords words = new(isOfInterest, isOfInterest ? NamesIn(tree.GetRoot(cancellation)) : ImmutableArray<string>.Empty);
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

        private static ImmutableArray<string> NamesIn(SyntaxNode root)
        {
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
                        break;
                    case StructDeclarationSyntax structure when s_signals.Contains(structure.Identifier.ValueText.AsSpan()):
                        names.AddRange(structure.Members.OfType<FieldDeclarationSyntax>().SelectMany(static f => f.Declaration.Variables)
                            .Select(static v => v.Identifier.ValueText));
                        break;
                }
            }

            return names.ToImmutable();
        }

        // A handler, by its parameters; what makes a source; a native function, by whatever name.
        private static bool Matters(TypeSyntax result, ParameterListSyntax parameters, SyntaxList<AttributeListSyntax> attributes) =>
            (parameters.Parameters is { Count: >= 2 } list && list[list.Count - 2].Modifiers.Any(SyntaxKind.RefKeyword)
                && list[list.Count - 1].Modifiers.Any(static m => m.Kind() is SyntaxKind.InKeyword or SyntaxKind.RefKeyword))
            || Mentions(result) || attributes.Any(static list => Mentions(list));

        private static bool Mentions(SyntaxNode node) => Words.Any(node.ToString(), static (word, _) => IsOfLibrary(word) || s_signals.Contains(word));
    }
}
