using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>A test expected something else of the analyzer or the fix.</summary>
public sealed class VerifierException(string message) : Exception(message);

/// <summary>What a failed test shows: the differences, the source with underlines, and a marked-up source to paste.</summary>
internal static class FailureText
{
    public static string Of(string what, Matching matching, IEnumerable<Diagnostic> reported, IEnumerable<TestFile> files)
    {
        Diagnostic[] all = [.. reported];
        TestFile[] sources = [.. files];
        StringBuilder text = new();
        text.AppendLine(what);
        foreach (DiagnosticResult missing in matching.Missing)
        {
            text.AppendLine().Append("Expected, not reported: ").AppendLine(Describe(missing, sources));
            foreach (Diagnostic near in matching.Surplus.Where(diagnostic => diagnostic.Id == missing.Id))
            {
                text.Append("  like one that was reported, but ").AppendLine(Matching.Difference(missing, near));
            }
        }

        foreach (Diagnostic surplus in matching.Surplus)
        {
            text.AppendLine().Append("Reported, not expected: ").AppendLine(Describe(surplus));
        }

        text.AppendLine().AppendLine("What was reported:").AppendLine(Annotate(sources, all));
        text.AppendLine("The same as markup, to paste if it is right:").AppendLine(MarkUp(sources, all));
        return text.ToString();
    }

    /// <summary>The sources with a line of underlines below each line that has diagnostics.</summary>
    public static string Annotate(IEnumerable<TestFile> files, IReadOnlyCollection<Diagnostic> diagnostics)
    {
        StringBuilder text = new();
        foreach (TestFile file in files)
        {
            text.Append("// ").AppendLine(file.Path);
            foreach (TextLine line in SourceText.From(file.Text).Lines)
            {
                text.AppendLine(line.ToString());
                foreach (Diagnostic diagnostic in diagnostics.Where(diagnostic =>
                    diagnostic.Location.FilePath() == file.Path && diagnostic.Location.SourceSpan.Start is int start
                    && line.Start <= start && start <= line.End && (start < line.EndIncludingLineBreak || line.End == line.EndIncludingLineBreak)))
                {
                    TextSpan span = diagnostic.Location.SourceSpan;
                    int length = Math.Max(1, Math.Min(span.End, line.End) - span.Start);
                    text.Append(' ', span.Start - line.Start).Append('^', length).Append(span.End > line.EndIncludingLineBreak ? "… " : " ")
                        .Append(diagnostic.Id).Append(": ").AppendLine(diagnostic.GetMessage(CultureInfo.InvariantCulture));
                }
            }
        }

        foreach (Diagnostic diagnostic in diagnostics.Where(diagnostic => diagnostic.Location.Kind == LocationKind.None))
        {
            text.AppendLine(Describe(diagnostic));
        }

        return text.ToString();
    }

    private static string MarkUp(IEnumerable<TestFile> files, IReadOnlyCollection<Diagnostic> diagnostics)
    {
        StringBuilder text = new();
        foreach (TestFile file in files)
        {
            text.Append("// ").AppendLine(file.Path).AppendLine(Markup.Render(
                file.Text,
                diagnostics.Where(diagnostic => diagnostic.Location.FilePath() == file.Path)
                    .Select(diagnostic => new MarkupSpan(diagnostic.Id, diagnostic.Location.SourceSpan))));
        }

        return text.ToString();
    }

    private static string Describe(Diagnostic diagnostic) =>
        $"{diagnostic.Severity} {diagnostic.Id} at {Matching.Describe(diagnostic.Location)}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"
        // An analyzer's exception says where it was thrown in the description only.
        + (diagnostic.Id == "AD0001" ? "\n" + diagnostic.Descriptor.Description.ToString(CultureInfo.InvariantCulture) : "");

    private static string Describe(DiagnosticResult expected, TestFile[] files)
    {
        string place = "no location";
        if (!expected.Locations.IsEmpty)
        {
            ExpectedLocation location = expected.Locations[0];
            SourceText source = SourceText.From(Array.Find(files, file => file.Path == location.Path).Text);
            LinePosition start = source.Lines.GetLinePosition(location.Span.Start);
            place = $"{location.Path}({start.Line + 1},{start.Character + 1}) '{Matching.FirstLine(source.ToString(location.Span))}'";
        }

        return $"{(expected.Options.HasFlag(DiagnosticOptions.IgnoreSeverity) ? "" : expected.Severity + " ")}{expected.Id} at {place}"
            + (expected.Message is { } message ? ": " + message : "");
    }
}
