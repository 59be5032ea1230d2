using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH4003_GuardIndexFix>;

namespace TopHalf.CodeFixes;

public sealed class TH4003_GuardIndexTests
{
    [Theory]
    [InlineData("{|TH4003:span[i]|} = 3;", "span[i] = 3;")]
    [InlineData("{|TH4003:span[i]|} += state.Other * 2;", "span[i] += state.Other * 2;")]
    [InlineData("{|TH4003:span[i]|}++;", "span[i]++;")]
    [InlineData("--{|TH4003:span[i]|};", "--span[i];")]
    public Task A_write_is_left_out_where_the_index_is_out_of_range(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program("// before\n        " + before + " // behind"), Program($$"""
            // before
                    if ((uint)i < (uint)span.Length)
                    {
                        {{after}}
                    } // behind
            """));

    [Fact]
    public Task The_body_of_a_loop_without_braces() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("for (int k = 0; k < 3; k++)\n            {|TH4003:span[i]|} = k;"),
            Program("""
                for (int k = 0; k < 3; k++)
                            if ((uint)i < (uint)span.Length)
                            {
                                span[i] = k;
                            }
                """));

    // What may change after the test is asked for once.
    [Theory]
    [InlineData("{|TH4003:span[state.Other]|} = 3; // c", "int index = state.Other;\n        if ((uint)index < (uint)span.Length)\n        {\n            span[index] = 3;\n        } // c")]
    [InlineData("{|TH4003:span[i + 1]|} += i;", "int index = i + 1;\n        if ((uint)index < (uint)span.Length)\n        {\n            span[index] += i;\n        }")]
    public Task An_index_that_is_computed_is_kept_in_a_local(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Theory]
    [InlineData("state.Other = {|TH4003:span[i]|};")] // What else it should be, nobody knows.
    [InlineData("{|TH4003:span[Next(ref state)]|} = 3;")] // Does something.
    [InlineData("{|TH4003:span[state.Other /* which */]|} = 3;")]
    [InlineData("{|TH4003:span[16]|} = 3;")] // Never in range.
    [InlineData("{|TH4003:span[i]|} = Next(ref state);")] // Does something.
    [InlineData("int x = {|TH4003:span[i]|} = 3;")]
    [InlineData("checked { {|TH4003:span[i]|} = 3; }")] // The test itself would throw.
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    private static string Program(string statement) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        unsafe struct State
        {
            public int* Values;
            public int Index, Other;
        }

        static unsafe class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context)
            {
                Span<int> span = new(state.Values, 16);
                int i = state.Index;
                {{statement}}
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static int Next(ref State state) => state.Other++;
        }

        """;
}
