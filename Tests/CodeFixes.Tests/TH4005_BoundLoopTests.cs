using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4005_BoundLoopTests
{
    private const string State = "public int Count, Total; public Node* First;";
    private const string Node = "unsafe struct Node { public Node* Next; public int Value; }";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task The_rounds_of_a_loop_are_counted(int shape) =>
        VerifyAsync(
            "// all of them\n{|TH4005:while|} (state.Count > 0)\n{\n    state.Count -= 7; // c\n}",
            "// all of them\nint rounds = 0;\nwhile (rounds++ < 1_000 && state.Count > 0)\n{\n    state.Count -= 7; // c\n}", shape);

    [Theory]
    [InlineData(
        "{|TH4005:for|} (Node* node = state.First; node != null; node = node->Next)\n{\n    state.Count += node->Value;\n}",
        "int rounds = 0;\nfor (Node* node = state.First; rounds++ < 1_000 && node != null; node = node->Next)\n{\n    state.Count += node->Value;\n}")]
    [InlineData("{|TH4005:do|}\n{\n    state.Count -= 7;\n}\nwhile (state.Count > 0);", "int rounds = 0;\ndo\n{\n    state.Count -= 7;\n}\nwhile (rounds++ < 1_000 && state.Count > 0);")]
    [InlineData("{|TH4005:while|} (state.Count > 0 || state.Total > 0) { state.Count -= 7; }", "int rounds = 0;\nwhile (rounds++ < 1_000 && (state.Count > 0 || state.Total > 0)) { state.Count -= 7; }")]
    [InlineData(
        "int rounds2 = 3;\n{|TH4005:while|} (state.Count > 0)\n{\n    {|TH4005:while|} (state.Total > 0) { state.Total -= 7; }\n    state.Count -= rounds2;\n}",
        "int rounds2 = 3;\nint rounds = 0;\nwhile (rounds++ < 1_000 && state.Count > 0)\n{\n    int rounds4 = 0;\n    while (rounds4++ < 1_000 && state.Total > 0) { state.Total -= 7; }\n    state.Count -= rounds2;\n}")]
    [InlineData("if (state.Total > 0)\n    {|TH4005:while|} (state.Count > 0) { state.Count -= 7; }", "if (state.Total > 0)\n{\n    int rounds = 0;\n    while (rounds++ < 1_000 && state.Count > 0) { state.Count -= 7; }\n}")]
    public Task Whatever_the_loop(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("again: {|TH4005:while|} (state.Count > 0) { state.Count -= 7; if (state.Count == 3) { goto again; } }")]
    [InlineData("{|TH4005:while|} (state.Count > {|CS0103:missing|}) { state.Count -= 7; }")]
    public Task Nothing_is_offered_where_it_is_not_understood(string body) => VerifyAsync(body, body);

    private static Task VerifyAsync(string before, string after, int shape = 0) => Shapes.VerifyAsync<TH4005_BoundLoopFix>(shape, before, after, State, types: Node);
}
