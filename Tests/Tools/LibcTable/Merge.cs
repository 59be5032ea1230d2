using System.Text;

namespace TopHalf.LibcTable;

/// <summary>Puts together what POSIX, glibc's manual and our notes say of each function.</summary>
internal static class Merge
{
    private const string Header =
        """
        # Generated: which functions of the C library are async-signal-safe. Do not edit; run
        #   dotnet run --project Tests/Tools/LibcTable
        # Provenance: POSIX.1-2017's list, with _Fork of POSIX.1-2024 (man-pages 6.03, signal-safety(7)); the safety notes of glibc's manual (04e750e75b, 2026-01-20);
        # notes written by hand on what waits and what to do instead. They are in Tests/Tools/LibcTable/Sources, and say how they merge.
        # name | whose word | why it is unsafe | why it waits | what to do instead
        # Whose word: both (safe by POSIX and glibc), posix, glibc, here (safe by one list, or by our notes); disputed (on POSIX's list, unsafe in glibc);
        # refused (unsafe in glibc, not on POSIX's list), unlisted (on no list, or unsafe by our notes). What is not here is unlisted, too.

        """;

    public static string Of(IEnumerable<string> posix, IEnumerable<string> glibc, IEnumerable<string> notes)
    {
        SortedDictionary<string, Function> functions = new(StringComparer.Ordinal);
        foreach (string[] columns in posix.Select(line => line.Split("\t# ")))
        {
            Get(columns[0]).Posix(columns.Length > 1 ? columns[1] : "");
        }

        foreach (string[] columns in glibc.Select(line => line.Split('\t')).Where(columns => !IsPlaceholder(columns[0])))
        {
            Get(columns[0]).Glibc(columns[1], columns[2]);
        }

        foreach (string[] columns in notes.Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            foreach (string name in columns[0].Split(' ').SelectMany(Names))
            {
                Get(name).Note(columns[1], columns[2], columns[3]);
            }
        }

        StringBuilder text = new(Header);
        foreach ((string name, Function function) in functions)
        {
            text.Append(name).Append('|').AppendJoin('|', function.Columns).Append('\n');
        }

        return text.ToString();

        Function Get(string name) => functions.TryGetValue(name, out Function? known) ? known : functions[name] = new Function(name);

        IEnumerable<string> Names(string pattern) => pattern.EndsWith('*')
            ? [.. functions.Keys.Where(name => name.StartsWith(pattern[..^1], StringComparison.Ordinal))] : [pattern];
    }

    // The manual's way to write the functions of every floating-point type at once, as in acosfNx.
    private static bool IsPlaceholder(string name) =>
        name.Contains("fN", StringComparison.Ordinal) || name.StartsWith("fM", StringComparison.Ordinal);
}
