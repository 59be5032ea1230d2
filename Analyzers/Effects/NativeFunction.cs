using TopHalf.Analyzers.Knowledge;

namespace TopHalf.Analyzers.Effects;

/// <summary>A function of native code, as far as the source shows it.</summary>
internal sealed class NativeFunction(string name, string? library)
{
    private const string Elsewhere =
        "List the pointer's field in TopHalf.SafeApis.txt if you know the function to be async-signal-safe, or move the call to the bottom half";

    private const string Another = "Call one of the functions that the page of TH3008 lists, or move the call to the bottom half";

    /// <summary>Its own name and what it is: "libc's 'malloc', which is …".</summary>
    public string Description => InLibc is { } known
        ? $"libc's '{name}', {known.Verdict}" : $"'{name}' of '{library}', which is on no list of async-signal-safe functions";

    /// <summary>Whether registration accepts a call of it through a pointer.</summary>
    public bool IsCallable => IsSafe && CallableLibc.Has(name);

    public bool IsSafe => InLibc is { IsSafe: true };

    /// <summary>Why registration refuses it although it is async-signal-safe: a clause.</summary>
    public string WhyNotCallable => CallableLibc.WhyNot(name) ?? "it is none of those whose stack and effects are known";

    public bool Waits => InLibc is { Waits: true };

    /// <summary>What to do instead, if the call is wrong because of the function.</summary>
    public string Remedy => InLibc is { } known ? known.Remedy ?? (IsSafe && !IsCallable ? Another : "Move the call to the bottom half") : Elsewhere;

    /// <summary>What to do instead, if the call is wrong whatever it calls: <paramref name="otherwise"/> where the function itself may be called.</summary>
    public string RemedyOr(string otherwise) => InLibc is { } known ? known.Remedy ?? (IsCallable ? otherwise : Remedy) : otherwise;

    public bool IsOfLibc => InLibc is not null;

    // No library is seen where a handle comes from elsewhere, or is the program's own: then the name says it.
    private LibcFunction? InLibc { get; } = library is null || IsLibc(library) ? LibcTable.Find(name) : null;

    // glibc's parts, whole since 2.34, by any name that finds them.
    private static bool IsLibc(string library)
    {
        string file = Path.GetFileName(library);
        int end = file.IndexOf(".so", StringComparison.Ordinal);
        string stem = end < 0 ? file : file.Substring(0, end);
        return stem is "c" or "libc" or "m" or "libm" or "rt" or "librt" or "dl" or "libdl" or "pthread" or "libpthread" or "__Internal";
    }
}
