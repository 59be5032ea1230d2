namespace TopHalf.Oracle;

/// <summary>Puts a handler into the catalogue.</summary>
/// <param name="verdict">What has to come out on CoreCLR.</param>
/// <param name="constructs">What it is an example of.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ExpectAttribute(Verdict verdict, params Construct[] constructs) : Attribute
{
    public Verdict Verdict { get; } = verdict;

    public IReadOnlyList<Construct> Constructs { get; } = constructs;

    /// <summary>A rule that has to be among those that refuse it, where that is the same on all runtimes.</summary>
    public string? Rule { get; init; }

    /// <summary>What has to come out on NativeAOT, where that is something else. There is no IL, so <see cref="Verdict.HeapOnly"/> is nothing to go by.</summary>
    public Verdict Native { get; init; } = verdict;

    /// <summary>Compiles it before the initialisers of its types have run.</summary>
    public bool CompileFirst { get; init; }
}
