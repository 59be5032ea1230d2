using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH1001_StateBufferTests
{
    private const string State = "public int Count;";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_large_array_becomes_an_inline_array_of_the_state(int shape) =>
        Shapes.VerifyAsync<TH1001_StateBufferFix>(
            shape,
            "// Kept.\nlong[] recent = {|TH1001:new long[64]|}; // c\n{|TH1006:recent[5]|} = 3;\nstate.Count = (int){|TH1006:recent[63]|};",
            "// Kept.\nSpan<long> recent = state.OnTickRecent; // c\nforeach (ref long element in recent)\n{\n    element = default;\n}\n\nrecent[5] = 3;\nstate.Count = (int)recent[63];",
            State, "using System;\n", fixedState: Fixed(shape, "long", 64));

    [Fact]
    public Task So_does_a_stackalloc_that_is_too_large() =>
        Shapes.VerifyAsync<TH1001_StateBufferFix>(
            0,
            "Span<byte> buffer = {|TH4004:stackalloc byte[65536]|};\nbuffer[9] = 1;",
            "Span<byte> buffer = state.OnTickBuffer;\nforeach (ref byte element in buffer)\n{\n    element = default;\n}\n\nbuffer[9] = 1;",
            State, "using System;\n", fixedState: Fixed(0, "byte", 65536).Replace("OnTickRecent", "OnTickBuffer", StringComparison.Ordinal));

    [Theory]
    [InlineData("long[] recent = {|TH1001:new long[8]|};\n{|TH1006:recent[5]|} = 3;")] // Small enough for the stack.
    [InlineData("long[] recent = {|TH1001:new long[20000]|};\n{|TH1006:recent[5]|} = 3;")]
    [InlineData("long[] recent = {|TH1001:new long[state.Count]|};\n{|TH1006:recent[5]|} = 3;")]
    [InlineData("long[] recent = {|TH1001:new long[64]|};\n{|TH1007:Kept.It = recent|};", "static class Kept { public static long[] It; }")]
    [InlineData("long[] recent = {|TH1001:new long[64]|};\n{|TH1006:recent[state.Count]|} = 3;")]
    [InlineData("long[] recent = {|TH1001:new long[64]|};\n{|TH1006:recent[5]|} = 3;", "static class Other { static void OnTick(ref State state) { } }")] // Whose would the names be?
    [InlineData("byte* buffer = {|TH4004:stackalloc byte[65536]|};\nbuffer[9] = 1;")]
    [InlineData("long[] recent = {|TH1001:new long[64]|};\n{|TH1006:recent[5]|} = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body, string types = "") =>
        Shapes.VerifyNothingAsync<TH1001_StateBufferFix>(body, State, "using System;\n", types);

    private static string Fixed(int shape, string type, int length) =>
        string.Join("\n" + new string(' ', shape == 1 ? 8 : 4), [
            "public int Count;", "public OnTickRecentBuffer OnTickRecent;"]) + "\n\n" + string.Join("\n", new[]
        {
            $"[InlineArray({length})]", "public struct OnTickRecentBuffer", "{", $"    private {type} _first;", "}",
        }.Select(line => new string(' ', shape == 1 ? 8 : 4) + line));
}
