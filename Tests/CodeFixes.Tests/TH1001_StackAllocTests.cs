using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH1001_StackAllocFix>;

namespace TopHalf.CodeFixes;

public sealed class TH1001_StackAllocTests
{
    [Theory]
    [InlineData("int[] a = {|TH1001:new int[4]|};", "Span<int> a = stackalloc int[4];")]
    [InlineData("var a = {|TH1001:new int[4]|};", "Span<int> a = stackalloc int[4];")]
    [InlineData("int[] a = {|TH1001:new int[N * 2]|};", "Span<int> a = stackalloc int[N * 2];")]
    [InlineData("Kind[] a = {|TH1001:new Kind[4]|};", "Span<Kind> a = stackalloc Kind[4];")]
    [InlineData("byte[] a = {|TH1001:new byte[256]|};", "Span<byte> a = stackalloc byte[256];")]
    [InlineData("// b\n        int[] a = {|TH1001:new /* c */ int[4]|}; // d", "// b\n        Span<int> a = stackalloc /* c */ int[4]; // d")]
    [InlineData("if (state > 0) { int[] a = {|TH1001:new int[4]|}; }", "if (state > 0) { Span<int> a = stackalloc int[4]; }")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; state = {|TH1006:a.Length|};", "Span<int> a = stackalloc int[4]; state = a.Length;")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; Fill({|TH1006:a|});", "Span<int> a = stackalloc int[4]; Fill(a);")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; int[] b = {|TH1001:new int[2]|};", "Span<int> a = stackalloc int[4]; Span<int> b = stackalloc int[2];")]
    public Task An_array_that_stays_here_goes_to_the_stack(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, imports: "using System;\n"));

    [Theory]
    [InlineData("int[] a = {|TH1005:[1, 2]|}; state = {|TH1006:a.Length|};", "Span<int> a = [1, 2]; state = a.Length;")]
    [InlineData("int[] a = {|TH1005:[state, 2]|}; foreach (int x in {|TH1006:a|}) { state += x; } // d", "Span<int> a = [state, 2]; foreach (int x in a) { state += x; } // d")]
    public Task A_collection_expression_that_stays_here_becomes_a_span(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, imports: "using System;\n"));

    [Theory]
    [InlineData("int[] a = {|TH1005:[1, 2]|}; Keep(a);")]
    [InlineData("string[] a = {|TH1005:[null, null]|};")]
    [InlineData("for (int i = 0; i < 3; i++) { int[] a = {|TH1005:[i]|}; }")]
    public Task Nothing_is_offered_for_a_collection_that_leaves_or_holds_references(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Elements_are_used_alike() =>
        new VerifyCS.Test
        {
            TestCode = Program("""
                int[] a = {|TH1001:new int[4]|};
                        {|TH1006:a[0]|} = 1;
                        {|TH1006:a[3]|}++;
                        for (int i = 0; i < {|TH1006:a.Length|}; i++)
                        {
                            state += {|TH1006:a[i]|};
                        }
                """),
            FixedCode = Program(
                """
                Span<int> a = stackalloc int[4];
                        a[0] = 1;
                        a[3]++;
                        for (int i = 0; i < a.Length; i++)
                        {
                            state += a[i];
                        }
                """,
                imports: "using System;\n"),
        }.RunAsync();

    [Fact]
    public Task A_foreach_loop_is_kept() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("int[] a = {|TH1001:new int[4]|}; foreach (int x in {|TH1006:a|}) { state += x; }"),
            Program("Span<int> a = stackalloc int[4]; foreach (int x in a) { state += x; }", imports: "using System;\n"));

    [Theory]
    [InlineData("int[] a = {|TH1001:new int[65]|};")]
    [InlineData("int[] a = {|TH1001:new int[(int)state]|};")]
    [InlineData("Pair[] a = {|TH1001:new Pair[4]|};")]
    [InlineData("string[] a = {|TH1001:new string[4]|};")]
    [InlineData("for (int i = 0; i < 3; i++) { int[] a = {|TH1001:new int[4]|}; }")]
    [InlineData("again: int[] a = {|TH1001:new int[4]|}; if ({|TH1006:a.Length|} < state) { goto again; }")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; a = default!;")]
    [InlineData("int[] a = {|TH1001:new int[4]|}, b = {|TH1001:new int[4]|};")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; int[] b = a;")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; Keep(a);")]
    [InlineData("object a = {|TH1001:new int[4]|};")]
    [InlineData("int[] a; a = {|TH1001:new int[4]|};")]
    [InlineData("Fill({|TH1001:{|TH1006:new int[4]|}|});")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; state = {|TH1006:a.Rank|};")]
    [InlineData("int[] a = {|TH1001:new int[4]|}; state = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_a_span_would_not_do(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Nothing_is_offered_where_an_index_could_not_be_judged()
    {
        string source = Program("int[] a = {|TH1001:new int[4]|}; {|TH1006:a[state]|} = 1;");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData("[SkipLocalsInit]", "")]
    [InlineData("", "[SkipLocalsInit]")]
    [InlineData("", "", "[module: SkipLocalsInit]")]
    public Task Nothing_is_offered_where_the_stack_is_not_zeroed(string onMethod, string onType, string onModule = "")
    {
        string source = Program("int[] a = {|TH1001:new int[4]|};", onMethod: onMethod, onType: onType, onModule: onModule);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Elements_that_are_listed_are_kept() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("int[] a = {|TH1001:new int[2] { 1, 2 }|};"),
            Program("Span<int> a = stackalloc int[2] { 1, 2 };", imports: "using System;\n"));

    [Fact]
    public Task A_span_of_ones_own_is_not_mistaken() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("int[] a = {|TH1001:new int[4]|};", types: "class Span<T>;"),
            Program("System.Span<int> a = stackalloc int[4];", types: "class Span<T>;"));

    [Fact]
    public Task A_handler_among_top_level_statements() =>
        new VerifyCS.Test
        {
            TestCode = """
                using System.Runtime.CompilerServices;
                using TopHalf;

                InterruptHandler<long> handler = OnTick;
                _ = handler;

                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long state, in InterruptContext context)
                {
                    long[] a = {|TH1001:new long[4]|};
                    state = {|TH1006:a.Length|};
                }
                """,
            FixedCode = """
                using System;
                using System.Runtime.CompilerServices;
                using TopHalf;

                InterruptHandler<long> handler = OnTick;
                _ = handler;

                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref long state, in InterruptContext context)
                {
                    Span<long> a = stackalloc long[4];
                    state = a.Length;
                }
                """,
            TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        }.RunAsync();

    private static string Program(
        string statements, string imports = "", string types = "", string onMethod = "", string onType = "", string onModule = "") =>
        $$"""
        {{imports}}using System.Runtime.CompilerServices;
        using TopHalf;

        {{onModule}}
        namespace N;

        {{onType}}
        static class C
        {
            const int N = 2;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            {{onMethod}}
            static void OnTick(ref int state, in InterruptContext context)
            {
                {{statements}}
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static void Fill(System.Span<int> span) { }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static void Keep(int[] array) { }
        }

        enum Kind { None }

        struct Pair { public int A, B; }

        {{types}}
        """;
}
