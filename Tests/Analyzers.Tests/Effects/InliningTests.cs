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
