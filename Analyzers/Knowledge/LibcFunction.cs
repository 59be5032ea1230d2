namespace TopHalf.Analyzers.Knowledge;

/// <summary>What the table of the C library says of a function.</summary>
internal sealed class LibcFunction(string name, LibcWord word, string reason, string wait, string remedy)
{
    /// <summary>A function of the C library that the table does not have.</summary>
    public static LibcFunction Unlisted(string name) => new(name, LibcWord.Unlisted, "", "", "");

    /// <summary>Whether it may be called in signal context, however long it takes.</summary>
    public bool IsSafe => word is LibcWord.Both or LibcWord.Posix or LibcWord.Glibc or LibcWord.Here;

    /// <summary>Whether it may wait, if it is safe.</summary>
    public bool Waits => wait.Length > 0;

    /// <summary>What to do instead, or null.</summary>
    public string? Remedy => remedy.Length == 0 ? null : remedy;

    /// <summary>The verdict, to follow the function's name and a comma: "which is async-signal-safe by POSIX and glibc".</summary>
    public string Verdict => word switch
    {
        LibcWord.Both => "which is async-signal-safe by POSIX and glibc" + Waiting,
        LibcWord.Posix => "which is async-signal-safe by POSIX" + Waiting,
        LibcWord.Glibc => "which is async-signal-safe by glibc" + Waiting,
        LibcWord.Here => "which is async-signal-safe in fact" + Waiting,
        LibcWord.Disputed => $"which is on POSIX's list of async-signal-safe functions, but unsafe in glibc{Because}",
        LibcWord.Refused => $"which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc{Because}",
        _ => $"which is on no list of async-signal-safe functions{Because}",
    };

    public string Name { get; } = name;

    private string Because => reason.Length == 0 ? "" : $" ({reason})";

    private string Waiting => Waits ? $", but may block ({wait})" : "";
}
