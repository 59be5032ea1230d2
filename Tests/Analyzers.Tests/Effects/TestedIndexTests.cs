namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Which tests of an index keep it in range, by TH4003. The word of .NET 10's JIT is in the generator's JitLimitsTests.</summary>
public sealed class TestedIndexTests
{
    private const string Unknown = "int n = state.Count; if (n < 0) { return; } Span<int> span = new(state.Pointer, n); ";
    private const string Known = "Span<int> span = new(state.Pointer, 16); ";

    [Theory]
    [InlineData("int length = span.Length; for (int i = 0; i < length; i++) { span[i] = 3; }")]
    [InlineData("for (int i = 0, length = span.Length; i < length; i += 1) { span[i] = 3; }")]
    [InlineData("for (int i = 2; span.Length > i; ++i) { span[i] = 3; }")]
    [InlineData("for (int i = 0; i < span.Length && span[i] != 3; i++) { span[i] = 3; }")]
    [InlineData("for (int i = 0; i < n; i++) { span[i] = 3; }")]
    [InlineData("int length = span.Length; int k = (int)state.Size; if ((uint)k < (uint)length) { span[k] = 3; }")]
    [InlineData("int k = (int)state.Size + 1; if ((uint)k < (uint)n) { span[k] = 3; }")]
    [InlineData("int length = span.Length; if (length > 3) { span[3] = 3; }")]
    public Task A_length_that_a_local_holds_bounds_a_loop_and_a_test_as_well(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int length = span.Length + 1; for (int i = 0; i < length; i++) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int length = span.Length; length++; for (int i = 0; i < length; i++) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int length = span.Length; span = default; for (int i = 0; i < length; i++) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = 0; i <= span.Length; i++) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = 0; i < span.Length; i += 2) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = 0; {|TH4003:span[i]|} != 3 && i < span.Length; i++) { }")]
    [InlineData("for (int i = span.Length - 1; i >= 0; i--) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = span.Length; i-- > 0;) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = 1; i < span.Length; i++) { {|TH4003:span[i - 1]|} = 3; }")]
    [InlineData("n = 5; for (int i = 0; i < n; i++) { {|TH4003:span[i]|} = 3; }")]
    public Task A_local_that_is_more_or_was_the_length_and_loops_that_count_down_prove_nothing(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int i = (int)state.Size; if (i >= 0 && i < span.Length) { span[i] = 3; }")]
    [InlineData("int i = (int)state.Size; if (0 < i && span.Length > i) { span[i] = 3; }")]
    [InlineData("int i = (int)state.Size; if (i < span.Length && i >= 0) { span[i] = 3; }")]
    [InlineData("int i = (int)state.Size; if (i < 0 || i >= span.Length) { return; } span[i] = 3;")]
    [InlineData("int i = (int)state.Size; if (i < 0) { return; } if (i >= span.Length) { return; } span[i] = 3;")]
    [InlineData("int i = (int)state.Size; if (state.Total > 3) { if (i >= 0 && i < span.Length) { span[i] = 3; } }")]
    [InlineData("int i = (int)state.Size; state.Total = i >= 0 && i < span.Length ? span[i] : 0;")]
    public Task Two_tests_with_a_sign_keep_an_index_in_range(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int i = (int)state.Size; if (i < span.Length) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = (int)state.Size; if (i >= 0) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = (int)state.Size; if (i >= -1 && i < span.Length) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = (int)state.Size; if (i >= 0 && i < span.Length) { i++; {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = (int)state.Size; if (i >= 0 && i < span.Length) { span = default; {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = (int)state.Size; if (i >= 0 & i < span.Length) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("if (state.Size > 5) { int i = (int)state.Size; if (i >= 0 && i < span.Length) { {|TH4003:span[i]|} = 3; } }")]
    [InlineData("int i = (int)state.Size; switch (i) { case 3: if (i >= 0 && i < span.Length) { {|TH4003:span[i]|} = 3; } break; }")]
    [InlineData("int i = System.Numerics.BitOperations.PopCount(state.Size); if (i >= 0 && i < span.Length) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("int i = state.Count - state.Count; if (i >= 0 && i < span.Length) { {|TH4003:span[i]|} = 3; }")]
    public Task One_of_them_or_contradicted_does_not(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("if (span.Length >= 8) { span[(int)state.Size & 7] = 3; }")]
    [InlineData("if (span.Length < 8) { return; } span[(state.Count & 3) + 4] = 3;")]
    [InlineData("int length = span.Length; if (length > 7) { int k = state.Count & 7; span[k] = 3; }")]
    [InlineData("if (span.Length == 256) { span[(byte)state.Count] = 3; }")]
    [InlineData("if ((uint)span.Length > 7u) { span[7] = 3; span[state.Count & 7] = 3; }")]
    public Task A_test_of_the_length_keeps_every_shorter_index_in_range(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("if (span.Length >= 7) { {|TH4003:span[state.Count & 7]|} = 3; }")]
    [InlineData("if (span.Length >= 8) { span = default; {|TH4003:span[state.Count & 7]|} = 3; }")]
    [InlineData("if ((long)span.Length > 7) { {|TH4003:span[3]|} = 3; }")]
    [InlineData("if (span.Length >= 8) { {|TH4003:span[(state.Count - state.Count) & 7]|} = 3; }")]
    [InlineData("int k = state.Count > 5 ? 0 : 5; if (span.Length >= 8) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("if (span.Length >= 8) { for (int i = 0; i < 8; i++) { {|TH4003:span[i]|} = 3; } }")]
    public Task A_test_of_less_or_as_another_type_does_not(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int k = (int)state.Size; if ((uint)k <= (uint)span.Length) { foreach (int e in span.Slice(k)) { state.Count ^= e; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k > (uint)span.Length) { return; } state.Count = span[..k].Length + span[k..].Length;")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { state.Count = span.Slice(0, k).Length; }")]
    public Task A_slice_begins_or_ends_at_a_tested_index(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int k = (int)state.Size; if (k <= span.Length) { state.Count = {|TH4003:span.Slice(k)|}.Length; }")]
    [InlineData("int k = (int)state.Size; if ((uint)k <= (uint)span.Length) { k++; state.Count = {|TH4003:span[k..]|}.Length; }")]
    [InlineData("int k = (int)state.Size; if ((uint)k <= (uint)span.Length) { state.Count = {|TH4003:span.Slice(k, 3)|}.Length; }")]
    [InlineData("int k = (int)state.Size; if ((uint)k <= (uint)span.Length) { {|TH4003:span[k]|} = 3; }")]
    public Task A_slice_at_another_index_or_of_a_length_of_its_own_is_reported(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int k = System.Numerics.BitOperations.PopCount(state.Size); if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = System.Math.Max(3, System.Numerics.BitOperations.TrailingZeroCount(state.Size)); if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("bool b = state.Count > 5; int k = *(byte*)&b; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = System.Math.Max(166, (int)state.Size); if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int w = 4; do { int k = (int)w + w; if ((uint)k < (uint)span.Length) { state.Count ^= {|TH4003:span[k]|}; } } while (--w > 0);")]
    [InlineData("for (int i = 16; i >= 0; i--) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = span.Length - 1; i >= 0; i -= 2) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("for (int i = 7; i >= 0; i--) { {|TH4003:s_row[i]|} = 3; }")]
    [InlineData("{|TH4003:Put(span, System.Numerics.BitOperations.PopCount(state.Size))|};")]
    public Task A_count_of_bits_a_condition_or_what_lies_outside_is_not_kept_in_a_length_that_is_known(string statements) => Verify.Handler(Known + statements, Put);

    [Theory]
    [InlineData("int k = System.Numerics.BitOperations.PopCount(state.Size) & 31; if ((uint)k < (uint)span.Length) { span[k] = 3; }")]
    [InlineData("int k = (int)state.Size * 3; if ((uint)k < (uint)span.Length) { span[k] = 3; }")]
    [InlineData("Put(span, (int)state.Size + 1);")]
    [InlineData("for (int i = span.Length - 1; i >= 0; i--) { span[i] = 3; }")]
    [InlineData("int length = span.Length; for (int i = length - 1; i >= 0; --i) { span[i] = 3; }")]
    public Task Any_other_index_is(string statements) => Verify.Handler(Known + statements, Put);

    [Theory]
    [InlineData("int k = System.Numerics.BitOperations.PopCount(state.Size); if ((uint)k < (uint)span.Length) { span[k] = 3; }")]
    [InlineData("Put(span, System.Numerics.BitOperations.PopCount(state.Size));")]
    public Task And_in_a_length_that_is_not_known_so_are_they(string statements) => Verify.Handler(Unknown + statements, Put);

    private const string Put =
        "[InlineArray(16)] struct Row { int _first; } static Row s_row; "
        + "[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Put(Span<int> s, int i) { if ((uint)i < (uint)s.Length) { s[i] = 1; } }";
}
