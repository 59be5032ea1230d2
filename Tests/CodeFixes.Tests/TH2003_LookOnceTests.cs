using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH2003_LookOnceTests
{
    private const string Threading = "using System.Threading;\n";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_handler_looks_once_and_leaves(int shape) =>
        Shapes.VerifyAsync<TH2003_LookOnceFix>(
            shape,
            "// Until it is ready.\n{|TH2003:while|} (Volatile.Read(ref state.Total) == 0)\n{\n} // c\n\nstate.Count++;",
            "// Until it is ready.\nif (Volatile.Read(ref state.Total) == 0)\n{\n    return;\n} // c\n\nstate.Count++;",
            imports: Threading);

    [Theory]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref state.Total) == 0) ;", "if (Volatile.Read(ref state.Total) == 0)\n{\n    return;\n}")]
    [InlineData("{|TH2003:do|} { } while (Volatile.Read(ref state.Total) == 0);", "if (Volatile.Read(ref state.Total) == 0)\n{\n    return;\n}")]
    [InlineData("{|TH2003:for|} (; Volatile.Read(ref state.Total) == 0; ) { }", "if (Volatile.Read(ref state.Total) == 0)\n{\n    return;\n}")]
    [InlineData(
        "{|TH2003:while|} (Volatile.Read(ref state.Total) == 0)\n{\n    System.Runtime.Intrinsics.X86.X86Base.Pause();\n    // Any time now.\n}",
        "if (Volatile.Read(ref state.Total) == 0)\n{\n    return;\n    // Any time now.\n}")]
    [InlineData(
        "{|TH2003:while|} (Interlocked.CompareExchange(ref state.Total, 1, 0) != 0)\n{\n}\n\nstate.Count++;\nVolatile.Write(ref state.Total, 0);",
        "if (Interlocked.CompareExchange(ref state.Total, 1, 0) != 0)\n{\n    return;\n}\n\nstate.Count++;\nVolatile.Write(ref state.Total, 0);")]
    public Task Whatever_the_loop(string before, string after) => Shapes.VerifyAsync<TH2003_LookOnceFix>(0, before, after, imports: Threading);

    [Theory]
    [InlineData("{|TH2003:while|} (true) { }")] // Nothing to look at.
    [InlineData("{|TH2003:while|} (Volatile.Read(ref state.Total) == 0) { state.Count++; }")]
    [InlineData("{|TH2003:while|} /* why */ (Volatile.Read(ref state.Total) == 0) { }")]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref state.Total) == {|CS0103:missing|}) { }")]
    public Task Nothing_is_offered_where_the_loop_does_more_than_wait(string body) =>
        Shapes.VerifyNothingAsync<TH2003_LookOnceFix>(body, imports: Threading);

    [Fact]
    public Task A_predicate_is_asked_once() =>
        Shapes.VerifyAsync<TH2003_LookOnceFix>(
            0, "{|TH2003:while|} (!D.IsReady(ref state.Total))\n{\n}\n\nstate.Count++;", "if (!D.IsReady(ref state.Total))\n{\n    return;\n}\n\nstate.Count++;", imports: Threading,
            types: "static class D { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static bool IsReady(ref int value) => Volatile.Read(ref value) != 0; }");

    [Fact]
    public Task What_a_handler_calls_is_not_left() =>
        Shapes.VerifyNothingAsync<TH2003_LookOnceFix>(
            "{|TH2003:D.Wait(ref state.Total)|};", imports: Threading,
            types: "static class D { [MethodImpl(MethodImplOptions.AggressiveOptimization)] public static void Wait(ref int value) { while (Volatile.Read(ref value) == 0) { } } }");
}
