using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>The analyzer configuration and additional files of a test, read by the compiler's own parser so that they act as in a build.</summary>
internal sealed class AnalyzerConfiguration
{
    private readonly AnalyzerConfigSet _set;

    public AnalyzerConfiguration(TestState state)
    {
        _set = AnalyzerConfigSet.Create(state.AnalyzerConfigFiles.Select(file => AnalyzerConfig.Parse(file.Text, file.Path)).ToArray());
        TreeOptions = new SeverityProvider(_set);
        Options = new AnalyzerOptions(
            [.. state.AdditionalFiles.Select(file => new InMemoryText(file))],
            new OptionsProvider(_set));
    }

    /// <summary>What analyzers read.</summary>
    public AnalyzerOptions Options { get; }

    /// <summary>The severities of the configuration.</summary>
    public SyntaxTreeOptionsProvider TreeOptions { get; }

    private sealed class InMemoryText(TestFile file) : AdditionalText
    {
        public override string Path => file.Path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(file.Text);
    }

    private sealed class SeverityProvider(AnalyzerConfigSet set) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) =>
            set.GetOptionsForSourcePath(tree.FilePath).AnalyzerOptions.TryGetValue("generated_code", out string? value)
                ? value == "true" ? GeneratedKind.MarkedGenerated : GeneratedKind.NotGenerated
                : GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(
            SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            set.GetOptionsForSourcePath(tree.FilePath).TreeOptions.TryGetValue(diagnosticId, out severity);

        public override bool TryGetGlobalDiagnosticValue(
            string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            set.GlobalConfigOptions.TreeOptions.TryGetValue(diagnosticId, out severity);
    }

    private sealed class OptionsProvider(AnalyzerConfigSet set) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions => new Values(set.GlobalConfigOptions.AnalyzerOptions);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => ForPath(tree.FilePath);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => ForPath(textFile.Path);

        private Values ForPath(string path) =>
            new(set.GlobalConfigOptions.AnalyzerOptions.SetItems(set.GetOptionsForSourcePath(path).AnalyzerOptions));
    }

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override IEnumerable<string> Keys => values.Keys;

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
