namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Elements that are read behind other memory for a value that nobody uses. What the JIT makes of them is in JitLimitsTests.</summary>
public sealed class DeadReadsTests
{
    private const string Start = "Span<int> span = new(state.Pointer, 16); int u = state.Count; int* p = state.Pointer; ";

    [Theory]
    [InlineData("int y = Math.Max(p[3], {|TH4003:span[u & 15]|});")]
    [InlineData("_ = Math.Max(p[3], {|TH4003:span[u & 15]|});")]
    [InlineData("if (p[3] + {|TH4003:span[u & 15]|} > 3) { }")]
    [InlineData("int y = 3; if (p[3] + {|TH4003:span[u & 15]|} > 3) { y = 5; } y = (int)state.Size; state.Count = y;")]
    [InlineData("(int A, int B) y = (p[3] + {|TH4003:span[u & 15]|}, 4); state.Count = y.B;")]
    [InlineData("int y = 3; y = Math.Max(p[3], {|TH4003:span[u & 15]|}); y = 4; state.Count = y;")]
    [InlineData("int y = 3; if (u > 3) { y = Math.Max(p[3], {|TH4003:span[u & 15]|}); } else { state.Count = y; }")]
    [InlineData("int y = span[u & 7] + {|TH4003:span[u & 15]|};")]
    public Task An_element_that_is_read_for_nothing_behind_other_memory_is_reported(string statements) => Verify.Handler(Start + statements);

    [Theory]
    [InlineData("int y = Math.Max(p[3], span[u & 15]); state.Count = y;")]
    [InlineData("state.Count = Math.Max(p[3], span[u & 15]);")]
    [InlineData("int y = span[u & 15];")]
    [InlineData("int y = Math.Max(span[u & 15], p[3]);")]
    [InlineData("int y = Math.Max(p[3], span[5]);")]
    [InlineData("if (p[3] + span[u & 15] > 3) { state.Count = 4; }")]
    [InlineData("int y = 3; if (p[3] + span[u & 15] > 3) { y = 5; } state.Count = y;")]
    [InlineData("(int A, int B) y = (p[3] + span[u & 15], 4); state.Count = y.A;")]
    [InlineData("int y = 3; for (int i = 0; i < 5; i++) { state.Count += y; y = Math.Max(p[3], span[i]); }")]
    public Task An_element_whose_value_is_used_or_that_comes_first_is_clean(string statements) => Verify.Handler(Start + statements);

    [Fact]
    public Task What_a_method_returns_may_be_unused_where_it_is_inlined() =>
        Verify.Members(
            """
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
            static int Sum(Span<int> span, int* p, int u)
            {
                if ((uint)u >= (uint)span.Length)
                {
                    return 0;
                }

                return p[3] + {|TH4003:span[u]|};
            }

            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
            static int Same(Span<int> span, int* p, int u)
            {
                if ((uint)u >= (uint)span.Length)
                {
                    return 0;
                }

                return p[3] + span[u];
            }
            """);
}
