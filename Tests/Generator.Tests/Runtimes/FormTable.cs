using TopHalf.Generator.Tests.Generation;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>
/// Forms of handlers, one a line, with what .NET 8, 9 and 10 make of them. First whether the machine code is clean, for each runtime: + or -. Then what the analyzer
/// says of it, for each version that it may be built for, if it is to run on that one and all after it: + passed, - reported and not clean, ! reported although clean,
/// ? passed although not clean.
/// </summary>
internal static class FormTable
{
    // Passed although not clean, and reported although clean.
    private const char Miss = '?';
    private const char FalseAlarm = '!';

    private const int Columns = 9;

    private static readonly (string Short, string Long)[] s_words =
    [
        ("$KNOWN", "System.Span<int> s = new(state.Ints, State.Elements);"),
        ("$TABLE", "System.Span<byte> s = new(state.Bytes, 256);"),
        ("$MANY", string.Concat(Enumerable.Range(0, 70).Select(static n => $"if (state.I32 < {(n * 7) + 3}) state.J32 += {n}; "))),
        ("$DENSE", string.Concat(Enumerable.Repeat($"switch (state.I32 & 7) {{ {string.Concat(Enumerable.Range(0, 8).Select(static n => $"case {n}: state.J32 += {n + 1}; break; "))}}} ", 12))),
        ("$SPARSE", string.Concat(Enumerable.Repeat($"switch (state.I32) {{ {string.Concat(Enumerable.Range(0, 8).Select(static n => $"case {(n * 1000) + 7}: state.J32 += {n + 1}; break; "))}}} ", 12))),
        ("$UNKNOWN", "int n = state.I32; if (n < 0) return; System.Span<int> s = new(state.Ints, n);"),
    ];

    private static readonly char[] s_verdicts = ['+', '-', FalseAlarm, Miss];

    /// <summary>The lines as they have to be. Comments and empty lines stay.</summary>
    public static IEnumerable<string> Judge(IReadOnlyList<string> lines, string members)
    {
        var batch = new Batch(Seed: 1, [.. lines.Select(static (line, i) => (Body: FormOf(line), i)).Where(static l => l.Body is not null)
            .Select(l => HandWritten.Handler(l.i, Written(l.Body!), members))]);
        ILookup<int, RuntimeVerdict> verdicts = RuntimeVerdicts.Of(batch);
        return lines.Select((line, i) => FormOf(line) is { } form ? $"{Code(verdicts[i])} {Source(verdicts[i])}  {form}" : line);
    }

    /// <summary>Whether a line says of any version that its form is passed and not clean.</summary>
    public static bool IsMiss(string line) => FormOf(line) is not null && line[..Columns].Contains(Miss, StringComparison.Ordinal);

    private static string Written(string form) => s_words.Aggregate(form, static (text, word) => text.Replace(word.Short, word.Long, StringComparison.Ordinal));

    private static string? FormOf(string line) => line.Length == 0 || line[0] == '#' ? null
        : line.Length > Columns && line[3] == ' ' && line[..3].All(s_verdicts.Contains) ? line[Columns..] : line.Trim();

    // What is built for .NET 8 runs on all of them.
    private static string Code(IEnumerable<RuntimeVerdict> verdicts) => string.Concat(
        Target.All.Select(runtime => verdicts.SelectMany(static v => v.Code).FirstOrDefault(c => c.Runtime == runtime) is { Finding: { } finding } ? finding.Rules.Count == 0 ? '+' : '-' : ' '));

    private static string Source(IEnumerable<RuntimeVerdict> verdicts) => string.Concat(
        Target.All.Select(target => verdicts.FirstOrDefault(v => v.Target == target) is { } verdict
            ? verdict.Source.Passes ? verdict.IsClean ? '+' : Miss : verdict.IsClean ? FalseAlarm : '-' : ' '));
}
