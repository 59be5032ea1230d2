namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>What the ranges of values and the lengths of spans prove, by TH4003: as much as the JIT does, which the generator's campaign shows.</summary>
public sealed class ValueRangeTests
{
    private const string Members = "[InlineArray(8)] struct Eight { int _first; } static Eight s_eight;";

    [Theory]
    [InlineData("span[state.Count & 7]")]
    [InlineData("span[(int)(state.Total & 7)]")]
    [InlineData("span[(state.Count & 3) + 4]")]
    [InlineData("span[(state.Count & 127) >> 4]")]
    [InlineData("span[(byte)state.Count % 8]")]
    [InlineData("span[(int)(state.Size % 8)]")]
    [InlineData("span[^1]")]
    [InlineData("span[2..5].Length")]
    [InlineData("span[..5].Length")]
    [InlineData("span[^5..^2].Length")]
    [InlineData("s_eight[state.Count & 7]")]
    [InlineData("span[state.Count >>> 29]")]
    [InlineData("span[(int)(~state.Size >> 29)]")]
    [InlineData("span[(state.Count >>> 30) + 4]")]
    [InlineData("span[(byte)((state.Count + (int)state.Total) ^ 70) >> 5]")]
    [InlineData("span[(byte)((state.Count << 3) | (int)state.Total) >> 5]")]
    [InlineData("span[(state.Count & 255) % 8]")]
    public Task An_index_whose_values_are_all_in_range_is_clean(string access) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); state.Count = {access};", Members);

    [Theory]
    [InlineData("span[state.Count & 15]")]
    [InlineData("span[state.Count & -7]")]
    [InlineData("span[(state.Count & 7) + 1]")]
    [InlineData("span[state.Count % 8]")]
    [InlineData("span[state.Count - state.Count & 7]")]
    [InlineData("span[(state.Count > 3 ? state.Count : 5) & 7]")]
    [InlineData("span[^9]")]
    [InlineData("span[^state.Count]")]
    [InlineData("span[5..2]")]
    [InlineData("span[2..9]")]
    [InlineData("span[..^3]")]
    [InlineData("span[2..^3]")]
    [InlineData("s_eight[state.Count & 15]")]
    [InlineData("s_eight[(state.Count > 3 ? state.Count : 5) & 7]")]
    public Task An_index_of_which_a_value_may_be_out_of_range_or_that_branches_is_reported(string access) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); var x = {{|TH4003:{access}|}};", Members);

    [Theory]
    [InlineData("span[(state.Count & 127) % 8]")]
    [InlineData("span[(int)((ulong)state.Total % 8)]")]
    [InlineData("span[(byte)(state.Count & 18) % 8]")]
    [InlineData("span[(state.Count & 63) >>> 3]")]
    [InlineData("span[7 - (state.Count & 7)]")]
    [InlineData("span[(state.Count & 7) & (int)state.Size]")]
    [InlineData("s_eight[(int)((ulong)state.Total % 8)]")]
    [InlineData("span[state.Count >>> 28]")]
    [InlineData("span[state.Count >>> 32]")]
    [InlineData("span[(int)((ulong)state.Total >> 61)]")]
    [InlineData("span[(byte)(state.Count ^ 70) >> 5]")]
    [InlineData("span[(byte)((state.Count + 0) ^ 70) >> 5]")]
    [InlineData("span[(byte)((state.Count + 5 - 5) ^ 70) >> 5]")]
    [InlineData("span[(byte)((state.Count + ((int)state.Size & 0)) ^ 70) >> 5]")]
    [InlineData("span[(state.Count & 511) % 8]")]
    [InlineData("span[(state.Count & 255) % 9]")]
    public Task An_index_whose_range_the_JIT_does_not_see_is_reported(string access) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); var x = {{|TH4003:{access}|}};", Members);

    [Theory]
    [InlineData("int k = state.Count > 5 ? 1 : 0; state.Count = {|TH4003:span[k]|};")]
    [InlineData("bool c = state.Count > 5; int k = c ? 0 : 1; k = k; state.Count = {|TH4003:span[k]|};")]
    [InlineData("bool c = state.Count > 5; state.Count = {|TH4003:span[Unsafe.As<bool, byte>(ref c) & 1]|};")]
    [InlineData("byte k = (byte)(state.Count > 5 ? 1 : 0); state.Count = {|TH4003:span[k]|};")]
    [InlineData("int k = (state.Count > 5 ? 1 : 0) + 2; state.Count = {|TH4003:s_eight[k]|};")]
    [InlineData("Span<int> all = new(state.Pointer, 256); bool c = state.Count > 5; state.Count = {|TH4003:all[*(byte*)&c]|};")]
    public Task A_condition_that_is_counted_is_an_index_only_with_a_mask(string statements) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); {statements}", Members);

    [Theory]
    [InlineData("int k = state.Count > 5 ? 1 : 0; state.Count = span[k & 7];")]
    [InlineData("int k = state.Count > 5 ? 2 : 7; state.Count = span[k];")]
    [InlineData("bool c = state.Count > 5; state.Count = span[*(byte*)&c & 7];")]
    [InlineData("Span<int> all = new(state.Pointer, 256); state.Count = all[(byte)state.Count];")]
    public Task A_choice_of_other_numbers_or_behind_a_mask_is_clean(string statements) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); {statements}", Members);

    [Theory]
    [InlineData("state.Count = span.Slice(0, 8)[state.Count & 7];")]
    [InlineData("Span<int> part = span[..8]; part[state.Count & 7] = 1;")]
    [InlineData("Span<int> part = span[4..]; part[state.Count & 7] = 1; part[11] = 2;")]
    [InlineData("Span<int> part = span[^8..]; part[state.Count & 7] = 1;")]
    [InlineData("Span<int> part = span.Slice(2, 12).Slice(3)[1..5]; part[state.Count & 3] = 1; part[^1] = 2;")]
    [InlineData("int n = 8; Span<int> part = span.Slice(4, n); part[state.Count & 7] = 1;")]
    [InlineData("ReadOnlySpan<int> part = span[..8]; for (int i = 0; i < 8; i += 2) { state.Count ^= part[i]; }")]
    [InlineData("foreach (int e in span.Slice(4)) { state.Count ^= e; }")]
    [InlineData("Span<int> whole = s_eight; state.Count = whole[..4][state.Count & 3];")]
    [InlineData("int n = 8; Span<int> made = new(state.Pointer, n); made[state.Count & 7] = 1;")]
    public Task A_part_of_a_span_is_as_long_as_its_constants_say(string statements) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 16); {statements}", Members);

    [Theory]
    [InlineData("state.Count = {|TH4003:span.Slice(0, 8)[state.Count & 15]|};")]
    [InlineData("Span<int> part = {|TH4003:span.Slice(9, 8)|}; state.Count = {|TH4003:part[0]|};")]
    [InlineData("Span<int> part = {|TH4003:span.Slice(17)|};")]
    [InlineData("Span<int> part = {|TH4003:span.Slice(state.Count & 7)|}; {|TH4003:part[0]|} = 1;")]
    [InlineData("Span<int> part = {|TH4003:span.Slice(state.Count & 7, 8)|}; {|TH4003:part[state.Count & 7]|} = 1;")]
    [InlineData("Span<int> part = {|TH4003:span[..^8]|}; {|TH4003:part[state.Count & 7]|} = 1;")]
    [InlineData("int n = 8; n += 1; Span<int> part = {|TH4003:span.Slice(0, n)|};")]
    [InlineData("Span<int> part = span[4..]; {|TH4003:part[12]|} = 1;")]
    public Task A_part_that_may_lie_outside_or_is_shorter_than_the_index_is_reported(string statements) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 16); {statements}", Members);

    [Theory]
    [InlineData("if (span is [3, > 4, ..]) { state.Count = 1; }")]
    [InlineData("if (span is [3, > 4, {|TH4003:.. var rest|}]) { state.Count = 1; }")]
    public Task A_list_pattern_checks_the_length_and_only_a_slice_that_is_looked_at_is_one(string statement) =>
        Verify.Handler($"Span<int> span = new(state.Pointer, 8); {statement}");

    [Theory]
    [InlineData("Span<int> span = stackalloc int[] { 1, 2, 3 }; state.Count = span[2];")]
    [InlineData("Span<int> span = stackalloc[] { 1, 2, state.Count }; state.Count = span[2];")]
    [InlineData("Span<int> span = [1, state.Count, 3]; state.Count = span[2];")]
    [InlineData("ReadOnlySpan<int> span = [1, 2, 3]; state.Count = span[2];")]
    [InlineData("ReadOnlySpan<byte> span = \"abc\"u8; state.Count = span[state.Count & 1];")]
    [InlineData("state.Count = \"abc\"u8[2];")]
    [InlineData("Span<int> span = s_eight; state.Count = span[7];")]
    [InlineData("Span<int> span = new(state.Pointer, 16); Span<int> same = span; int k = state.Count & 7; state.Count = same[k];")]
    [InlineData("Span<int> span = new(state.Pointer, 16); for (int i = 0; i < 16; i++) { span[i] = 3; }")]
    [InlineData("Span<int> span = new(state.Pointer, 16); for (int i = 1; i < span.Length; i += 3) { span[i] = 3; }")]
    public Task A_span_whose_length_is_written_is_known_by_it(string statements) => Verify.Handler(statements, Members);

    [Theory]
    [InlineData("Span<int> span = stackalloc int[] { 1, 2, 3 }; state.Count = {|TH4003:span[3]|};")]
    [InlineData("Span<int> span = [1, state.Count, 3]; state.Count = {|TH4003:span[3]|};")]
    [InlineData("Span<int> span = s_eight; state.Count = {|TH4003:span[8]|};")]
    [InlineData("Span<int> span = new(state.Pointer, 8); span = default; state.Count = {|TH4003:span[0]|};")]
    [InlineData("Span<int> span = new(state.Pointer, 16); int k = state.Count & 7; k++; state.Count = {|TH4003:span[k]|};")]
    [InlineData("Span<int> span = new(state.Pointer, 16); for (int i = 0; i < 17; i++) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("Span<int> span = new(state.Pointer, 16); for (int i = 0; i <= span.Length; i += 3) { {|TH4003:span[i]|} = 3; }")]
    [InlineData("Span<int> span = new(state.Pointer, 16); for (int i = 0; i < 16; i++) { i--; {|TH4003:span[i]|} = 3; }")]
    [InlineData("Span<int> span = new(state.Pointer, 16); {|TH4003:span[(state.Count > 3 ? 1 : 5) & 7]|} = 3; state.Count = {|TH4003:span[2]|};")]
    public Task A_span_that_is_shorter_changed_or_kept_in_memory_is_not(string statements) => Verify.Handler(statements, Members);

    [Theory]
    [InlineData("Span<int> span = new(state.Pointer, 5);")]
    [InlineData("int n = 5; Span<int> span = new(state.Pointer, n);")]
    [InlineData("int n = state.Count; if (n >= 0) { Span<int> span = new(state.Pointer, n); }")]
    [InlineData("int n = state.Count; if (n < 0) { return; } Span<int> span = new(state.Pointer, n);")]
    public Task A_length_that_is_a_constant_or_tested_is_clean(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("Span<int> span = {|TH4003:new(state.Pointer, state.Count)|};")]
    [InlineData("Span<int> span = {|TH4003:new(state.Pointer, (sbyte)state.Count)|};")]
    [InlineData("Span<int> span = {|TH4003:new(state.Pointer, state.Count & 5)|};")]
    [InlineData("ReadOnlySpan<byte> span = {|TH4003:new(state.Pointer, (byte)state.Count)|};")]
    [InlineData("int n = state.Count; if (n >= 0) { n--; Span<int> span = {|TH4003:new(state.Pointer, n)|}; }")]
    [InlineData("int n = state.Count; if ((uint)n <= 16) { Span<int> span = {|TH4003:new(state.Pointer, n)|}; }")]
    [InlineData("int n = state.Count; if (n > 0) { Span<int> span = {|TH4003:new(state.Pointer, n)|}; }")]
    [InlineData("int n = state.Count; if ((uint)n > 3) { Span<int> span = {|TH4003:new(state.Pointer, n)|}; }")]
    [InlineData("int n = state.Count; if (n != 0) { Span<int> span = {|TH4003:new(state.Pointer, n)|}; }")]
    public Task A_length_that_may_be_negative_or_that_nothing_has_tested_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Count = 10 / ((state.Count & 63) + 1);")]
    [InlineData("state.Count = 10 / ((byte)state.Count + 1);")]
    [InlineData("state.Count = 10 / (64 - (state.Count & 63));")]
    [InlineData("byte b = checked((byte)(state.Count & 255));")]
    public Task Arithmetic_that_cannot_fail_on_any_value_is_clean(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Count = {|TH4003:10 / (state.Count & 63)|};")]
    [InlineData("state.Count = {|TH4003:10 / (state.Count + 1)|};")]
    [InlineData("byte b = checked({|TH4003:(byte)(state.Count & 256)|});")]
    public Task Arithmetic_that_fails_on_some_value_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("Unsafe.CopyBlock(state.Pointer, state.Pointer, 64);")]
    [InlineData("Unsafe.InitBlock(state.Pointer, 0, 128);")]
    public Task A_small_block_is_moved_inline(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("{|TH5004:Unsafe.CopyBlock(state.Pointer, state.Pointer, 256)|};")]
    [InlineData("{|TH5004:Unsafe.InitBlock(state.Pointer, 0, state.Size)|};")]
    [InlineData("{|TH5004:Unsafe.InitBlock(state.Pointer, (byte)state.Count, 16)|};")]
    public Task A_large_or_unknown_block_is_moved_by_a_helper(string statement) => Verify.Handler(statement);
}
