using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH4001_LeaveHandlerFix>;

namespace TopHalf.CodeFixes;

public sealed class TH4001_LeaveHandlerTests
{
    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_handler_is_left_instead_of_throwing(int shape) =>
        Shapes.VerifyAsync<TH4001_LeaveHandlerFix>(
            shape,
            "if (state.Count < 0)\n{\n    // Cannot be.\n    {|TH4001:throw null!;|} // c\n}\n\nstate.Count++;",
            "if (state.Count < 0)\n{\n    // Cannot be.\n    return; // c\n}\n\nstate.Count++;");

    [Theory]
    [InlineData("switch (state.Count) { case 0: break; default: {|TH4001:throw null!;|} }", "switch (state.Count) { case 0: break; default: return; }")]
    [InlineData("if (state.Count < 0) {|TH4001:throw null!;|}\nelse {|TH4001:throw null!;|}", "if (state.Count < 0) return;\nelse return;")]
    [InlineData("int x; if (state.Count < 0) { {|TH4001:throw null!;|} } else { x = 1; } state.Count = x;", "int x; if (state.Count < 0) { return; } else { x = 1; } state.Count = x;")]
    public Task Wherever_it_stands(string before, string after) => Shapes.VerifyAsync<TH4001_LeaveHandlerFix>(0, before, after);

    [Theory]
    [InlineData("{|TH4001:throw /* why */ null!;|}")]
    [InlineData("state.Count = state.Count > 0 ? 1 : {|TH4001:throw null!|};")] // A value is needed.
    [InlineData("{|TH4002:try { } finally { {|TH4001:throw null!;|} }|}")] // No way leads out of there.
    [InlineData("if (state.Count < 0) { {|TH4001:throw {|CS0103:missing|};|} }")]
    public Task Nothing_is_offered_where_it_is_more_than_a_way_out(string body) => Shapes.VerifyNothingAsync<TH4001_LeaveHandlerFix>(body);

    [Fact]
    public Task A_handler_that_is_an_expression_does_nothing_then() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("static void OnTick(ref int state, in InterruptContext context) => {|TH4001:throw null!|}; // c"),
            Program("static void OnTick(ref int state, in InterruptContext context)\n    {\n    } // c"));

    [Fact]
    public Task What_a_handler_calls_is_not_left()
    {
        string source = Program(
            "static void OnTick(ref int state, in InterruptContext context) { {|TH4001:Check(state)|}; state++; }",
            "\n\n    [MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    static void Check(int value) { if (value < 0) { throw null!; } }");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string handler, string other = "") =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            {{handler}}{{other}}
        }

        """;
}
