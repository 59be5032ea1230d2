using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_SharedMemberFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6002_SharedMemberTests
{
    [Theory]
    [InlineData("static void M() => s_count++;", "static void M() => Interlocked.Increment(ref s_count);", "TH6001", "M()")]
    [InlineData("static int M() => ++C.s_count; // c", "static int M() => Interlocked.Increment(ref C.s_count); // c", "TH6001", "M()")]
    [InlineData("static void M()\n    {\n        // Reset.\n        s_count = 0;\n    }", "static void M()\n    {\n        // Reset.\n        Volatile.Write(ref s_count, 0);\n    }", "TH6002", "M()")]
    [InlineData("static int M => s_count;", "static int M => Volatile.Read(ref s_count);", "TH6002", "_ = M")]
    [InlineData(
        "[MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void M() { s_count += s_state.Count; s_state.Count = s_state.Count | 1; s_flag = true; }",
        "[MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void M() { Interlocked.Add(ref s_count, Volatile.Read(ref s_state.Count)); Interlocked.Or(ref s_state.Count, 1); Volatile.Write(ref s_flag, true); }",
        "TH6001", "M()")]
    public Task A_member_that_both_sides_call_shares_as_it_has_to(string before, string after, string rule, string use) =>
        VerifyCS.VerifyCodeFixAsync(Program(before, Marked(use, rule), use), Program(after, use, use, threading: true));

    [Theory]
    [InlineData("static int M() => s_count * s_count;", "TH6002")] // It would be too large to be inlined.
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void M() => s_count *= 2;", "TH6001")]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void M() { s_count++; N(); }\n\n    [MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void N() { }", "TH6001")]
    [InlineData("[MethodImpl(MethodImplOptions.AggressiveInlining)]\n    static void M() { if (s_count == 0) s_count = 1; }", "TH6002")]
    public Task Nothing_is_offered_where_not_all_of_it_can_be_mended(string member, string rule) =>
        VerifyCS.VerifyCodeFixAsync(Program(member, Marked("M()", rule), "M()"), Program(member, Marked("M()", rule), "M()"));

    [Fact]
    public Task Nor_for_a_place_itself_or_for_code_that_does_not_compile()
    {
        string source = Program("static void M() => s_count++;", "int n = {|TH6002:s_count|}; {|CS0103:Missing|}();", "M()");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Partial_classes_in_other_files_and_names_that_clash() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Part("s_count++", ""), Program("static class Interlocked;", "{|TH6001:M()|}", "M()") } },
            FixedState = { Sources = { Part("System.Threading.Interlocked.Increment(ref s_count)", ""), Program("static class Interlocked;", "M()", "M()") } },
        }.RunAsync();

    [Fact]
    public Task Imports_are_added_where_the_member_is() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Part("s_count++", ""), Program("", "{|TH6001:M()|}", "M()") } },
            FixedState = { Sources = { Part("Interlocked.Increment(ref s_count)", "using System.Threading;\n\n"), Program("", "M()", "M()") } },
        }.RunAsync();

    private static string Part(string update, string import) => $"{import}static partial class C\n{{\n    // One more.\n    static void M() => {update};\n}}\n";

    // What is called, and not what is done with it.
    private static string Marked(string use, string rule) => use.Replace("M", $"{{|{rule}:M", System.StringComparison.Ordinal) + "|}";

    private static string Program(string member, string use, string handled, bool threading = false) =>
        $$"""
        using System.Runtime.CompilerServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        static partial class C
        {
            static int s_count;
            static State s_state;
            static bool s_flag;

            {{member}}
        }

        static partial class C
        {
            static void Use()
            {
                {{use}};
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                s_count = 1;
                s_state.Count = 1;
                s_flag = false;
                {{handled}};
            }
        }

        struct State { public int Count; }

        """;
}
