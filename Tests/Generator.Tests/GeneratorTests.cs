// The generator itself: the same numbers give the same handlers, and every poison is C# that the verifier and the JIT agree on.
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class GeneratorTests
{
    [Fact]
    public void Seed_and_number_determine_a_handler()
    {
        Assert.Equal(HandlerGenerator.Generate(7, 123).Source, HandlerGenerator.Generate(7, 123).Source);
        Assert.NotEqual(HandlerGenerator.Generate(7, 123).Source, HandlerGenerator.Generate(8, 123).Source);
        Assert.NotEqual(
            HandlerGenerator.Generate(7, 123).Source, HandlerGenerator.Generate(7, 124).Source.Replace("124", "123", StringComparison.Ordinal));
    }

    [Fact]
    public void A_handler_is_the_same_in_whatever_batch()
    {
        GeneratedHandler inSmall = Batch.Generate(3, 40, 10).Handlers[5];
        GeneratedHandler inLarge = Batch.Generate(3, 0, 60).Handlers[45];

        Assert.Equal(inSmall, inLarge);
    }

    [Fact]
    public void Dice_are_fair_enough()
    {
        int[] counts = new int[6];
        var dice = new Dice(1, 2);
        for (int i = 0; i < 60_000; i++)
        {
            counts[dice.Below(6)]++;
        }

        Assert.All(counts, static c => Assert.InRange(c, 9_500, 10_500));
    }

    [Fact]
    public void Names_of_poisons_are_unique() =>
        Assert.Equal(Poison.All.Count, Poison.All.Select(static p => p.Name).Distinct().Count());

    [Fact]
    public void Every_poison_is_judged_alike_and_harms_nobody_where_it_is_accepted()
    {
        var batch = new Batch(11, [.. Poison.All.Select(static (p, i) => HandlerGenerator.Generate(11, i, p))]);

        CampaignResult result = new Campaign(runsOfEach: 100, static _ => { }).Run(batch);

        Assert.True(result.Failures.Count == 0, string.Join("\n\n", result.Failures));
        Assert.Equal(Poison.All.Count, result.Handlers);
        Assert.True(result.Run > 0);
    }

    [Fact]
    public void A_source_that_does_not_compile_is_shown()
    {
        string folder = Directory.CreateTempSubdirectory("tophalf-generator-").FullName;
        try
        {
            var error = Assert.Throws<InvalidOperationException>(
                () => BatchCompiler.Compile(HandWritten.Batch(HandWritten.Handler(0, "state.NoSuchField = 1;")), folder));

            Assert.Contains("CS1061", error.Message, StringComparison.Ordinal);
            Assert.Contains("state.NoSuchField = 1;", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
