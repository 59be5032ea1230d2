namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>What the JIT does not inline, whatever its mark and its size.</summary>
public sealed class InliningTests
{
    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public Task A_method_with_more_locals_than_the_JIT_inlines_is_reported(int locals, bool clean) => Verify.Handler(
        clean ? "state.Count = Many(state.Count);" : "state.Count = {|TH5003:Many(state.Count)|};",
        $$"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static int Many(int n)
        {
            {{string.Concat(Enumerable.Range(0, locals).Select(i => $"int v{i} = n * {i + 3}; "))}}
            return {{string.Join(" ^ ", Enumerable.Range(0, locals).Select(i => $"v{i}"))}};
        }
        """);

    [Theory]
    [InlineData(15, true)]
    [InlineData(20, false)]
    public Task Calls_that_go_deeper_than_the_JIT_inlines_are_reported(int depth, bool clean) => Verify.Members(
        string.Concat(Enumerable.Range(0, depth).Select(i =>
            $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static int F{i}(int n) => {(i == 0 ? "n" : $"F{i - 1}(n * 3) ^ n")};\n"))
        + $$"""
        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void {{(clean ? "OnTick" : "{|TH5003:OnTick|}")}}(ref State state, in InterruptContext context) => state.Count = F{{depth - 1}}(state.Count);
        """);

    [Theory]
    [InlineData("static void Small() => s_a = s_b + 100 ^ 5;", true)]
    [InlineData("static void Small() { s_a = s_b + 100 ^ 5; }", true)]
    [InlineData("static void Small() => s_a = s_b + 100 ^ 50;", false)]
    public Task A_local_function_of_sixteen_bytes_is_inlined(string function, bool clean) =>
        Verify.Handler((clean ? "Small();" : "{|TH5003:Small()|};") + " " + function, "static int s_a, s_b;");

    // 40 are the most on .NET 8, 94 on .NET 10. The estimate of the handler's own size is a little too small.
    [Theory]
    [InlineData(85, true)]
    [InlineData(95, false)]
    public Task More_calls_of_small_methods_than_the_JIT_takes_time_for_are_reported(int calls, bool clean) => Verify.Members(
        "static int s_a, s_b; static void Small() => s_a = s_b + 100 ^ 5;\n"
        + $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Step() {{ {string.Concat(Enumerable.Repeat("Small(); ", calls))} }}\n"
        + $"[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void {(clean ? "OnTick" : "{|TH5003:OnTick|}")}(ref State state, in InterruptContext context) => Step();");

    [Theory]
    [InlineData(60, "Step()", true)]
    [InlineData(80, "Step()", false)]
    [InlineData(80, "Large()", true)]
    public Task A_large_method_has_to_have_room_unless_the_handler_itself_calls_it(int statements, string call, bool clean) => Verify.Members(
        $"static int s_a, s_b; [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Large() {{ {string.Concat(Enumerable.Repeat("s_a = s_b ^ 5; ", statements))} }}\n"
        + $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Step() {{ {(call == "Step()" ? "Large();" : "")} }}\n"
        + $"[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void {(clean ? "OnTick" : "{|TH5003:OnTick|}")}(ref State state, in InterruptContext context) => {call};");

    [Theory]
    [InlineData("static int Lowest() => BitOperations.TrailingZeroCount(100L);", "{|TH5003:Lowest()|}")]
    [InlineData("static int Lowest() { int k = BitOperations.TrailingZeroCount(100UL); return k + 1; }", "{|TH5003:Lowest()|}")]
    [InlineData("static int Lowest(ulong n) => BitOperations.TrailingZeroCount(n);", "{|TH5003:Lowest(100)|}")]
    [InlineData("static int Lowest(ulong n) => BitOperations.TrailingZeroCount(n);", "Lowest((ulong)state.Total)")]
    [InlineData("static long Lowest() => BitOperations.TrailingZeroCount(100L);", "(int)Lowest()")]
    [InlineData("static int Lowest() => BitOperations.TrailingZeroCount(100);", "Lowest()")]
    public Task A_count_of_the_zeros_of_a_wide_constant_is_not_inlined_where_it_is_returned(string member, string call) =>
        Verify.Handler($"state.Count = {call.Replace("BitOperations", "System.Numerics.BitOperations", StringComparison.Ordinal)};",
            "[MethodImpl(MethodImplOptions.AggressiveInlining)] " + member.Replace("BitOperations", "System.Numerics.BitOperations", StringComparison.Ordinal));
}
