using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Removes an option whose value cannot be read from the .editorconfig or .globalconfig: the default holds, with it or without.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0010_RemoveOptionFix))]
[Shared]
public sealed class TH0010_RemoveOptionFix : TextCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0010.RemoveOption";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.MalformedOption];

    private protected override string FixAllTitle => "Remove options that cannot be read";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<TextEdit?> PlanAsync(Project project, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (!diagnostic.Properties.TryGetValue(RuleProperties.Option, out string? option) || option is null
            || !diagnostic.Properties.TryGetValue(RuleProperties.Value, out string? value) || value is null)
        {
            return null;
        }

        // Where several files say it, each is removed by a fix of its own: what one overrules would hold without it.
        foreach (AnalyzerConfigDocument file in project.AnalyzerConfigDocuments)
        {
            SourceText text = await file.GetTextAsync(cancellationToken).ConfigureAwait(false);
            ImmutableArray<TextChange> lines = [.. text.Lines.Where(line => Says(line.ToString(), option, value)).Select(TextEdit.Without)];
            if (!lines.IsEmpty && file.FilePath is { } path)
            {
                return new TextEdit($"Remove '{option} = {value}'", project.Id, path, file, lines);
            }
        }

        return null;
    }

    private static bool Says(string line, string option, string value)
    {
        int separator = line.IndexOfAny(['=', ':']);
        return separator > 0 && string.Equals(line.Substring(0, separator).Trim(), option, StringComparison.OrdinalIgnoreCase)
            && line.Substring(separator + 1).Split('#', ';')[0].Trim() == value.Trim();
    }
}
