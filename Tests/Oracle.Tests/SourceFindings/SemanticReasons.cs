namespace TopHalf.Testing.Source;

/// <summary>
/// The findings whose reason the machine code of one compilation cannot show, so that clean code does not refute them. Kept as short as it can be:
/// whatever is not here has to show.
/// </summary>
internal static class SemanticReasons
{
    /// <summary>Rules, each with the start of what it says about the cause where not the whole rule is meant, and why.</summary>
    private static readonly (string Rule, string Cause, string Why)[] s_reasons =
    [
        ("TH5003", "",
            "whether a method without the mark is inlined is up to the compiler of the day, by size, call site and profile"),
        ("TH5001", "needs the static constructor",
            "code that was compiled before the constructor ran keeps the check (Oracle, CompileFirst), and that of NativeAOT always does; here all is compiled after"),
        ("TH4003", "divides by a number that may be zero",
            "the processor itself faults on a zero divisor: there is no call to see, and the verifier lets it pass"),
        ("TH2002", "calls libc's '",
            "how long a function of the C library takes depends on its arguments: the call is one of a safe function, and the verifier measures no time"),
        ("TH6001", "",
            "it is about code outside of the handler, or of another, which an interrupt tears"),
        ("TH6002", "",
            "it is about code outside of the handler, whose compiler knows of no interrupt"),
        ("TH6003", "",
            "it is about code outside of the handler, or of another, which an interrupt tears"),
        ("TH6004", "",
            "it is about code outside of the handler, or of another, which an interrupt tears"),
        ("TH6005", "",
            "it is about what a call said that nobody heard: the machine code is that of a call"),
    ];

    public static bool Has(SourceFinding finding) => s_reasons.Any(r => r.Rule == finding.Rule && finding.Message.Contains(r.Cause, StringComparison.Ordinal));

    /// <summary>
    /// Whether it is about a member of the base class library. Its table says what is clean on every runtime and processor, whatever the
    /// arguments, and is proved by a test of its own: one clean call on this machine does not refute it. Counted apart, not left out.
    /// </summary>
    public static bool IsAboutLibrary(SourceFinding finding) =>
        finding.Culprit is [_, ':', .. var member] && member.StartsWith("System.", StringComparison.Ordinal);
}
