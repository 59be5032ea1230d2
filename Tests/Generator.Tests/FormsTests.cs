// Each form of C# by itself, so that what is wrong with one is not hidden by what is around it in generated handlers.
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class FormsTests
{
    [Fact]
    public void Every_clean_form_passes_the_analyzer_and_the_verifier()
    {
        CampaignResult result = Judge(HandWritten.Batch([.. Forms.All.Select(static (f, i) => Handler(i, f.Clean, f.Members))]));

        AssertNoFailures(result);
        Assert.True(result.Agreement.PassedAccepted == Forms.All.Count, result.Agreement.ToString());
    }

    [Fact]
    public void Every_poisoned_form_is_flagged()
    {
        CampaignResult result = Judge(HandWritten.Batch(
            [.. Forms.All.Select(static (f, i) => Handler(i, f.Poisoned, f.Members, f.Poison))]));

        AssertNoFailures(result);
        Assert.True(result.Agreement.Flagged == Forms.All.Count && result.Agreement.FalseAlarms == 0, result.Agreement.ToString());
    }

    [Fact]
    public void Names_of_forms_are_unique() => Assert.Equal(Forms.All.Count, Forms.All.Select(static f => f.Name).Distinct().Count());

    private static GeneratedHandler Handler(int index, string statement, string members, Poison? poison = null) =>
        HandWritten.Handler(index, Instantiate(statement, index), Instantiate(members, index), poison);

    private static string Instantiate(string text, int index) =>
        text.Replace("$X", "state.I32", StringComparison.Ordinal).Replace("$N", $"{index}", StringComparison.Ordinal);

    private static CampaignResult Judge(Batch batch) => new Campaign(runsOfEach: 0, static _ => { }).Run(batch);

    private static void AssertNoFailures(CampaignResult result) =>
        Assert.True(result.Failures.Count == 0, string.Join("\n\n", result.Failures) + result.Agreement);
}
