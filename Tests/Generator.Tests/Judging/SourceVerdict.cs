using System.Globalization;
using Microsoft.CodeAnalysis;
using TopHalf.Analyzers;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>A warning or an error of the analyzer.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="Message">What it says.</param>
/// <param name="Culprit">The documentation-comment id of the member that it is about, or null.</param>
internal sealed record SourceFinding(string Rule, string Message, string? Culprit)
{
    public static SourceFinding Of(Diagnostic diagnostic) => new(
        diagnostic.Id, diagnostic.GetMessage(CultureInfo.InvariantCulture), diagnostic.Properties.GetValueOrDefault(RuleProperties.Culprit));
}

/// <summary>What the analyzer says of a handler.</summary>
internal sealed record SourceVerdict(IReadOnlyList<SourceFinding> Findings)
{
    public bool Passes => Findings.Count == 0;
}
