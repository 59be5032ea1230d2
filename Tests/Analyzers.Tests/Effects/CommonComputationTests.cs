namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Indexes of which the JITs of .NET 8 and 9 lose the range, as a part of them is computed in several places, by TH4003. Their own word is in the generator's IndexForms.txt.</summary>
public sealed class CommonComputationTests
{
    private const string Span = "Span<int> s = new(state.Pointer, 16); int k = (int)state.Size; ";

    [Theory]
    [InlineData("if (state.Count == 3) { {|TH4003:s[k & 15]|} = 1; {|TH4003:s[k & 15]|} = 2; } else { {|TH4003:s[k & 15]|} = 3; }")]
    [InlineData("if (state.Count == 3) { {|TH4003:s[k & 15]|} = 1; } else { {|TH4003:s[15 & k]|} = 3; } {|TH4003:s[k & 15]|} = 4;")]
    [InlineData("if (state.Count == 3) { {|TH4003:s[k & 15]|} = 1; return; } {|TH4003:s[k & 15]|} = 1; state.Total = k & 15;")]
    [InlineData("if (state.Count == 3) { state.Total = (k & 15) + (3 * (k & 15)); } else { {|TH4003:s[k & 15]|} = 3; }")]
    [InlineData("if (state.Count == 3) { int j = k & 15; {|TH4003:s[j]|} = 1; state.Total = k & 15; } else { {|TH4003:s[k & 15]|} = 3; }")]
    [InlineData("if (state.Count == 3) { state.Total = (k & 7) * 3 + (k & 7); {|TH4003:s[(k & 7) + 1]|} = 1; } else { state.Total = -(k & 7); }")]
    [InlineData("while (state.Count > 6) { {|TH4003:s[k & 15]|}++; state.Count--; } {|TH4003:s[k & 15]|} = 1;")]
    [InlineData("bool b = state.Count == 6 && {|TH4003:s[k & 15]|} > 2 || {|TH4003:s[k & 15]|} == 9; state.Count = b ? {|TH4003:s[k & 15]|} : 3;")]
    [InlineData("for (int i = 0; i < 15; i++) { if (state.Count == 3) { {|TH4003:s[i + 1]|} = 1; state.Total = i + 1; } else { {|TH4003:s[i + 1]|} = 4; } }")]
    [InlineData("long x; if (state.Count == 3) { x = {|TH4003:s[state.Count & 15]|}; } else { x = -{|TH4003:s[state.Count & 15]|}; } {|TH4003:s[state.Count & 15]|} = (int)x;")]
    public Task What_two_places_compute_and_a_third_uses_has_no_range_before_NET_10(string statements) => Verify.HandlerOnOldest(Span + statements);

    [Theory]
    [InlineData("s[k & 15] = 1; s[k & 15] = 2; if (state.Count == 3) { s[k & 15] = 3; }")]
    [InlineData("if (state.Count == 3) { s[k & 15] = 1; } else { s[k & 15] = 3; }")]
    [InlineData("if (state.Count == 3) { s[k & 15] = 1; } s[k & 15] = 3;")]
    [InlineData("if (state.Count == 3) { s[k & 15] = 1; } if (state.Count == 4) { s[k & 15] = 2; } if (state.Count == 5) { s[k & 15] = 3; }")]
    [InlineData("int j = k & 15; if (state.Count == 3) { s[j] = 1; s[j] = 2; } else { s[j] = 3; }")]
    [InlineData("if (state.Count == 3) { s[k & 15] = 1; k++; } else { s[k & 15] = 2; } s[k & 15] = 3;")]
    [InlineData("if (state.Count == 3) { s[state.Count & 15] = 1; } else { s[state.Count & 15] = 2; } s[state.Count & 15] = 3;")]
    [InlineData("for (int i = 0; i < 100; i++) { s[k & 15] += i; } s[k & 15] = 1;")]
    [InlineData("for (int i = 0; i < 100; i++) { if (state.Count == i) { s[k & 15]++; } else { s[k & 15]--; } }")]
    [InlineData("do { s[k & 15]++; state.Count--; } while (state.Count > 0); s[k & 15] = 1;")]
    public Task Where_one_comes_first_or_it_is_another_value_it_has(string statements) => Verify.HandlerOnOldest(Span + statements);

    [Fact]
    public Task What_is_inlined_counts_with_what_it_is_given()
    {
        const string Part = "[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Get(int* p, int i) => new Span<int>(p, 16)[i & 15];";
        return Verify.HandlerOnOldest(
            "int k = (int)state.Size; if (state.Count == 3) { state.Total = {|TH4003:Get(state.Pointer, k)|} + (k & 15); } else { state.Total = {|TH4003:Get(state.Pointer, k)|}; }", Part);
    }

    [Fact]
    public Task NET_10_follows_it() =>
        Verify.Handler(Span + "if (state.Count == 3) { s[k & 15] = 1; s[k & 15] = 2; } else { s[k & 15] = 3; }");

#if !ROSLYN_FLOOR
    [Fact]
    public Task A_member_of_an_extension_block_is_followed() => Verify.HandlerOnOldest(
        "int k = (int)state.Size; if (state.Count == 3) { state.Total = {|TH4003:k.In(state.Pointer)|} + (k & 15) + k.Low; } else { state.Total = {|TH4003:k.In(state.Pointer)|}; }",
        "} static unsafe class Extensions { extension(int i) { [MethodImpl(MethodImplOptions.AggressiveInlining)] public int In(int* p) => new Span<int>(p, 16)[i & 15]; public int Low => i & 15; }");
#endif
}
