// Whether the measure of the analyzer can fail: what it misses and what it flags without a cause is told. Verdicts and listings are real ones.
using Microsoft.CodeAnalysis;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Testing.Source;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class SourceAgreementTests
{
    private static readonly Poison s_allocates = new("new object", Knowledge.MustBeRefused, "object o = new object(); System.GC.KeepAlive(o);");

    private const string Known = "[MethodImpl(Callee)] private static long Known(int n) => n * 3;";

    [Fact]
    public void A_handler_that_the_analyzer_passes_and_the_verifier_refuses_is_told()
    {
        // To the analyzer's user a suppressed finding is none.
        CampaignResult result = Judge($"\n#pragma warning disable\n{s_allocates.Statement}\n#pragma warning restore\n", poison: s_allocates);

        Failure failure = Assert.Single(result.Failures);
        Assert.Contains("the analyzer passes it, but the machine code is not clean: TH1001", failure.What, StringComparison.Ordinal);
        Assert.Contains("new object()", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, result.Agreement.PassedRefused);
    }

    [Fact]
    public void A_finding_that_clean_code_refutes_is_a_false_alarm()
    {
        CampaignResult result = Judge("delegate*<int, long> f = &Known; f = &Known; state.I64 ^= f(state.I32);", Known);

        Assert.Empty(result.Failures);
        Assert.Equal((1, 0, 1, 100.0), (result.Agreement.FlaggedAccepted, result.Agreement.FlaggedRefused, result.Agreement.FalseAlarms, result.Agreement.FalseAlarmPercent));
        Assert.Contains("TH3006", result.Agreement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finding_whose_reason_no_code_shows_is_none()
    {
        CampaignResult result = Judge("state.I32 = 10 / state.J32;");

        Assert.Empty(result.Failures);
        Assert.Equal((1, 0), (result.Agreement.FlaggedAccepted, result.Agreement.FalseAlarms));
    }

    [Fact]
    public void A_true_finding_and_a_true_silence_are_counted_as_such()
    {
        CampaignResult flagged = Judge(s_allocates.Statement, poison: s_allocates);
        CampaignResult passed = Judge("state.I32++;");

        Assert.Empty(flagged.Failures.Concat(passed.Failures));
        Assert.Equal((0, 1, 0), (flagged.Agreement.Passed, flagged.Agreement.FlaggedRefused, flagged.Agreement.FalseAlarms));
        Assert.Equal((1, 0), (passed.Agreement.PassedAccepted, passed.Agreement.Flagged));
    }

    [Theory]
    [InlineData("M:System.Math.Clamp(System.Int32,System.Int32,System.Int32)", true)]
    [InlineData("F:System.Guid.Empty", true)]
    [InlineData("M:Generated.H1.F0(System.Int32)", false)]
    [InlineData(null, false)]
    public void Only_members_of_the_base_class_library_are_judged_by_its_table(string? culprit, bool expected) =>
        Assert.Equal(expected, SemanticReasons.IsAboutLibrary(new SourceFinding("TH3001", "", culprit, Location.None)));

    private static CampaignResult Judge(string body, string members = "", Poison? poison = null) =>
        new Campaign(runsOfEach: 0, static _ => { }).Run(HandWritten.Batch(HandWritten.Handler(0, body, members, poison)));
}
