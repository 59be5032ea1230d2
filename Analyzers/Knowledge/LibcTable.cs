namespace TopHalf.Analyzers.Knowledge;

/// <summary>The generated table of the C library (LibcApis.txt says by what, and how it is written). Read when a handler first calls native code.</summary>
internal static class LibcTable
{
    private static readonly Lazy<IReadOnlyDictionary<string, LibcFunction>> s_functions = new(static () => Parse(Resources.Text("LibcApis.txt")));

    /// <summary>What is known of a function of the C library; at the least that it is on no list.</summary>
    public static LibcFunction Find(string name) =>
        s_functions.Value.TryGetValue(name, out LibcFunction? function) ? function : LibcFunction.Unlisted(name);

    public static IReadOnlyDictionary<string, LibcFunction> Parse(string text)
    {
        Dictionary<string, LibcFunction> functions = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.Split('|') is not [{ } name, { } word, { } reason, { } wait, { } remedy])
            {
                throw new InvalidOperationException($"'{line}' is no line of the table of the C library.");
            }

            functions.Add(name, new LibcFunction(name, Word(word), reason, wait, remedy));
        }

        return functions;
    }

    private static LibcWord Word(string word) => word switch
    {
        "both" => LibcWord.Both,
        "posix" => LibcWord.Posix,
        "glibc" => LibcWord.Glibc,
        "here" => LibcWord.Here,
        "disputed" => LibcWord.Disputed,
        "refused" => LibcWord.Refused,
        "unlisted" => LibcWord.Unlisted,
        _ => throw new InvalidOperationException($"The table of the C library knows no '{word}'."),
    };
}
