using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>What the analyzer says of a handler.</summary>
internal sealed record SourceVerdict(IReadOnlyList<SourceFinding> Findings)
{
    public bool Passes => Findings.Count == 0;
}
