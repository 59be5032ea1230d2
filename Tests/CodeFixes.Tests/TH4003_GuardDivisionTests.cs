using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH4003_GuardDivisionFix>;

namespace TopHalf.CodeFixes;

public sealed class TH4003_GuardDivisionTests
{
    public static TheoryData<int> Programs => Shapes.All;

    [Theory]
    [MemberData(nameof(Programs))]
    public Task A_statement_is_left_out_where_the_divisor_is_zero(int shape) =>
        Shapes.VerifyAsync<TH4003_GuardDivisionFix>(
            shape,
            "// before\nstate.Total = {|TH4003:1000 / state.Count|}; // behind\nstate.Count++;",
            "// before\nint divisor = state.Count;\nif (divisor > 0)\n{\n    state.Total = 1000 / divisor;\n} // behind\nstate.Count++;");

    [Theory]
    [InlineData("int d = state.Count;\nstate.Total = {|TH4003:7 % d|};", "int d = state.Count;\nif (d > 0)\n{\n    state.Total = 7 % d;\n}")]
    [InlineData("int d = state.Count;\n{|TH4003:state.Total /= d|};", "int d = state.Count;\nif (d > 0)\n{\n    state.Total /= d;\n}")]
    [InlineData("uint d = (uint)state.Count;\nstate.Total = (int)({|TH4003:7u / d|});", "uint d = (uint)state.Count;\nif (d != 0)\n{\n    state.Total = (int)(7u / d);\n}")]
    [InlineData("{|TH4003:state.Total /= state.Count|};", "int divisor = state.Count;\nif (divisor > 0)\n{\n    state.Total /= divisor;\n}")]
    [InlineData(
        "int divisor = 3;\nstate.Total = divisor + {|TH4003:7 / (state.Count + 1)|};",
        "int divisor = 3;\nint divisor2 = state.Count + 1;\nif (divisor2 > 0)\n{\n    state.Total = divisor + 7 / divisor2;\n}")]
    [InlineData("if (state.Total > 0)\n    state.Total = {|TH4003:7 / state.Count|};", "if (state.Total > 0)\n{\n    int divisor = state.Count;\n    if (divisor > 0)\n    {\n        state.Total = 7 / divisor;\n    }\n}")]
    [InlineData("int d = state.Count;\nint q = {|TH4003:7 / d|}; // c\nstate.Total = q;", "int d = state.Count;\nint q = d > 0 ? 7 / d : 0; // c\nstate.Total = q;")]
    public Task Whatever_the_division(string before, string after) => Shapes.VerifyAsync<TH4003_GuardDivisionFix>(0, before, after);

    [Theory]
    [InlineData("int q = {|TH4003:7 / state.Count|}; state.Total = q;")] // May change after the test.
    [InlineData("state.Total = Next(ref state) + {|TH4003:7 / state.Count|};\n[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Next(ref State state) => ++state.Count;")]
    [InlineData("state.Total = {|TH4003:7 / Next(ref state)|};\n[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Next(ref State state) => ++state.Count;")]
    [InlineData("state.Total = state.Total++ + {|TH4003:7 / state.Count|};")]
    [InlineData("state.Total = {|TH4003:state.Count / -1|};")]
    [InlineData("if ({|TH4003:7 / state.Count|} > 3) { state.Total = 0; }")]
    [InlineData("state.Total = {|TH4003:{|CS0103:missing|} / state.Count|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string body) => Shapes.VerifyNothingAsync<TH4003_GuardDivisionFix>(body);

    [Fact]
    public Task A_handler_that_only_its_registration_makes_one() =>
        VerifyCS.VerifyCodeFixAsync(
            Registered("state = {|TH4003:7 / state|};"), Registered("int divisor = state;\n        if (divisor > 0)\n        {\n            state = 7 / divisor;\n        }"));

    [Fact]
    public Task Two_divisions_get_two_locals() =>
        Shapes.VerifyAsync<TH4003_GuardDivisionFix>(
            0, "state.Total = {|TH4003:7 / state.Count|};\nstate.Count = {|TH4003:8 / state.Total|};",
            "int divisor = state.Count;\nif (divisor > 0)\n{\n    state.Total = 7 / divisor;\n}\nint divisor2 = state.Total;\nif (divisor2 > 0)\n{\n    state.Count = 8 / divisor2;\n}");

    private static string Registered(string statement) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context)
            {
                {{statement}}
            }

            static InterruptTimer<int> Start() => InterruptTimer.Start<int>(OnTick, TimeSpan.FromMilliseconds(1));
        }

        """;

    [Fact]
    public Task A_division_in_what_the_handler_calls_gives_zero() =>
        Shapes.VerifyAsync<TH4003_GuardDivisionFix>(
            0, "state.Total = {|TH4003:D.Ratio(7, state.Count)|};", "state.Total = D.Ratio(7, state.Count);",
            types: "static class D { [MethodImpl(MethodImplOptions.AggressiveOptimization)] public static int Ratio(int a, int b) => a / b; }",
            fixedTypes: "static class D { [MethodImpl(MethodImplOptions.AggressiveOptimization)] public static int Ratio(int a, int b) => b > 0 ? a / b : 0; }");
}
