using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers.Rules;

namespace TopHalf.Analyzers;

/// <summary>
/// The options that projects set in .editorconfig or .globalconfig, for some files or for all (Docs/options.md). A value that cannot be used is
/// reported (TH0010), and the default holds.
/// </summary>
internal sealed class Settings(AnalyzerConfigOptionsProvider provider)
{
    private static readonly Option s_stackBudget = new("tophalf_stack_budget", fallback: 4096, least: 1, "a whole number of bytes, at least 1");

    // The first member of a chain is what the handler calls, and the last has the effect.
    private static readonly Option s_chainLength = new("tophalf_chain_length", fallback: int.MaxValue, least: 2, "a whole number of members, at least 2");

    /// <summary>The bytes that a handler and what it calls may have, as registration is told (<c>StackBudget</c>).</summary>
    public int StackBudget(SyntaxTree? tree) => Value(s_stackBudget, tree);

    /// <summary>How many members of a chain of calls a message names.</summary>
    public int ChainLength(SyntaxTree? tree) => Value(s_chainLength, tree);

    /// <summary>Reports values that cannot be used, each in the first file that it is for: options have no place of their own.</summary>
    public void Inspect(SyntaxTree tree, Compilation compilation, Action<Diagnostic> report)
    {
        foreach (Option option in (Option[])[s_stackBudget, s_chainLength])
        {
            if (Text(option, tree) is { } text && option.Read(text) is null && compilation.SyntaxTrees.First(other => Text(option, other) == text) == tree)
            {
                report(Diagnostic.Create(
                    TH0010_MalformedOption.Instance.Descriptor, Location.Create(tree, new TextSpan(0, 0)), option.Name, text,
                    option.Default == int.MaxValue ? "no limit" : option.Default.ToString(CultureInfo.InvariantCulture), option.Form));
            }
        }
    }

    private int Value(Option option, SyntaxTree? tree) =>
        (tree is not null && Text(option, tree) is { } text ? option.Read(text) : null) ?? option.Default;

    private string? Text(Option option, SyntaxTree tree) =>
        provider.GetOptions(tree).TryGetValue(option.Name, out string? text) || provider.GlobalOptions.TryGetValue(option.Name, out text) ? text : null;

    private sealed class Option(string name, int fallback, int least, string form)
    {
        public string Name { get; } = name;

        public int Default { get; } = fallback;

        /// <summary>What the value may be, in words.</summary>
        public string Form { get; } = form;

        public int? Read(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least ? value : null;
    }
}
