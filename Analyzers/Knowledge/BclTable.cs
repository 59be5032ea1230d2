using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Knowledge;

/// <summary>
/// The generated table of the class library (BclApis.txt says by what, and how it is written). It is large and few of it are asked for, so
/// only the places of its types are noted at first, and a type's lines are read when one of its members is called.
/// </summary>
internal sealed class BclTable
{
    private readonly string _text;
    private readonly Dictionary<string, ApiEntry> _verdicts = new(StringComparer.Ordinal) { ["safe"] = new ApiEntry(null, "", null) };
    private readonly Dictionary<string, (int Start, int End)> _places = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, ApiEntry>> _types = new(StringComparer.Ordinal);

    private BclTable(string text) => _text = text;

    public static BclTable Parse(string text)
    {
        BclTable table = new(text);
        int line = 0;
        for (; line < text.Length && text[line] != '['; line = Next(text, line))
        {
            if (text[line] == '@')
            {
                table.AddVerdict(text.Substring(line + 1, End(text, line) - line - 1).Split('|'));
            }
        }

        while (line < text.Length)
        {
            int start = Next(text, line);
            int next = text.IndexOf("\n[", start, StringComparison.Ordinal);
            next = next < 0 ? text.Length : next + 1;
            table._places.Add(text.Substring(line + 1, End(text, line) - line - 2), (start, next));
            line = next;
        }

        return table;
    }

    /// <summary>What is known of a member, or null: then it is not known to be safe.</summary>
    /// <param name="symbol">An original definition.</param>
    /// <param name="id">Its documentation-comment id.</param>
    public ApiEntry? Find(ISymbol symbol, string id)
    {
        string? type = symbol.ContainingType?.OriginalDefinition.GetDocumentationCommentId()?.Substring(2);
        return type is not null && _places.TryGetValue(type, out (int Start, int End) place)
            && _types.GetOrAdd(type, _ => Read(place.Start, place.End)).TryGetValue(id.Substring(type.Length + 3), out ApiEntry? entry) ? entry : null;
    }

    private void AddVerdict(string[] columns)
    {
        Rule rule = RuleCatalog.Find(columns[1].Trim()) ?? throw new InvalidOperationException($"The table of the class library names no rule, but '{columns[1]}'.");
        _verdicts.Add(columns[0].Trim(), new ApiEntry(rule, columns[2].Trim(), columns[3].Trim()));
    }

    private Dictionary<string, ApiEntry> Read(int start, int end)
    {
        Dictionary<string, ApiEntry> members = new(StringComparer.Ordinal);
        ApiEntry? verdict = null;
        for (int line = start; line < end; line = Next(_text, line))
        {
            string content = _text.Substring(line, End(_text, line) - line);
            if (content[0] == '=')
            {
                verdict = _verdicts[content.Substring(1)];
            }
            else
            {
                members.Add(content, verdict ?? throw new InvalidOperationException($"'{content}' has no verdict."));
            }
        }

        return members;
    }

    private static int End(string text, int line) => text.IndexOf('\n', line);

    private static int Next(string text, int line) => End(text, line) + 1;
}
