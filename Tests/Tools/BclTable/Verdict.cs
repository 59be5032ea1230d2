namespace TopHalf.BclTable;

/// <summary>What the table says of a member: that it is safe, or in one word why not. A member that none of the words fits is not listed.</summary>
internal sealed record Verdict(string Word, string Rule, string Reason, string Remedy)
{
    public static readonly Verdict Safe = new("safe", "", "", "");

    /// <summary>It makes a call that is not compiled into instructions. Not listed, since that is what is said of all that is not.</summary>
    public static readonly Verdict Unknown = new("unknown", "TH3001", "", "");

    private static readonly Verdict s_otherVersion = new(
        "version", "TH3001", "it is a call on some of .NET 8, 9 and 10", "Write it out, or list it in TopHalf.SafeApis.txt if your program runs on one version only");

    private static readonly Verdict s_otherProcessor = new(
        "processor", "TH3001", "it is a call on processors without the newer instructions, and in what NativeAOT makes by default",
        "Write it out, or list it in TopHalf.SafeApis.txt if all your processors have them");

    private static readonly Verdict s_divides = new(
        "divides", "TH4003", "it divides by a number that may be zero", "Test the divisor, and use / and %");

    // In the order in which they are asked for: what throws also allocates the exception. What is found in every process comes before what is found
    // in some: Thread.GetCurrentProcessorId keeps the native function's answer in a thread static where the runtime measures that to be faster, and
    // statics are initialised once something has used them.
    private static readonly (Verdict Verdict, string[] Rules)[] s_byRule =
    [
        (new("throws", "TH4003", "it throws for some arguments", "Use an operation that does not check, after a check of your own"), ["TH4001", "TH4003"]),
        (new("locks", "TH2001", "it takes a lock", "Share by Interlocked, Volatile, SeqLock<T> or an InterruptQueue"), ["TH2001"]),
        (new("blocks", "TH2002", "it may block", "Hand the work over through an InterruptQueue"), ["TH2002"]),
        (new("native", "TH3003", "it calls native code by P/Invoke", "Do it in the bottom half, or use what TopHalf offers"), ["TH3003", "TH3008"]),
        (new("thread", "TH5002", "it uses thread-local storage", "Keep the value in the state"), ["TH5002"]),
        (new("poll", "TH3004", "it is inlined to a native call with a GC poll behind it", "Do it in the bottom half, or use what TopHalf offers"), ["TH3004"]),
        (new("allocates", "TH1001", "it allocates", "Allocate before the handler is registered, and keep the data in the state"), ["TH1001", "TH1002", "TH1003"]),
        (new("text", "TH1004", "it builds or reads a string", "Hand numbers over and format them in the bottom half"), ["TH1004"]),
        (new("heap", "TH1006", "it reads objects", "Keep the data in the state"), ["TH1006", "TH1007"]),
        (new("statics", "TH5001", "it uses statics that are initialised on first use", "Read it before the handler is registered, and keep it in the state"), ["TH5001"]),
        (new("dispatch", "TH3002", "it calls what cannot be seen", "Call a static method, or a method of a struct"), ["TH3002", "TH3006"]),
        (new("runtime", "TH5004", "it calls a helper of the runtime", "Write it out in simpler operations"), ["TH5004"]),
        (new("stack", "TH4004", "it takes much stack", "Keep buffers in the state"), ["TH4004"]),
    ];

    /// <summary>All words that the table has, in its order.</summary>
    public static IReadOnlyList<Verdict> All { get; } = [Safe, .. s_byRule.Select(r => r.Verdict), s_divides, s_otherVersion, s_otherProcessor];

    /// <summary>The verdict on a refused member.</summary>
    /// <param name="findings">Of all its probes, at the first place where one was refused.</param>
    /// <param name="isNewest">Whether that was the newest version that has the member.</param>
    /// <param name="isFirst">Whether that was with all that the processor has.</param>
    public static Verdict Of(IReadOnlyList<Finding> findings, bool isNewest, bool isFirst)
    {
        if (!isFirst || !isNewest)
        {
            return isFirst ? s_otherVersion : s_otherProcessor;
        }

        HashSet<string> rules = [.. findings.SelectMany(f => f.Rules)];
        return s_byRule.FirstOrDefault(r => r.Rules.Any(rules.Contains)).Verdict
            ?? (findings.Any(f => f.Divisions > 0) && rules.Count == 0 ? s_divides : Unknown);
    }

    /// <summary>By its word.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static Verdict Named(string word) => All.FirstOrDefault(v => v.Word == word) ?? throw new FormatException($"There is no verdict '{word}'.");
}
