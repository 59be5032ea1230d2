using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4003_ValueOrDefaultTests
{
    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_value_that_may_be_missing_is_its_default_then(int shape) =>
        Shapes.VerifyAsync<TH4003_ValueOrDefaultFix>(
            shape, "state.Total = {|TH4003:state.Last.Value|} + 1; // c", "state.Total = state.Last.GetValueOrDefault() + 1; // c", State);

    [Theory]
    [InlineData("int? n = state.Count; state.Total = {|TH4003:(int)n|};", "int? n = state.Count; state.Total = n.GetValueOrDefault();")]
    [InlineData("state.Total = state.Last.HasValue ? /* it */ {|TH4003:state.Last.Value|} : -1;", "state.Total = state.Last.HasValue ? /* it */ state.Last.GetValueOrDefault() : -1;")]
    [InlineData("state.Total = {|TH4003:(state.Last ?? state.Other).Value|};", "state.Total = (state.Last ?? state.Other).GetValueOrDefault();")]
    public Task However_it_is_taken(string before, string after) => Shapes.VerifyAsync<TH4003_ValueOrDefaultFix>(0, before, after, State);

    [Theory]
    [InlineData("state.Total = (int){|TH4003:(long)state.Last|};")] // Another number.
    [InlineData("state.Total = {|TH4003:state.Last/* c */.Value|};")]
    [InlineData("state.Total = {|CS0103:missing|}.Value;")]
    public Task Nothing_is_offered_for_what_is_something_else(string body) => Shapes.VerifyNothingAsync<TH4003_ValueOrDefaultFix>(body, State);

    private const string State = "public int Count, Total; public int? Last, Other;";
}
