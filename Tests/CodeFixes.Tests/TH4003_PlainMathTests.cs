using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4003_PlainMathTests
{
    private const string State = "public int Count, Total; public long Long; public ulong Bits; public double Double;";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_clamped_number_is_clamped_by_two_comparisons(int shape) =>
        VerifyAsync("state.Total = {|TH4003:Math.Clamp(state.Count, 0, 9)|} + 1; // c", "state.Total = Math.Min(Math.Max(state.Count, 0), 9) + 1; // c", shape);

    [Theory]
    [InlineData("state.Total = {|TH4003:Math.Abs(state.Count)|};", "state.Total = unchecked(state.Count < 0 ? -state.Count : state.Count);")]
    [InlineData("state.Long = 3 - {|TH4003:Math.Abs(state.Long - 1)|};", "state.Long = 3 - unchecked((state.Long - 1) < 0 ? -(state.Long - 1) : (state.Long - 1));")]
    [InlineData(
        "state.Total = 3 * {|TH3001:BitOperations.PopCount(state.Bits)|};",
        "state.Total = 3 * (BitOperations.PopCount(unchecked((uint)state.Bits)) + BitOperations.PopCount((uint)(state.Bits >> 32)));")]
    public Task Whatever_is_computed(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("state.Double = {|TH4003:Math.Clamp(state.Double, 0, 9)|};")] // Of two zeros it may be the other.
    [InlineData("state.Total = {|TH4003:Math.Abs(Next(ref state))|};\n[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Next(ref State state) => ++state.Count;")]
    [InlineData("state.Total = {|TH4003:Math.Clamp(state.Count, max: 9, min: 0)|};")]
    [InlineData("state.Double = {|TH3001:Math.Sin(state.Double)|};")]
    [InlineData("state.Total = {|TH4003:Math.Abs(state.Count)|} + {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body) => VerifyAsync(body, body);

    [Fact]
    public Task By_using_static_and_with_another_Math_around() =>
        Shapes.VerifyAsync<TH4003_PlainMathFix>(
            0, "state.Total = {|TH4003:Clamp(state.Count, 0, 9)|};", "state.Total = System.Math.Min(System.Math.Max(state.Count, 0), 9);", State, "using static System.Math;\n", types: "static class Math;");

    private static Task VerifyAsync(string before, string after, int shape = 0) =>
        Shapes.VerifyAsync<TH4003_PlainMathFix>(shape, before, after, State, "using System;\nusing System.Numerics;\n");
}
