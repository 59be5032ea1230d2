// Whether the campaign can fail: handlers that do harm, and that behave otherwise in signal context, are told, with all that is needed to
// see why.
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class SensitivityTests
{
    // Zero where nothing was interrupted: what a handler of the grammar cannot see.
    private const string OnlyInSignalContext = "if (context.InstructionPointer != 0) ";
    private const int Runs = 200;

    [Fact]
    public void A_handler_that_does_the_same_everywhere_passes()
    {
        CampaignResult result = Run("state.I32++; s_count += state.I32; state.Longs[state.I32 & 15] ^= s_count;");

        Assert.True(result.Failures.Count == 0, string.Join('\n', result.Failures));
        Assert.Equal((1, 1, 1, Runs), (result.Handlers, result.Accepted, result.Run, result.Interrupts));
    }

    [Theory]
    [InlineData("state.I32++;", "of the state is")]
    [InlineData("state.Nested.C = 1.5;", "of the state is")]
    [InlineData("state.Ints[3]++;", "of the buffers is")]
    [InlineData("state.Bytes[State.Elements + 5] = 1;", "of the buffers is")]
    [InlineData("state.Doubles[-1] = 1;", "of the buffers is")]
    [InlineData("state.Tail++;", "a canary of the state")]
    [InlineData("state.Head = 0;", "a canary of the state")]
    [InlineData("s_count++;", "the statics differ")]
    public void A_handler_that_does_something_else_in_signal_context_is_told(string harm, string what)
    {
        Failure failure = Assert.Single(Run(OnlyInSignalContext + harm).Failures);

        Assert.Contains(what, failure.What, StringComparison.Ordinal);
        Assert.Contains(harm, failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("H0.Handle: safe", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("; Assembly listing for method Generated.H0:Handle(byref,byref) (FullOpts)", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_kills_its_process_is_named_and_the_others_verdicts_are_judged_all_the_same()
    {
        Batch batch = HandWritten.Batch(
            HandWritten.Handler(0, "state.I32++;"),
            HandWritten.Handler(1, OnlyInSignalContext + "*(int*)(state.I32 & 4) = 1;"),
            HandWritten.Handler(2, "state.I64++;"));

        CampaignResult result = new Campaign(Runs, static _ => { }).Run(batch);

        Failure failure = Assert.Single(result.Failures);
        Assert.Equal(1, failure.Handler!.Index);
        Assert.Contains("exited with 139", failure.What, StringComparison.Ordinal);
        Assert.Contains("Generated.H1:Handle", failure.Listing, StringComparison.Ordinal);
        Assert.Equal((3, 3), (result.Handlers, result.Accepted));
    }

    [Fact]
    public void A_handler_that_is_refused_without_a_reason_that_the_generator_knows_of_is_told()
    {
        Failure failure = Assert.Single(Run("object o = new object(); System.GC.KeepAlive(o);").Failures);

        Assert.Contains("which was not planted", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_is_accepted_although_the_generator_knows_of_a_reason_is_told()
    {
        var poison = new Poison("something", Knowledge.MustBeRefused, "");
        Batch batch = HandWritten.Batch(HandWritten.Handler(0, "state.I32++;", poison: poison));

        Failure failure = Assert.Single(new Campaign(Runs, static _ => { }).Run(batch).Failures);

        Assert.Contains("accepted, but it contains: something", failure.What, StringComparison.Ordinal);
    }

    private static CampaignResult Run(string body) =>
        new Campaign(Runs, static _ => { }).Run(HandWritten.Batch(HandWritten.Handler(0, body)));
}
