// What analysis costs, against others in the same run: the figures themselves are for a quiet machine and a person to read.
using Xunit;

namespace TopHalf.Benchmarks;

public sealed class AnalyzerCostTests
{
    private const int Lines = 2400;

    [Fact]
    public void Analysis_costs_a_fraction_of_what_Meziantou_and_the_SDK_take_on_the_same_code()
    {
        AnalyzerRound[] rounds = AnalyzerCost.Run(Lines, handlers: 3, rounds: 2, referencesTopHalf: true);

        double ours = rounds.Min(static r => r.With[0].Own);
        Assert.True(ours > 0, "The compiler's clocks say that the analyzer did not run.");
        Assert.Equal(3, rounds[0].With[0].Findings); // The sources that the corpus hands out are kept by nobody.
        Assert.True(ours < rounds.Min(static r => r.With[1].Own) / 2, $"Meziantou: {rounds.Min(static r => r.With[1].Own):F0} ms, TopHalf {ours:F0} ms");
        Assert.True(ours < rounds.Min(static r => r.With[2].Own) / 2, $"SDK: {rounds.Min(static r => r.With[2].Own):F0} ms, TopHalf {ours:F0} ms");
    }

    [Fact]
    public void A_program_without_the_library_is_hardly_looked_at()
    {
        AnalyzerRound[] rounds = AnalyzerCost.Run(Lines, handlers: 0, rounds: 2, referencesTopHalf: false);

        Assert.Equal(0, rounds[0].With[0].Findings);
        double ours = rounds.Min(static r => r.With[0].Own);
        double others = rounds.Min(static r => r.With[2].Own);
        Assert.True(ours < others / 50, $"SDK: {others:F0} ms, TopHalf {ours:F1} ms");
    }
}
