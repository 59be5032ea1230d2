using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4004_AllocateFirstTests
{
    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_buffer_of_one_path_is_allocated_before_all_branches(int shape) =>
        VerifyAsync(
            "state.Total++;\nif (state.Count > 0)\n{\n    // A copy.\n    Span<byte> buffer = {|TH4004:stackalloc byte[64]|}; // zeroed\n    buffer[3] = 1;\n}",
            "// A copy.\nSpan<byte> buffer = stackalloc byte[64]; // zeroed\nstate.Total++;\nif (state.Count > 0)\n{\n    buffer[3] = 1;\n}", shape);

    [Theory]
    [InlineData(
        "if (state.Count > 0)\n{\n    return;\n}\n\nbyte* buffer = {|TH4004:stackalloc byte[64]|};\nbuffer[3] = 1;", "byte* buffer = stackalloc byte[64];\nif (state.Count > 0)\n{\n    return;\n}\nbuffer[3] = 1;")]
    public Task Behind_a_return_too(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("if (state.Count > 0) { Span<byte> buffer = {|TH4004:stackalloc byte[state.Count]|}; }")]
    [InlineData("if (state.Count > 0) { Span<byte> buffer = {|TH4004:stackalloc byte[8192]|}; }")]
    [InlineData("if (state.Count > 0) { Span<byte> buffer = {|TH4004:stackalloc byte[64]|}; } else { int buffer = 3; state.Total = buffer; }")] // The name is taken there.
    [InlineData("for (int i = 0; i < 3; i++) { Span<byte> buffer = {|TH4004:stackalloc byte[64]|}; }")]
    [InlineData("if (state.Count > 0) { Span<byte> buffer = {|TH4004:stackalloc byte[64]|}; buffer[3] = {|CS0103:missing|}; }")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body) => VerifyAsync(body, body);

    private static Task VerifyAsync(string before, string after, int shape = 0) =>
        Shapes.VerifyAsync<TH4004_AllocateFirstFix>(shape, before, after, imports: "using System;\n");
}
