namespace TopHalf.Analyzers;

/// <summary>Keys and values of the properties that diagnostics carry for the code fixes.</summary>
public static class RuleProperties
{
    /// <summary>What kind of thing was found; see the constants that start with <c>Kind</c>.</summary>
    public const string Kind = "kind";

    /// <summary>TH1001: an array of unmanaged elements with a constant length, which <c>stackalloc</c> can replace.</summary>
    public const string KindArray = "array";

    /// <summary>TH0007: a line without which nothing would change.</summary>
    public const string KindNeedlessLine = "needless line";

    /// <summary>TH0010: the option.</summary>
    public const string Option = "option";

    /// <summary>TH0010: what was read as its value.</summary>
    public const string Value = "value";

    /// <summary>
    /// TH5003, TH3001 and all other findings at a call: the documentation-comment id of the member that causes the finding. Its place is among the
    /// additional locations: the last but, where the handler is one by being installed by hand, for that place.
    /// </summary>
    public const string Culprit = "culprit";
}
