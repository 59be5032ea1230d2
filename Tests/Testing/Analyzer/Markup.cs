using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.Testing;

/// <summary>A span that the markup of a test source names.</summary>
/// <param name="Name"><see langword="null"/> for <c>[|…|]</c>, <c>#n</c> for <c>{|#n:…|}</c>, otherwise a diagnostic id.</param>
/// <param name="Span">Where, in the source without markup.</param>
internal readonly record struct MarkupSpan(string? Name, TextSpan Span)
{
    /// <summary>Whether the span is a numbered location, and not itself an expected diagnostic.</summary>
    public bool IsLocation => Name is ['#', ..];
}

/// <summary>A test source, split into what the compiler sees and what the test expects.</summary>
internal sealed partial class Markup
{
    private Markup(string text, ImmutableArray<MarkupSpan> spans, ImmutableArray<int> positions)
    {
        Text = text;
        Spans = spans;
        Positions = positions;
    }

    /// <summary>The source without markup.</summary>
    public string Text { get; }

    /// <summary>All spans, by start, an outer one before the inner ones.</summary>
    public ImmutableArray<MarkupSpan> Spans { get; }

    /// <summary>Where <c>$$</c> stood.</summary>
    public ImmutableArray<int> Positions { get; }

    // `[|]` and `[|}` come first: within an open span they are a bracket of the code followed by the end of the span, as in `x[|y[|]`.
    [GeneratedRegex(@"(?<bracket>\[)(?<end>\|[\]}])|(?<open>\[\||\{\|(?<name>[^:|\[\]{}]+):)|(?<close>\|(?<number>\#\d+)?[\]}])|(?<position>\$\$)")]
    private static partial Regex Tag { get; }

    /// <summary>Splits a marked-up source.</summary>
    /// <exception cref="ArgumentException">A tag has no counterpart, or ends a span of the other kind.</exception>
    public static Markup Parse(string source, bool positionsAreCode = false)
    {
        StringBuilder text = new();
        List<(string? Name, int Start, int Order)> open = [];
        List<(MarkupSpan Span, int Order)> spans = [];
        List<int> positions = [];
        int order = 0;
        int done = 0;
        for (Match tag = Tag.Match(source); tag.Success; tag = Tag.Match(source, done))
        {
            text.Append(source, done, tag.Index - done);
            done = tag.Index + tag.Length;
            if (tag.Groups["position"].Success)
            {
                if (positionsAreCode)
                {
                    text.Append(tag.Value);
                }
                else
                {
                    positions.Add(text.Length);
                }
            }
            else if (tag.Groups["open"].Success)
            {
                open.Add((tag.Groups["name"].Success ? tag.Groups["name"].Value : null, text.Length, order++));
            }
            else if (tag.Groups["bracket"].Success && open.Count == 0)
            {
                open.Add((null, text.Length, order++));
                done = tag.Index + 2;
            }
            else
            {
                text.Append(tag.Groups["bracket"].Value);
                int closed = IndexOfClosed(open, tag);
                if (closed < 0)
                {
                    throw new ArgumentException($"The markup '{tag.Value}' at {tag.Index} ends no open span:\n{source}", nameof(source));
                }

                (string? name, int start, int openedAs) = open[closed];
                open.RemoveAt(closed);
                spans.Add((new MarkupSpan(name, TextSpan.FromBounds(start, text.Length)), openedAs));
            }
        }

        text.Append(source, done, source.Length - done);
        if (open.Count != 0)
        {
            throw new ArgumentException($"The markup span '{open[^1].Name ?? "[|"}' is never ended:\n{source}", nameof(source));
        }

        return new Markup(text.ToString(), [.. spans.OrderBy(span => span.Order).Select(span => span.Span)], [.. positions]);
    }

    /// <summary>Writes spans into a source, so that <see cref="Parse"/> finds them again; spans that cross are numbered.</summary>
    public static string Render(string text, IEnumerable<MarkupSpan> spans)
    {
        List<MarkupSpan> ordered = [.. spans.OrderBy(span => span.Span.Start).ThenByDescending(span => span.Span.End)];
        int number = ordered.Where(span => span.IsLocation).Select(span => int.Parse(span.Name.AsSpan(1), CultureInfo.InvariantCulture) + 1)
            .DefaultIfEmpty().Max();
        for (int i = 0; i < ordered.Count; i++)
        {
            if (!ordered[i].IsLocation && ordered.Exists(other => Cross(ordered[i].Span, other.Span)))
            {
                ordered[i] = ordered[i] with { Name = $"#{number++}" };
            }
        }

        // An empty span is opened and closed at one place, after the spans that end there and before those that begin there.
        List<(int Position, int Kind, int Order, string Tag)> tags = [];
        for (int i = 0; i < ordered.Count; i++)
        {
            (string? name, TextSpan span) = ordered[i];
            string end = name is null ? "|]" : ordered[i].IsLocation ? $"|{name}}}" : "|}";
            string start = name is null ? "[|" : $"{{|{name}:";
            if (span.IsEmpty)
            {
                tags.Add((span.Start, 1, i, start + end));
            }
            else
            {
                tags.Add((span.Start, 2, i, start));
                tags.Add((span.End, 0, -i, end));
            }
        }

        StringBuilder marked = new(text);
        foreach ((int position, _, _, string tag) in tags.OrderByDescending(tag => (tag.Position, tag.Kind, tag.Order)))
        {
            marked.Insert(position, tag);
        }

        return marked.ToString();
    }

    private static int IndexOfClosed(List<(string? Name, int Start, int Order)> open, Match tag)
    {
        if (tag.Groups["number"].Success)
        {
            return tag.Value.EndsWith(']') ? -1 : open.FindLastIndex(span => span.Name == tag.Groups["number"].Value);
        }

        bool endsNamed = tag.Value.EndsWith('}');
        return open.Count != 0 && open[^1].Name is not null == endsNamed ? open.Count - 1 : -1;
    }

    private static bool Cross(TextSpan a, TextSpan b) =>
        (a.Start < b.Start && b.Start < a.End && a.End < b.End) || (b.Start < a.Start && a.Start < b.End && b.End < a.End);
}
