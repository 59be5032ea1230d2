using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4003_SaturateTests
{
    private const string State = "public int Count, Total; public uint Left; public long Long; public byte Small;";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_checked_sum_stays_at_the_largest_number(int shape) =>
        VerifyAsync(
            "state.Total = checked({|TH4003:state.Total + state.Count|}); // c",
            "state.Total = unchecked((int)Math.Min(Math.Max((long)state.Total + state.Count, int.MinValue), int.MaxValue)); // c", shape);

    [Theory]
    [InlineData("checked { {|TH4003:state.Left -= 3|}; }", "checked { state.Left = unchecked((uint)Math.Min(Math.Max((long)state.Left - 3, uint.MinValue), uint.MaxValue)); }")]
    [InlineData("checked { {|TH4003:state.Total++|}; }", "checked { state.Total = unchecked((int)Math.Min(Math.Max((long)state.Total + 1, int.MinValue), int.MaxValue)); }")]
    [InlineData("state.Total = checked({|TH4003:state.Total * 3|});", "state.Total = unchecked((int)Math.Min(Math.Max((long)state.Total * 3, int.MinValue), int.MaxValue));")]
    [InlineData("state.Small = checked({|TH4003:(byte)state.Total|});", "state.Small = unchecked((byte)Math.Min(Math.Max(state.Total, 0), byte.MaxValue));")]
    [InlineData("state.Total = checked({|TH4003:(int)state.Long|});", "state.Total = unchecked((int)Math.Min(Math.Max(state.Long, int.MinValue), int.MaxValue));")]
    [InlineData("state.Left = checked({|TH4003:(uint)state.Total|});", "state.Left = unchecked((uint)Math.Max(state.Total, 0));")]
    public Task Whatever_is_checked(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("state.Long = checked({|TH4003:state.Long + 1|});")] // 64 bits do not hold it.
    [InlineData("state.Total = checked({|TH4003:Next(ref state) + 1|});\n[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Next(ref State state) => ++state.Count;")]
    [InlineData("checked { state.Count = {|TH4003:state.Total++|}; }")]
    [InlineData("state.Total = checked({|TH4003:state.Total /* more */ + state.Count|});")]
    [InlineData("state.Total = checked(state.Total + {|CS0103:missing|});")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body) => VerifyAsync(body, body);

    [Fact]
    public Task Another_Math_is_not_mistaken() =>
        Shapes.VerifyAsync<TH4003_SaturateFix>(
            0, "state.Left = checked({|TH4003:(uint)state.Total|});", "state.Left = unchecked((uint)System.Math.Max(state.Total, 0));", State, types: "static class Math;");

    private static Task VerifyAsync(string before, string after, int shape = 0) =>
        Shapes.VerifyAsync<TH4003_SaturateFix>(shape, before, after, State, "using System;\n");
}
