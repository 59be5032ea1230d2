using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace TopHalf.Testing;

/// <summary>A test's sources without markup, and the diagnostics that the markup and the test expect of them.</summary>
/// <param name="Files">What is compiled.</param>
/// <param name="FromMarkup">One for each span that names a diagnostic.</param>
/// <param name="Explicit">Those of <see cref="TestState.ExpectedDiagnostics"/>, with their markup keys resolved.</param>
internal sealed record Expectations(
    ImmutableArray<TestFile> Files, ImmutableArray<DiagnosticResult> FromMarkup, ImmutableArray<DiagnosticResult> Explicit)
{
    public IEnumerable<DiagnosticResult> All => FromMarkup.Concat(Explicit);

    public static Expectations Read(TestState state, ImmutableArray<DiagnosticAnalyzer> analyzers, MarkupOptions options)
    {
        List<TestFile> files = [];
        List<DiagnosticResult> expected = [];
        Dictionary<int, ExpectedLocation> numbered = [];
        foreach (TestFile source in state.Sources)
        {
            Markup markup = Markup.Parse(source.Text, options.HasFlag(MarkupOptions.TreatPositionIndicatorsAsCode));
            files.Add(source with { Text = markup.Text });
            foreach (MarkupSpan span in markup.Spans)
            {
                ExpectedLocation location = new(source.Path, span.Span);
                if (!span.IsLocation)
                {
                    expected.Add(Named(span.Name, analyzers, options).AtMarkup(location));
                }
                else if (!numbered.TryAdd(int.Parse(span.Name.AsSpan(1), CultureInfo.InvariantCulture), location))
                {
                    throw new ArgumentException($"The location {span.Name} is marked twice.");
                }
            }

            expected.AddRange(markup.Positions.Select(position =>
                Named(null, analyzers, options).AtMarkup(new ExpectedLocation(source.Path, new(position, 0), IgnoreLength: true))));
        }

        return new Expectations([.. files], [.. expected], [.. state.ExpectedDiagnostics.Select(result => result.Resolve(numbered))]);
    }

    /// <summary>The descriptor that <c>[|…|]</c> stands for.</summary>
    /// <exception cref="InvalidOperationException">The first analyzer has none, or several and the options do not say to take the first.</exception>
    public static DiagnosticDescriptor Default(ImmutableArray<DiagnosticAnalyzer> analyzers, MarkupOptions options)
    {
        ImmutableArray<DiagnosticDescriptor> supported = analyzers.IsEmpty ? [] : analyzers[0].SupportedDiagnostics;
        return supported.Length == 1 || (supported.Length > 1 && options.HasFlag(MarkupOptions.UseFirstDescriptor))
            ? supported[0]
            : throw new InvalidOperationException(
                $"'[|…|]' and '$$' need a first analyzer with exactly one descriptor, not {supported.Length}: name the id, {{|TH0000:…|}}.");
    }

    private static DiagnosticResult Named(string? id, ImmutableArray<DiagnosticAnalyzer> analyzers, MarkupOptions options) =>
        id is null
            ? new DiagnosticResult(Default(analyzers, options))
            : analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).FirstOrDefault(descriptor => descriptor.Id == id) is { } known
                ? new DiagnosticResult(known)
                : DiagnosticResult.CompilerError(id);
}
