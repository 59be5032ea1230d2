using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH5002_MoveToStateFix>;

namespace TopHalf.CodeFixes;

public sealed class TH5002_MoveToStateTests
{
    private const string Field = "[ThreadStatic]\n    static int t_depth;\n\n    ";

    [Fact]
    public Task A_thread_static_of_one_handler_becomes_a_field_of_its_state() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("struct State\n{\n    public int Count; // c\n}", Field, "{|TH5002:t_depth|}++; // deeper\n        state.Count = {|TH5002:C.t_depth|};"),
            Program("struct State\n{\n    public int Count; // c\n    public int t_depth;\n}", "", "state.t_depth++; // deeper\n        state.Count = state.t_depth;"));

    [Fact]
    public Task In_a_struct_on_one_line() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("struct State { public int Count; }", "[ThreadStatic] private static long t_depth;\n    [ThreadStatic] private static int t_other;\n\n    ", "{|TH5002:t_depth|} = {|TH5002:t_other|};"),
            Program("struct State { public int Count; public long t_depth; public int t_other; }", "", "state.t_depth = state.t_other;"));

    [Fact]
    public Task Comments_come_along() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("struct State\n{\n    public int Count; // c\n}", "// a\n    [ThreadStatic] // b\n    private static int t_depth; // d\n\n    ", "{|TH5002:t_depth|}++;"),
            Program("struct State\n{\n    public int Count; // c\n    // a\n    // b\n    // d\n    public int t_depth;\n}", "", "state.t_depth++;"));

    [Theory]
    [InlineData("struct State { public int Count; }", "[ThreadStatic] internal static int t_depth;", "{|TH5002:t_depth|}++;")] // Others may use it.
    [InlineData("struct State { public int Count; }", "[ThreadStatic] static int t_depth; static int Other() => t_depth;", "{|TH5002:t_depth|}++;")]
    [InlineData("struct State { public int Count; }", "[ThreadStatic] static int t_depth = 3;", "{|TH5002:t_depth|}++;")] // On the first thread only.
    [InlineData("struct State { public int t_depth; }", "[ThreadStatic] static int t_depth;", "{|TH5002:t_depth|}++;")]
    [InlineData("struct State { public int Count; }", "/** How deep. */ [ThreadStatic] static int t_depth;", "{|TH5002:t_depth|}++;")]
    [InlineData("[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Size = 8)] struct State { public int Count; }", "[ThreadStatic] static int t_depth;", "{|TH5002:t_depth|}++;")]
    [InlineData("struct State { public int Count; }", "[ThreadStatic] static int t_depth;", "{|TH5002:t_depth|} = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string state, string field, string statement)
    {
        string source = Program(state, field, statement);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task In_parts_and_nested() =>
        VerifyCS.VerifyCodeFixAsync(Parts("[ThreadStatic] static int t_depth;", "{|TH5002:t_depth|}++;", ""), Parts("", "state.t_depth++;", " public int t_depth;"));

    private static string Parts(string field, string statement, string more) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N
        {
            static partial class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref State state, in InterruptContext context)
                {
                    {{statement}}
                }

                struct State { public int Count;{{more}} }
            }

            static partial class C
            { {{field}}{{(field.Length == 0 ? "" : " ")}}}
        }

        """;

    private static string Program(string state, string field, string statement) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        {{state}}

        static class C
        {
            {{field}}[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context)
            {
                {{statement}}
            }
        }

        """;
}
