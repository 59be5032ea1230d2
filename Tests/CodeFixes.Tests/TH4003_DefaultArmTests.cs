using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4003_DefaultArmTests
{
    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task Values_without_an_arm_give_the_default(int shape) =>
        Shapes.VerifyAsync<TH4003_DefaultArmFix>(
            shape,
            "state.Total = {|TH4003:state.Count switch\n{\n    // zero\n    0 => 1, // one\n    3 => 4, // four\n}|}; // c",
            "state.Total = state.Count switch\n{\n    // zero\n    0 => 1, // one\n    3 => 4, // four\n    _ => default,\n}; // c");

    [Theory]
    [InlineData("state.Total = {|TH4003:state.Count switch { 0 => 1, 3 => 4 }|};", "state.Total = state.Count switch { 0 => 1, 3 => 4, _ => default };")]
    [InlineData(
        "state.Total = {|TH4003:state.Count switch\n{\n    0 => 1,\n    3 => 4 // four\n}|};", "state.Total = state.Count switch\n{\n    0 => 1,\n    3 => 4, // four\n    _ => default\n};")]
    public Task Written_as_the_arms_before_it(string before, string after) => Shapes.VerifyAsync<TH4003_DefaultArmFix>(0, before, after);

    [Theory]
    [InlineData("state.Total = state.Count switch { 0 => 1, _ => 4 };")]
    [InlineData("state.Total = {|TH4003:state.Count switch { 0 => {|CS0103:missing|} }|};")]
    public Task Nothing_is_offered_where_no_value_is_left(string body) => Shapes.VerifyNothingAsync<TH4003_DefaultArmFix>(body);
}
