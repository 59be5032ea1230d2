namespace TopHalf.LibcTable;

/// <summary>What is said of one function.</summary>
internal sealed class Function(string name)
{
    private bool _isOnPosixList;
    private bool _isDisputed;
    private bool? _glibc;
    private string _reasons = "";
    private string _waits = "";
    private string _noted = "";
    private string _noteReason = "";
    private string _remedy = "";

    /// <summary>The columns of the table after the name.</summary>
    public IEnumerable<string> Columns => [Word, Reasons, _waits, _remedy];

    private string Word => _isDisputed ? "disputed"
        : _noted == "unsafe" ? "unlisted"
        : _isOnPosixList ? _glibc == true ? "both" : "posix"
        : _glibc switch { true => "glibc", false => "refused", null when _noted == "safe" => "here", _ => "unlisted" };

    private string Reasons => _noted == "unsafe" ? _noteReason : Word is "disputed" or "refused" ? _reasons : "";

    public void Posix(string comment)
    {
        _isOnPosixList = true;
        _isDisputed = comment.Contains("[GLIBC!]", StringComparison.Ordinal);
        if (comment.Contains("[BLOCKS]", StringComparison.Ordinal))
        {
            string[] remarks = comment[(comment.LastIndexOf(']') + 1)..].Split(';', StringSplitOptions.TrimEntries);
            string? reason = remarks.FirstOrDefault(remark => remark.Contains("block", StringComparison.Ordinal));
            _waits = reason is null ? "it waits" : reason.StartsWith("F_", StringComparison.Ordinal) ? reason : "it " + reason;
        }
    }

    public void Glibc(string word, string keywords)
    {
        string[] all = keywords.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // "{/hurd}": so on another system only.
        string[] here = [.. all.Where(keyword => !keyword.Contains("{/", StringComparison.Ordinal))];
        _glibc = word switch
        {
            "AS-SAFE" => true,
            "AS-UNSAFE" => all.Length > 0 && here.Length == 0,
            _ => throw new InvalidDataException($"'{word}' of {name} is no word of the manual."),
        };
        _reasons = _glibc.Value ? "" : string.Join(", ", here.Select(Explain));
    }

    public void Note(string verdict, string reason, string remedy)
    {
        switch (verdict)
        {
            case "waits":
                _waits = reason;
                break;
            case "safe" or "unsafe":
                _noted = verdict;
                _noteReason = reason;
                break;
            case "":
                break;
            default:
                throw new InvalidDataException($"'{verdict}' of {name} is no verdict.");
        }

        _remedy = remedy;
    }

    // The manual's words, by their sense (intro.texi, "POSIX Safety Concepts").
    private string Explain(string keyword) => keyword.TrimStart('@').Replace("ascu", "", StringComparison.Ordinal)
        .Replace("asu", "", StringComparison.Ordinal).Replace("{:init}", "", StringComparison.Ordinal) switch
    {
        "heap" => "it may allocate",
        "lock" => "it takes a lock",
        "corrupt" => "it may find data that the interrupted code has half changed",
        "dlopen" => "it may load libraries",
        "plugin" => "it may run plug-ins",
        "intl" => "it may look translations up",
        "init" => "its first call initialises",
        "race" => "it shares data without protection",
        _ => throw new InvalidDataException($"'{keyword}' of {name} is no reason of the manual."),
    };
}
