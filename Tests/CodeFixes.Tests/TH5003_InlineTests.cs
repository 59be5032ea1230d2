using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH5003_InlineFix>;

namespace TopHalf.CodeFixes;

public sealed class TH5003_InlineTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]\n";

    [Fact]
    public Task What_a_handler_calls_is_inlined_with_all_that_it_calls() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH5003:D.First(ref state)|};", "// First.\n        internal static void First(ref long x) { x += x > 5 ? 2 : 1; Second(ref x); } // c", "    private static void Second(ref long x) { x *= x > 50 ? 2 : 3; }"),
            Program("D.First(ref state);", $"// First.\n        {Inline}        internal static void First(ref long x) {{ x += x > 5 ? 2 : 1; Second(ref x); }} // c", $"    {Inline}    private static void Second(ref long x) {{ x *= x > 50 ? 2 : 3; }}"));

    [Fact]
    public Task Two_calls_of_one_method_need_one_attribute() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH5003:D.First(ref state)|}; {|TH5003:D.First(ref state)|};", "internal static void First(ref long x) { x += x > 5 ? 2 : 1; x *= x > 50 ? 2 : 3; }", ""),
            Program("D.First(ref state); D.First(ref state);", $"{Inline}        internal static void First(ref long x) {{ x += x > 5 ? 2 : 1; x *= x > 50 ? 2 : 3; }}", ""));

    [Theory]
    [InlineData("internal static void First(ref long x) { for (int i = 0; i < 4; i++) { x += i; } }")] // Other compilers than today's may not.
    [InlineData("[MethodImpl(MethodImplOptions.NoInlining)] internal static void First(ref long x) => x++;")]
    [InlineData("internal static void First(ref long x) { x += x > 5 ? 2 : 1; x *= x > 50 ? {|CS0103:missing|} : 3; }")]
    [InlineData("internal static void First(ref long x) { x += x > 5 ? 2 : 1; Second(ref x); } [MethodImpl(MethodImplOptions.NoInlining)] private static void Second(ref long x) => x *= x > 50 ? 2 : 3;")]
    public Task Nothing_is_offered_where_the_compiler_may_not_do_it(string method)
    {
        string source = Program("{|TH5003:D.First(ref state)|};", method, "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string statement, string method, string other) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        internal static partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            internal static void OnTick(ref long state, in InterruptContext context) { {{statement}} }

            private static partial class D
            {
                {{method}}
            }
        }

        internal static partial class C
        {
        {{other}}
        }

        """;
}
