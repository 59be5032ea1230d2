namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Indexes that a mask keeps in range, and of which the JIT may find too late that they are constant. Its own word is in JitLimitsTests.</summary>
public sealed class LateFoldingTests
{
    private const string Span = "Span<int> span = new(state.Pointer, 16); ";

    private const string Members =
        """
        static int s_a, s_b, s_c;
        [InlineArray(16)] struct Row { int _first; } static Row s_row;
        struct Pair { public int First, Second; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Six() { s_c = 6; return s_c / -109; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int None(ref State state) => state.Count - state.Count;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Thrice(int n) => n * 3 + 1;
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static int Opaque(int n) => n - n;
        """;

    [Theory]
    [InlineData("state.Count = {|TH4003:span[(state.Count - state.Count) & 15]|};")]
    [InlineData("int k = state.Count; state.Count = {|TH4003:span[(state.Count - k) & 15]|};")]
    [InlineData("ref int k = ref state.Count; state.Count = {|TH4003:span[(state.Count ^ k) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Pointer[6] ^ *(state.Pointer + 6)) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Count + -state.Count) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Count + state.Count * -1) & 15]|};")]
    [InlineData("int k = state.Count - state.Count; k /= 3; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count; int m = (int)state.Size; m = k; state.Count = {|TH4003:span[(state.Count - m) & 15]|};")]
    [InlineData("Pair k = new() { First = state.Count }; k.Second = state.Count; state.Count = {|TH4003:span[(k.First - k.Second) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[None(ref state) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[Six() & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[Thrice(state.Count - state.Count) & 15]|};")]
    [InlineData("s_a = 5; state.Count = {|TH4003:span[s_a & 15]|};")]
    [InlineData("s_a = s_b; state.Count = {|TH4003:span[(s_a - s_b) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[System.Numerics.BitOperations.TrailingZeroCount(100L) / ((state.Count & 63) + 1) & 15]|};")]
    [InlineData("int k = (state.Count - state.Count) & 15; if ((uint)k < (uint)span.Length) { state.Count = {|TH4003:span[k]|}; }")]
    [InlineData("state.Count = {|TH4003:s_row[(state.Count - state.Count) & 15]|};")]
    public Task A_difference_of_what_may_be_equal_or_a_constant_that_is_seen_late_is_reported(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("state.Count = span[(state.Count - (int)state.Size) & 15];")]
    [InlineData("int k = (int)state.Size; state.Count = span[(state.Count ^ k) & 15];")]
    [InlineData("state.Count = span[(state.Pointer[6] - state.Count) & 15];")]
    [InlineData("state.Count = span[(state.Count - 5) & 15];")]
    [InlineData("state.Count = span[(state.Count + state.Count) & 15];")]
    [InlineData("state.Count = span[(state.Count | state.Count) & 15];")]
    [InlineData("state.Count = span[Thrice(state.Count) & 15];")]
    [InlineData("state.Count = span[Opaque(state.Count) & 15];")]
    [InlineData("state.Count = span[(Opaque(3) - Opaque(3)) & 15];")]
    [InlineData("s_a++; state.Count = span[s_a & 15];")]
    [InlineData("s_a = (s_a + 1) & 15; state.Count = span[s_a & 15];")]
    [InlineData("state.Count = span[(s_a - s_b) & 15];")]
    [InlineData("state.Count = 5; state.Count = span[state.Count & 15];")]
    [InlineData("state.Count = span[System.Numerics.BitOperations.TrailingZeroCount(state.Total) & 15];")]
    [InlineData("const int k = 5; int m = k; state.Count = span[m];")]
    public Task What_is_read_once_is_clean(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("if (state.Count > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (state.Count < 0) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (16 <= state.Count) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (state.Count < 98) { return; } int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; }")]
    [InlineData("int j = state.Count; if (j == 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("bool b = state.Count > 98; if (b) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("switch (state.Count) { case 98: int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } break; }")]
    [InlineData("if (state.Count is > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    public Task A_test_of_the_index_that_another_test_of_the_same_place_contradicts_is_reported(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("if (state.Count > 3) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("if (state.Size > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("if (state.Count != 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("int n = (int)state.Size; if (n >= 0 && state.Count > 98) { Span<int> s = new(state.Pointer, n); int k = state.Count; if ((uint)k < (uint)s.Length) { s[k] = 1; } }")]
    public Task A_test_that_agrees_or_is_of_another_place_is_clean(string statements) => Verify.Handler(Span + statements, Members);
}
