namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Tests for equality around an index, by TH4003. The word of the JITs of .NET 8, 9 and 10 is in the generator's IndexForms.txt.</summary>
public sealed class ReplacedIndexTests
{
    private const string Unknown = "int n = state.Count; if (n < 0) { return; } Span<int> span = new(state.Pointer, n); ";
    private const string Known = "Span<int> span = new(state.Pointer, 16); ";

    [Theory]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (k == m) { {|TH4003:span[k]|} = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (k != m) { return; } {|TH4003:span[k]|} = m;")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (k.Equals(m)) { {|TH4003:span[k]|} = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; int j = k; if (j == m) { {|TH4003:span[k]|} = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 7; if (k == m) { {|TH4003:span[k + 1]|} = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size; if ((uint)k < (uint)span.Length && k == m) { {|TH4003:span[k]|} = m; }")]
    [InlineData("int m = state.Count; for (int i = 0; i < 16; i++) { if (i == m) { {|TH4003:span[i]|} = m; } }")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (Is(k, m)) { {|TH4003:span[k]|} = m; } static bool Is(int a, int b) => a == b;")]
    public Task A_variable_takes_the_place_of_the_index_that_is_equal_to_it(string statements) => Verify.Handler(Known + statements);

    [Theory]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (m == k) { span[k] = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size & 15; if (k != m) { span[k] = m; }")]
    [InlineData("int m = state.Count & 15; int k = (int)state.Size & 15; if (k == m) { span[k] = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size; if (k == m) { span[k & 15] = m; }")]
    [InlineData("int m = state.Count; int k = (int)state.Size; if (k == m && (uint)k < (uint)span.Length) { span[k] = m; }")]
    [InlineData("int k = (int)state.Size & 15; if (k == state.Count) { span[k] = 3; }")]
    [InlineData("for (int i = 0; i < 16; i++) { for (int j = 0; j < 8; j++) { if (i == j) { span[i] = 3; } } }")]
    [InlineData("int m = state.Count; for (int i = 0; i < 16; i++) { if (i == m) { break; } span[i] = m; }")]
    public Task It_does_not_where_it_stands_first_or_is_as_plainly_in_range_or_is_tested_before(string statements) => Verify.Handler(Known + statements);

    [Theory]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k == 3) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k is 3) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k + 1 == 4) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { switch (k) { case 3: {|TH4003:span[k]|} = 3; break; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { state.Count = k switch { 3 => {|TH4003:span[k]|}, _ => 4 }; }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if ((k, state.Total) is (3, 4)) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { int? j = k; if (j == 4) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { bool isThree = k == 3; if (isThree) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { if (i == 3) { {|TH4003:span[i]|} = 3; } }")]
    [InlineData("for (int i = 2; i < span.Length; i++) { if (i == 0) { {|TH4003:span[i]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k <= (uint)span.Length) { if (k == 5) { state.Count = {|TH4003:span[..k]|}.Length; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (span.Length == 3) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (n == 3) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (span.IsEmpty) { {|TH4003:span[k]|} = 3; } }")]
    [InlineData("int m = (int)state.Size; if (span.Length > 15) { if (span.Length == m) { {|TH4003:span[state.Count & 15]|} = m; } }")]
    [InlineData("if (span.Length != 8) { return; } for (int i = 0; i < span.Length - 1; i++) { {|TH4003:span[i + 1]|} = 3; }")]
    public Task A_constant_takes_the_place_of_an_index_or_a_length_that_is_not_known(string statements) => Verify.Handler(Unknown + statements);

    [Theory]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k == 0) { span[k] = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k != 3) { span[k] = 3; } }")]
    [InlineData("int k = (int)state.Size; if (k == 3) { if ((uint)k < (uint)span.Length) { span[k] = 3; } }")]
    [InlineData("int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if ((k & 7) == 4) { span[k] = 3; } }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { if (i == 0) { span[i] = 3; } }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { if (i == 3) { continue; } span[i] = 3; }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { span[i] = i == 3 ? 5 : 6; }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { if (span[i] == 3) { span[i] = 1; } }")]
    [InlineData("if (span.Length != 8) { return; } foreach (int e in span) { state.Total += e; }")]
    [InlineData("if (span.Length != 8) { return; } for (int i = 0; i < span.Length; i++) { span[i] = 3; }")]
    [InlineData("if (span.Length == 20) { span[state.Count & 15] = 3; }")]
    public Task It_does_no_harm_where_it_is_tested_before_or_implied(string statements) => Verify.Handler(Unknown + statements);

    [Fact]
    public Task Methods_that_give_a_span_to_each_other_end_the_search() => Verify.HandlerOnOldest(
        Unknown + "if (span.Length == 8) { state.Count = {|TH3007:{|TH5003:One(span)|}|}; }",
        "static int One(Span<int> t) => t.Length > 3 ? Other(t) : 0; static int Other(Span<int> t) => One(t);");

    [Theory]
    [InlineData("int k = state.Count & 15; if (k == 99) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = state.Count & 15; switch (k) { case 68538: {|TH4003:span[k]|} = 3; break; case 3: state.Total++; break; }")]
    [InlineData("int k = state.Count & 15; if (k > 20) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = state.Count & 15; int m = k == 99 ? k : 4; {|TH4003:span[m]|} = 3;")]
    [InlineData("int k = state.Count & 15; if (k == 99) { goto here; } return; here: {|TH4003:span[k]|} = 3;")]
    [InlineData("int k = state.Count & 15; bool f = false; if (k == 99) { f = true; } if (f) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("for (int i = 0; i < 16; i++) { if (i == 99) { {|TH4003:span[i]|} = 3; } }")]
    public Task What_can_never_be_equal_leaves_a_constant_out_of_range(string statements) => Verify.Handler(Known + statements);

    [Theory]
    [InlineData("int k = state.Count & 15; if (k == 9) { span[k] = 3; }")]
    [InlineData("int k = state.Count & 15; if (k == 99) { state.Total++; } span[k] = 3;")]
    [InlineData("int k = state.Count; if (k == 99) { span[k & 15] = 3; }")]
    [InlineData("int k = state.Count & 15; if (k == 99 || k == 98) { span[k] = 3; }")]
    [InlineData("int k = state.Count; if (k == 3) { span[k] = 3; }")]
    [InlineData("int k = state.Count; if (k is not 3) { return; } span[k] = 3;")]
    [InlineData("byte k = (byte)state.Count; if (k == 3) { span[k] = 3; }")]
    public Task An_index_that_is_equal_to_a_constant_in_range_is_in_range(string statements) => Verify.Handler(Known + statements);

    [Theory]
    [InlineData("int k = state.Count; if (k == 16) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = state.Count; if (k == 3 || k == 4) { {|TH4003:span[k]|} = 3; }")]
    [InlineData("int k = state.Count; if (k == 3) { k++; {|TH4003:span[k]|} = 3; }")]
    public Task To_one_that_is_not_or_before_another_value_it_is_not(string statements) => Verify.Handler(Known + statements);

#if !ROSLYN_FLOOR
    [Fact]
    public Task A_test_in_a_member_of_an_extension_block_counts() => Verify.Handler(
        Unknown + "int k = (int)state.Size; if ((uint)k < (uint)span.Length) { if (k.IsThree()) { {|TH4003:span[k]|} = 3; } }",
        "} static class Extensions { extension(int i) { [MethodImpl(MethodImplOptions.AggressiveInlining)] public bool IsThree() => i == 3; }");
#endif
}
