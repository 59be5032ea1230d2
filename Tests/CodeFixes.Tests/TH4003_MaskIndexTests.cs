using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4003_MaskIndexTests
{
    private const string State = "public int Count, Total; public int* Values; public Ring Ring;";
    private const string Ring = "[InlineArray(8)] struct Ring { int _first; }";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task An_index_of_a_length_that_is_a_power_of_two_comes_around(int shape) =>
        VerifyAsync(
            "Span<int> span = new(state.Values, 16);\nstate.Total = {|TH4003:span[state.Count]|}; // c",
            "Span<int> span = new(state.Values, 16);\nstate.Total = span[state.Count & 15]; // c", shape);

    [Theory]
    [InlineData("Span<int> span = stackalloc int[8]; {|TH4003:span[state.Count + 1]|} = 3;", "Span<int> span = stackalloc int[8]; span[state.Count + 1 & 7] = 3;")]
    [InlineData("ReadOnlySpan<int> span = [1, 2, 3, 4]; state.Total = {|TH4003:span[/* which */ state.Count]|};", "ReadOnlySpan<int> span = [1, 2, 3, 4]; state.Total = span[/* which */ state.Count & 3];")]
    [InlineData("ReadOnlySpan<byte> span = \"0123456789ABCDEF\"u8; state.Total = {|TH4003:span[state.Count]|};", "ReadOnlySpan<byte> span = \"0123456789ABCDEF\"u8; state.Total = span[state.Count & 15];")]
    [InlineData("state.Total = {|TH4003:state.Ring[state.Count]|};", "state.Total = state.Ring[state.Count & 7];")]
    public Task Whatever_has_such_a_length(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("Span<int> span = new(state.Values, 15); state.Total = {|TH4003:span[state.Count]|};")]
    [InlineData("Span<int> span = stackalloc int[1]; state.Total = {|TH4003:span[state.Count]|};")]
    [InlineData("Span<int> span = stackalloc int[8]; Span<int> other = stackalloc int[4]; span = other; state.Total = {|TH4003:span[state.Count]|};")]
    [InlineData("Span<int> span = stackalloc int[8]; state.Total = {|TH4003:span[^state.Count]|};")]
    [InlineData("Span<int> span = stackalloc int[8]; state.Total = span[{|CS0103:missing|}];")]
    public Task Nothing_is_offered_where_the_length_is_another(string body) => VerifyAsync(body, body);

    private static Task VerifyAsync(string before, string after, int shape = 0) =>
        Shapes.VerifyAsync<TH4003_MaskIndexFix>(shape, before, after, State, "using System;\n", types: Ring);
}
