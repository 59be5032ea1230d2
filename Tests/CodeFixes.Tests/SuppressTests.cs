using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.SuppressFix>;

namespace TopHalf.CodeFixes;

public sealed class SuppressTests
{
    [Fact]
    public Task A_handler_is_marked_and_the_reason_asked_for() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("""
                // Ticks.
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] // c
                    static void OnTick(ref int state, in InterruptContext context) => {|TH2002:Console.WriteLine(state)|};
                """),
            Program("""
                // Ticks.
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization), {|TH0008:SuppressMessage("TopHalf.Blocking", "TH2002:Do not block in a handler", Justification = "<Pending>")|}] // c
                    static void OnTick(ref int state, in InterruptContext context) => Console.WriteLine(state);
                """, "using System.Diagnostics.CodeAnalysis;\n"));

    [Fact]
    public Task A_member_without_attributes_gets_a_line_for_it() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("""
                static int s_count;
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref int state, in InterruptContext context) => s_count = state;

                    /// <summary>Reads.</summary>
                    static int Read() => {|TH6002:s_count|};
                """),
            Program("""
                static int s_count;
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref int state, in InterruptContext context) => s_count = state;

                    /// <summary>Reads.</summary>
                    [{|TH0008:SuppressMessage("TopHalf.SharedState", "TH6002:Read and write what a handler shares by Volatile or Interlocked", Justification = "<Pending>")|}]
                    static int Read() => s_count;
                """, "using System.Diagnostics.CodeAnalysis;\n"));

    [Fact]
    public async Task Nothing_is_offered_among_top_level_statements_which_no_attribute_reaches()
    {
        const string Source = """
            using System;
            using System.Runtime.CompilerServices;
            using TopHalf;

            InterruptHandler<int> handler = OnTick;
            _ = handler;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context) => {|TH2002:Console.WriteLine(state)|};
            """;
        VerifyCS.Test test = new() { TestCode = Source, FixedCode = Source };
        test.TestState.OutputKind = OutputKind.ConsoleApplication;
        await test.RunAsync();
    }

    [Theory]
    [InlineData("[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref int state, in InterruptContext context) => {|TH2002:Console.WriteLine(state)|} + {|CS0103:missing|};")]
    [InlineData("[{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf.Blocking\", \"TH2002\")|}] [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref int state, in InterruptContext context) => Console.WriteLine(state);")]
    public Task Nothing_is_offered_for_what_does_not_compile_and_for_suppressions(string member)
    {
        string source = Program(member).Replace("=> {|TH2002:Console.WriteLine(state)|} +", "=> state =", StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    // dotnet format applies every Fix All, and would silence whatever it cannot mend.
    [Fact]
    public void There_is_no_Fix_All() => Assert.Null(new SuppressFix().GetFixAllProvider());

    private static string Program(string member, string imports = "") =>
        $$"""
        using System;
        {{imports}}using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            {{member}}
        }
        """;
}
