using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.Analyzers;

/// <summary>What one file says by itself.</summary>
internal sealed class FileWords(bool isOfInterest, bool mayPromise, bool namesSignals, ImmutableArray<string> names, ImmutableArray<SyntaxNode> handlers)
{
    // An editor makes a compilation for every key that is struck; all its files but one are those of the compilation before.
    private static readonly ConditionalWeakTable<SyntaxTree, FileWords> s_files = new();

    private static readonly WordSet s_signals = new(Registrations.SignalWords);

    // A handler's second parameter is 'in'; the others are names of the library's, ids of rules, and functions of signals.
    private static readonly FirstCharacters s_firsts = new(Registrations.SignalWords.Concat(["Interrupt", "AsyncSignal", "SoftwareInterrupt", "FileInterrupt", "CounterInterrupt", "TopHalf", "TH", "in"]));

    private static readonly FileWords s_none = new(isOfInterest: false, mayPromise: false, namesSignals: false, ImmutableArray<string>.Empty, ImmutableArray<SyntaxNode>.Empty);

    public bool IsOfInterest { get; } = isOfInterest;

    /// <summary>Whether a member that can be overridden or implemented may be marked as safe.</summary>
    public bool MayPromise { get; } = mayPromise;

    /// <summary>Whether it names a function of signals, or a part of one's parameters: only then it may install a handler past the library.</summary>
    public bool NamesSignals { get; } = namesSignals;

    /// <summary>Names that it gives to things that matter wherever they are mentioned.</summary>
    public ImmutableArray<string> Names { get; } = names;

    /// <summary>The functions in it that have a handler's parameters, whatever the types of these are.</summary>
    public ImmutableArray<SyntaxNode> Handlers { get; } = handlers;

    public static FileWords Of(SyntaxTree tree, CancellationToken cancellation)
    {
        if (s_files.TryGetValue(tree, out FileWords? known))
        {
            return known;
        }

        bool isOfInterest = Words.Any(tree.GetText(cancellation), s_firsts, static (word, before) => MattersAlone(word, before));
        FileWords words = isOfInterest ? In(tree.GetRoot(cancellation), Words.Any(tree.GetText(cancellation), s_firsts, static (word, _) => s_signals.Contains(word))) : s_none;
        return s_files.GetValue(tree, _ => words);
    }

    // A handler's second parameter is 'in', whatever the names of the types are: behind a comma or an attribute, which no other 'in' is.
    private static bool MattersAlone(ReadOnlySpan<char> word, char before) =>
        IsOfLibrary(word) || IsRuleId(word) || s_signals.Contains(word) || (before is ',' or ']' && word.SequenceEqual("in".AsSpan()));

    private static bool IsOfLibrary(ReadOnlySpan<char> word) => char.IsUpper(word[0]) &&
        (word.StartsWith("Interrupt".AsSpan(), StringComparison.Ordinal) || word.StartsWith("AsyncSignal".AsSpan(), StringComparison.Ordinal)
            || word.StartsWith("SoftwareInterrupt".AsSpan(), StringComparison.Ordinal)
            || word.StartsWith("FileInterrupt".AsSpan(), StringComparison.Ordinal) || word.StartsWith("CounterInterrupt".AsSpan(), StringComparison.Ordinal)
            || word.SequenceEqual("TopHalf".AsSpan()));

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

    private static FileWords In(SyntaxNode root, bool namesSignals)
    {
        bool mayPromise = false;
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<SyntaxNode>.Builder handlers = ImmutableArray.CreateBuilder<SyntaxNode>();
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            if (node is MethodDeclarationSyntax { ParameterList: { } ofMethod } && AreOfHandler(ofMethod)
                || node is LocalFunctionStatementSyntax { ParameterList: { } ofLocal } && AreOfHandler(ofLocal))
            {
                handlers.Add(node);
            }

            switch (node)
            {
                case MethodDeclarationSyntax method when Matters(method.ReturnType, method.ParameterList, method.AttributeLists) || (namesSignals && MayBlock(method)):
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

        return new(isOfInterest: true, mayPromise, namesSignals, names.ToImmutable(), handlers.ToImmutable());
    }

    private static bool AreOfHandler(ParameterListSyntax parameters) =>
        parameters.Parameters is [{ } state, { } context] && state.Modifiers.Any(SyntaxKind.RefKeyword) && context.Modifiers.Any(SyntaxKind.InKeyword);

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

    // May block what it is given: whoever calls it is asked what that is.
    private static bool MayBlock(MethodDeclarationSyntax method) => method.ParameterList.Parameters.Count > 0 && (method.Body ?? (SyntaxNode?)method.ExpressionBody) is { } body
        && Words.Any(body.ToString(), s_firsts, static (word, _) => s_signals.Contains(word));

    private static bool Mentions(SyntaxNode node) => Words.Any(node.ToString(), s_firsts, static (word, _) => IsOfLibrary(word) || s_signals.Contains(word));
}
