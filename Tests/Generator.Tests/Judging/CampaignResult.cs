using System.Globalization;

namespace TopHalf.Generator.Tests.Judging;

/// <summary>What came of a campaign.</summary>
internal sealed class CampaignResult
{
    public int Handlers { get; set; }

    public int Accepted { get; set; }

    public int Run { get; set; }

    public long Interrupts { get; set; }

    /// <summary>By the poison's name: how many handlers had it, and how many of them were accepted all the same.</summary>
    public SortedDictionary<string, (int Planted, int Accepted)> Poisons { get; } = [];

    /// <summary>The analyzer against the machine code.</summary>
    public SourceAgreement Agreement { get; } = new();

    public List<Failure> Failures { get; } = [];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Handlers} handlers, {Accepted} accepted, {Run} run, {Interrupts} interrupts, {Failures.Count} failures");
}
