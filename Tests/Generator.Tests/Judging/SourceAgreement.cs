using System.Globalization;
using System.Text;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Running;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>
/// The measure of the analyzer: its verdicts against the machine code. What it passes has to be accepted; what it flags has to have a cause that
/// the machine code shows, or one that no machine code can show.
/// </summary>
internal sealed class SourceAgreement
{
    private readonly SortedDictionary<string, (int Refused, int Semantic, int Library, int False)> _rules = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _causes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _untrue = new(StringComparer.Ordinal);

    /// <summary>Where each false alarm lies: its rule, the handler, what is said of it and the line.</summary>
    public IReadOnlyCollection<string> Alarms => _untrue;

    /// <summary>Passed by the analyzer, and clean.</summary>
    public int PassedAccepted { get; private set; }

    /// <summary>Passed by the analyzer, but not clean: none may be.</summary>
    public int PassedRefused { get; private set; }

    /// <summary>Flagged by the analyzer, and clean.</summary>
    public int FlaggedAccepted { get; private set; }

    /// <summary>Flagged by the analyzer, and not clean.</summary>
    public int FlaggedRefused { get; private set; }

    /// <summary>Those of the flagged and clean that have a finding without a reason beyond machine code.</summary>
    public int FalseAlarms { get; private set; }

    /// <summary>Those of the flagged and clean of which the library's table is the only reason.</summary>
    public int ByLibrary { get; private set; }

    public int Passed => PassedAccepted + PassedRefused;

    public int Flagged => FlaggedAccepted + FlaggedRefused;

    public double FalseAlarmPercent => Flagged == 0 ? 0 : 100.0 * FalseAlarms / Flagged;

    /// <summary>Counts a handler.</summary>
    /// <returns>What is wrong with the analyzer's verdict, if it may not be.</returns>
    public IEnumerable<string> Add(GeneratedHandler handler, SourceVerdict source, Verdict verdict, JitVerdict jit)
    {
        bool clean = verdict.IsSafe && jit.Findings.Count == 0;
        if (source.Passes)
        {
            PassedAccepted += clean ? 1 : 0;
            PassedRefused += clean ? 0 : 1;
            return clean ? [] : [$"the analyzer passes it, but the machine code is not clean: {Refusal(verdict, jit)}"];
        }

        FlaggedAccepted += clean ? 1 : 0;
        FlaggedRefused += clean ? 0 : 1;
        SourceFinding[] causeless = clean ? [.. source.Findings.Where(static f => !SemanticReasons.Has(f))] : [];
        SourceFinding[] untrue = [.. causeless.Where(static f => !SemanticReasons.IsAboutLibrary(f))];
        FalseAlarms += untrue.Length > 0 ? 1 : 0;
        ByLibrary += causeless.Length == source.Findings.Count && untrue.Length == 0 ? 1 : 0;
        foreach (IGrouping<string, SourceFinding> rule in source.Findings.GroupBy(static f => f.Rule))
        {
            (int refused, int semantic, int library, int untrueOnes) = _rules.GetValueOrDefault(rule.Key);
            bool isUntrue = rule.Any(untrue.Contains);
            bool isLibrary = !isUntrue && rule.Any(causeless.Contains);
            _rules[rule.Key] = (
                refused + (clean ? 0 : 1), semantic + (clean && !isUntrue && !isLibrary ? 1 : 0), library + (isLibrary ? 1 : 0), untrueOnes + (isUntrue ? 1 : 0));
        }

        foreach (SourceFinding finding in untrue)
        {
            _untrue.Add(string.Create(CultureInfo.InvariantCulture, $"{finding.Rule} {handler.Index} {finding.Cause}: {finding.Line}"));
        }

        foreach (string cause in causeless.Select(static f => SemanticReasons.IsAboutLibrary(f) ? $"{f.Rule} {f.Culprit}" : $"{f.Rule} {f.Cause}").Distinct())
        {
            _causes[cause] = _causes.GetValueOrDefault(cause) + 1;
        }

        return [];
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"analyzer   {"accepted",10}{"refused",10}   by the machine code");
        text.AppendLine(CultureInfo.InvariantCulture, $"passed     {PassedAccepted,10}{PassedRefused,10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"flagged    {FlaggedAccepted,10}{FlaggedRefused,10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"false alarms: {FalseAlarms}, {FalseAlarmPercent:F2} % of the flagged; by the library's table alone: {ByLibrary}");
        text.AppendLine(CultureInfo.InvariantCulture, $"rule       {"refused",10}{"semantic",10}{"library",10}{"false",10}   handlers with findings of it");
        foreach ((string rule, (int refused, int semantic, int library, int untrue)) in _rules)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{rule,-11}{refused,10}{semantic,10}{library,10}{untrue,10}");
        }

        foreach ((string cause, int count) in _causes.OrderByDescending(static p => p.Value))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{count,6} x {cause}");
        }

        return text.ToString();
    }

    private static string Refusal(Verdict verdict, JitVerdict jit) => string.Join(
        "; ", verdict.Findings.Select(static f => $"{f.Rule} in {f.Method}: {f.Instruction} {f.Target}").Concat(jit.Findings));
}
