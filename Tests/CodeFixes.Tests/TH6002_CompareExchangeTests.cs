using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_CompareExchangeFix>;
using VerifyVolatile = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_VolatileFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6002_CompareExchangeTests
{
    [Theory]
    [InlineData("if ({|TH6002:s_int|} == 1) {|TH6002:s_int|} = 2;", "Interlocked.CompareExchange(ref s_int, 2, 1);")]
    [InlineData("if (({|TH6002:C.s_int|} == n))\n        {\n            {|TH6002:C.s_int|} = 0;\n        } // c", "Interlocked.CompareExchange(ref C.s_int, 0, n); // c")]
    [InlineData("// why\n        if (0 == {|TH6002:s_long|}) {|TH6002:s_long|} = 1L << 40;", "// why\n        Interlocked.CompareExchange(ref s_long, 1L << 40, 0);")]
    [InlineData("if (n > 0) Get(); else if ({|TH6002:s_int|} == 0) {|TH6002:s_int|} = n;", "if (n > 0) Get(); else Interlocked.CompareExchange(ref s_int, n, 0);")]
    [InlineData("if ({|TH6002:s_int|} == 1) { /* why */ {|TH6002:s_int|} = 2; }", "/* why */\n        Interlocked.CompareExchange(ref s_int, 2, 1);")]
    [InlineData("// a\n        if ({|TH6002:s_int|} == 1) // b\n        {\n            // d\n            {|TH6002:s_int|} = 2; // e\n        } // f", "// a\n        // b\n        // d\n        // e\n        Interlocked.CompareExchange(ref s_int, 2, 1); // f")]
    [InlineData("if ({|TH6004:*s_level|} == 1) {|TH6004:*s_level|} = 2;", "Interlocked.CompareExchange(ref *s_level, 2, 1);")]
    [InlineData("Action act = () => { if ({|TH6002:s_int|} == 1) {|TH6002:s_int|} = 2; };", "Action act = () => { Interlocked.CompareExchange(ref s_int, 2, 1); };")]
    public Task A_test_and_what_it_allows_become_one(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, threading: true));

    [Theory]
    [InlineData("if ({|TH6002:s_int|} == 1) {|TH6002:s_int|} = 2; else Get();")]
    [InlineData("if ({|TH6002:s_int|} == 1) { {|TH6002:s_int|} = 2; Get(); }")]
    [InlineData("if ({|TH6002:s_int|} != 1) {|TH6002:s_int|} = 2;")]
    [InlineData("if ({|TH6002:s_int|} == 1) {|TH6002:s_int|} = Get();")]
    [InlineData("if ({|TH6002:s_int|} == Get()) {|TH6002:s_int|} = 1;")]
    [InlineData("if ({|TH6002:s_int|} == n2) {|TH6002:s_int|} = 1;")]
    [InlineData("if ({|TH6002:s_int|} == 1)\n        {\n#region why\n            {|TH6002:s_int|} = 2;\n#endregion\n        }")]
    [InlineData("if ({|TH6002:s_int|} == {|TH6002:s_int|}) {|TH6002:s_int|} = 2;")]
    [InlineData("if ({|TH6002:s_double|} == 0) {|TH6002:s_double|} = 1;")]
    [InlineData("if ({|TH6002:s_int|} == 1) {|TH6002:s_long|} = 2;")]
    [InlineData("if ({|TH6002:s_int|} == {|CS0103:missing|}) {|TH6002:s_int|} = 2;")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Volatile_is_not_offered_for_it_as_the_gap_would_stay()
    {
        string source = Program("if ({|TH6002:s_int|} == 1) {|TH6002:s_int|} = 2;");
        return VerifyVolatile.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Top_level_statements_and_names_that_clash() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, "if ({|TH6002:N.Outer.s_count|} == 0) {|TH6002:N.Outer.s_count|} = 1;\n\nclass Interlocked;\n" }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { Shared, "System.Threading.Interlocked.CompareExchange(ref N.Outer.s_count, 1, 0);\n\nclass Interlocked;\n" } },
        }.RunAsync();

    private const string Shared = """
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class Outer
        {
            public static int s_count;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int ticks, in InterruptContext context) => s_count = 2;
        }

        """;

    private static string Program(string statement, bool threading = false) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        static unsafe class C
        {
            static int s_int;
            static long s_long;
            static double s_double;
            static int* s_level;

            static void Update(int n, long n2)
            {
                {{statement}}
            }

            static int Get() => 0;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                s_int = 1;
                s_long = 1;
                s_double = 1;
                *s_level = 1;
            }
        }

        """;
}
