using System.Collections.Immutable;
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
    private static readonly Option<int> s_stackBudget = new("tophalf_stack_budget", 4096, "4096", "a whole number of bytes, at least 1", static text => Number(text, least: 1));

    // The first member of a chain is what the handler calls, and the last has the effect.
    private static readonly Option<int> s_chainLength = new(
        "tophalf_chain_length", int.MaxValue, "no limit", "a whole number of members, at least 2", static text => Number(text, least: 2));

    // The compiler takes a severity of its own for a finding, and a configured severity of the rule, or warnings as errors, still go before it.
    private static readonly Option<ReportDiagnostic> s_treatInfo = new(
        "tophalf_treat_info", ReportDiagnostic.Info, "suggestion", "suggestion, warning, error or none", static text => text.Trim().ToUpperInvariant() switch
        {
            "SUGGESTION" => ReportDiagnostic.Info,
            "WARNING" => ReportDiagnostic.Warn,
            "ERROR" => ReportDiagnostic.Error,
            "NONE" => ReportDiagnostic.Suppress,
            _ => null,
        });

    private static readonly IOption[] s_options = [s_stackBudget, s_chainLength, s_treatInfo];

    /// <summary>One option, for what is said about all.</summary>
    private interface IOption
    {
        string Name { get; }

        /// <summary>The default, in words.</summary>
        string DefaultText { get; }

        /// <summary>What the value may be, in words.</summary>
        string Form { get; }

        bool CanBe(string text);
    }

    /// <summary>The bytes that a handler and what it calls may have, as registration is told (<c>StackBudget</c>).</summary>
    public int StackBudget(SyntaxTree? tree) => Value(s_stackBudget, tree);

    /// <summary>How many members of a chain of calls a message names.</summary>
    public int ChainLength(SyntaxTree? tree) => Value(s_chainLength, tree);

    /// <summary>The severity of a finding, or null if nothing is to be said: that of the rule, and for advice what the option says.</summary>
    public DiagnosticSeverity? Severity(Rule rule, SyntaxTree? tree) => rule.Descriptor.DefaultSeverity != RuleLevel.Advice ? rule.Descriptor.DefaultSeverity
        : Value(s_treatInfo, tree) switch
        {
            ReportDiagnostic.Error => DiagnosticSeverity.Error,
            ReportDiagnostic.Warn => DiagnosticSeverity.Warning,
            ReportDiagnostic.Suppress => null,
            _ => RuleLevel.Advice,
        };

    /// <summary>Reports values that cannot be used, each in the first file that it is for: options have no place of their own.</summary>
    public void Inspect(SyntaxTree tree, Compilation compilation, Action<Diagnostic> report)
    {
        foreach (IOption option in s_options)
        {
            if (Text(option, tree) is { } text && !option.CanBe(text) && compilation.SyntaxTrees.First(other => Text(option, other) == text) == tree)
            {
                report(Diagnostic.Create(
                    TH0010_MalformedOption.Instance.Descriptor, Location.Create(tree, new TextSpan(0, 0)),
                    ImmutableDictionary<string, string?>.Empty.Add(RuleProperties.Option, option.Name).Add(RuleProperties.Value, text), option.Name, text, option.DefaultText, option.Form));
            }
        }
    }

    private static int? Number(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least ? value : null;

    private T Value<T>(Option<T> option, SyntaxTree? tree)
        where T : struct => (tree is not null && Text(option, tree) is { } text ? option.Read(text) : null) ?? option.Default;

    private string? Text(IOption option, SyntaxTree tree) =>
        provider.GetOptions(tree).TryGetValue(option.Name, out string? text) || provider.GlobalOptions.TryGetValue(option.Name, out text) ? text : null;

    private sealed class Option<T>(string name, T fallback, string defaultText, string form, Func<string, T?> read) : IOption
        where T : struct
    {
        public string Name { get; } = name;

        public T Default { get; } = fallback;

        public string DefaultText { get; } = defaultText;

        public string Form { get; } = form;

        public T? Read(string text) => read(text);

        public bool CanBe(string text) => read(text) is not null;
    }
}
