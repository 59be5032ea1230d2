using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH4002_StraightLineTests
{
    private const string Scope =
        "readonly struct Scope(int number) : System.IDisposable { public readonly int Number = number; [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Dispose() { } }";

    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task What_cannot_throw_needs_no_finally(int shape) =>
        VerifyAsync(
            "// before\n{|TH4002:try\n{\n    // in\n    state.Count++; // one\n}\nfinally\n{\n    state.Total++;\n}|} // behind\n\nstate.Count--;",
            "// before\n// in\nstate.Count++; // one\nstate.Total++; // behind\n\nstate.Count--;", shape);

    [Theory]
    [InlineData("{|TH4002:try { state.Count++; } finally { state.Total++; }|}", "state.Count++;\nstate.Total++;")]
    [InlineData("{|TH4002:try\n{\n    state.Count++;\n}\ncatch (System.OverflowException)\n{\n    state.Count = 0; // never\n}|}", "state.Count++;")]
    [InlineData(
        "{|TH4002:try\n{\n    int n = state.Count;\n    state.Count = n + 1;\n}\nfinally\n{\n    int n = state.Total;\n    state.Total = n + 1;\n}|}",
        "{\n    int n = state.Count;\n    state.Count = n + 1;\n}\n\n{\n    int n = state.Total;\n    state.Total = n + 1;\n}")]
    [InlineData(
        "// a\n{|TH4002:try // b\n{ // d\n    // e\n    state.Count++; // f\n    // g\n} // h\nfinally // i\n{\n    state.Total++; // j\n    // k\n}|} // l",
        "// a\n// b\n// d\n// e\nstate.Count++; // f\n// g\n// h\n// i\nstate.Total++; // j\n// k\n// l")]
    [InlineData("{|TH4002:try /* why */ { state.Count++; } finally { state.Total++; }|}", "/* why */\nstate.Count++;\nstate.Total++;")]
    [InlineData("{|TH4002:try\n{\n    if (state.Count > 0)\n    {\n        return;\n    }\n}\ncatch\n{\n}|}\n\nstate.Count++;", "if (state.Count > 0)\n{\n    return;\n}\n\nstate.Count++;")]
    [InlineData("if (state.Count > 0)\n    {|TH4002:try { state.Count++; } finally { state.Total++; }|}", "if (state.Count > 0)\n{\n    state.Count++;\n    state.Total++;\n}")]
    [InlineData("{|TH4002:try\n{\n    for (int i = 0; i < 3; i++) { if (i == state.Count) { break; } }\n}\nfinally\n{\n    state.Total++;\n}|}", "for (int i = 0; i < 3; i++) { if (i == state.Count) { break; } }\nstate.Total++;")]
    public Task Whatever_the_region(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData(
        "{|TH4002:using (Scope scope = new(3)) // c\n{ // d\n    state.Count = scope.Number;\n    // e\n}|}", "// c\n// d\nScope scope = new(3);\nstate.Count = scope.Number;\nscope.Dispose();\n// e")]
    [InlineData(
        "{|TH4002:using (Scope scope = new(3))\n{\n    state.Count = scope.Number;\n}|}\nstate.Total++;", "Scope scope = new(3);\nstate.Count = scope.Number;\nscope.Dispose();\nstate.Total++;")]
    [InlineData("{|TH4002:using Scope scope = new(3);|} // c\nstate.Count = scope.Number;", "Scope scope = new(3); // c\nstate.Count = scope.Number;\nscope.Dispose();")]
    public Task A_struct_is_disposed_of_in_straight_line(string before, string? after) => VerifyAsync(before, after ?? before);

    [Theory]
    [InlineData("{|TH4002:try { state.Count = {|TH4003:1 / state.Total|}; } finally { state.Total++; }|}")] // May throw.
    [InlineData("{|TH4002:try { if (state.Count > 0) { return; } } finally { state.Total++; }|}")]
    [InlineData("for (int i = 0; i < 3; i++) { {|TH4002:try { if (i == 1) { continue; } } finally { state.Total++; }|} }")]
    [InlineData("{|TH4002:try\n#region why\n{ state.Count++; }\n#endregion\nfinally { state.Total++; }|}")]
    [InlineData("{|TH4002:try { } finally { /* why */ }|}")]
    [InlineData("{|TH4002:try { state.Count++; } finally { state.Total = {|CS0103:missing|}; }|}")]
    [InlineData("{|TH4002:using (Changing scope = default) { scope.Change(); }|}")] // It may be a copy that changes.
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body) => VerifyAsync(body, body);

    [Fact]
    public Task What_is_suppressed_may_still_throw() => VerifyAsync(
        "{|TH4002:try\n{\n#pragma warning disable TH4003 // Never zero.\n    state.Count = 1 / state.Total;\n#pragma warning restore TH4003\n}\nfinally\n{\n    state.Total++;\n}|}", null);

    private static Task VerifyAsync(string before, string? after, int shape = 0) =>
        Shapes.VerifyAsync<TH4002_StraightLineFix>(shape, before, after ?? before, types: Scope
            + " struct Changing : System.IDisposable { int _number; [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Change() => _number++; [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Dispose() { } }");
}
