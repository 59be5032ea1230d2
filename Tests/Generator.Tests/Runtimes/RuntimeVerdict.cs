using TopHalf.BclTable;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>
/// One handler as it is built for one version: what the analyzer says of it, and what the verifiers of that runtime and of all after it say of the code that their JITs made.
/// </summary>
internal sealed record RuntimeVerdict(Target Target, SourceVerdict Source, IReadOnlyList<(Target Runtime, Finding Finding)> Code)
{
    public bool IsClean => Code.All(static c => c.Finding.Rules.Count == 0);

    /// <summary>The analyzer passed what a verifier refuses.</summary>
    public bool IsMiss => Source.Passes && !IsClean;

    /// <summary>Flagged, and clean on each, and nothing that machine code cannot show is said of it.</summary>
    public bool IsFalseAlarm => Alarms.Any();

    /// <summary>The findings that make it one.</summary>
    public IEnumerable<SourceFinding> Alarms => IsClean ? Source.Findings.Where(static f => !SemanticReasons.Has(f) && !SemanticReasons.IsAboutLibrary(f)) : [];
}
