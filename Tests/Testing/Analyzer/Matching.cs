using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace TopHalf.Testing;

/// <summary>Pairs expected with reported diagnostics, one to one.</summary>
internal sealed record Matching(ImmutableArray<DiagnosticResult> Missing, ImmutableArray<Diagnostic> Surplus)
{
    public bool IsComplete => Missing.IsEmpty && Surplus.IsEmpty;

    // An expectation may fit several reports (markup does not look at the text), so a greedy choice could leave a pair unmatched
    // that another choice would match: augmenting paths find a largest matching.
    public static Matching Of(IEnumerable<DiagnosticResult> expected, IEnumerable<Diagnostic> reported)
    {
        DiagnosticResult[] wanted = [.. expected];
        Diagnostic[] actual = [.. reported];
        int[] takenBy = [.. Enumerable.Repeat(-1, actual.Length)];
        List<DiagnosticResult> missing = [];
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!TryPlace(i, new bool[actual.Length]))
            {
                missing.Add(wanted[i]);
            }
        }

        return new Matching([.. missing], [.. actual.Where((_, index) => takenBy[index] < 0)]);

        bool TryPlace(int result, bool[] visited)
        {
            for (int i = 0; i < actual.Length; i++)
            {
                if (!visited[i] && Difference(wanted[result], actual[i]) is null)
                {
                    visited[i] = true;
                    if (takenBy[i] < 0 || TryPlace(takenBy[i], visited))
                    {
                        takenBy[i] = result;
                        return true;
                    }
                }
            }

            return false;
        }
    }

    /// <summary>In what a reported diagnostic is not the expected one; <see langword="null"/> if it is.</summary>
    public static string? Difference(DiagnosticResult expected, Diagnostic actual)
    {
        if (expected.Id != actual.Id)
        {
            return $"the id is {actual.Id}";
        }

        if (expected.Locations.IsEmpty ? actual.Location.Kind != LocationKind.None : !expected.Locations[0].IsAt(actual.Location))
        {
            return $"it is at {Describe(actual.Location)}";
        }

        if (!expected.Options.HasFlag(DiagnosticOptions.IgnoreSeverity) && expected.Severity != actual.Severity)
        {
            return $"the severity is {actual.Severity}";
        }

        if (expected.Message is { } message && message != actual.GetMessage(CultureInfo.InvariantCulture))
        {
            return $"the message is\n    {actual.GetMessage(CultureInfo.InvariantCulture)}\n  and not\n    {message}\n ";
        }

        return expected.Options.HasFlag(DiagnosticOptions.IgnoreAdditionalLocations)
            || actual.AdditionalLocations.Count == Math.Max(0, expected.Locations.Length - 1)
                && actual.AdditionalLocations.Zip(expected.Locations.Skip(1)).All(pair => pair.Second.IsAt(pair.First))
            ? null
            : $"the additional locations are [{string.Join(", ", actual.AdditionalLocations.Select(Describe))}]";
    }

    public static string Describe(Location location)
    {
        if (location.Kind == LocationKind.None)
        {
            return "no location";
        }

        FileLinePositionSpan span = location.GetLineSpan();
        string code = location.SourceTree is { } tree ? $" '{FirstLine(tree.GetText().ToString(location.SourceSpan))}'" : "";
        return $"{location.FilePath()}({span.StartLinePosition.Line + 1},{span.StartLinePosition.Character + 1}){code}";
    }

    public static string FirstLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and int end ? text[..end] + " …" : text;
}
