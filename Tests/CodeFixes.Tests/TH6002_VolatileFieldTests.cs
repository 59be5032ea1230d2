using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_VolatileFieldFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6002_VolatileFieldTests
{
    [Theory]
    [InlineData("static Kind s_value;", "static volatile Kind s_value;", "while ({|TH6002:s_value|} == default) { }", "while (s_value == default) { }")]
    [InlineData("/// <summary>What.</summary>\n    private static Kind s_value; // c", "/// <summary>What.</summary>\n    private static volatile Kind s_value; // c", "{|TH6002:C.s_value|} = default;", "C.s_value = default;")]
    [InlineData("internal static char s_value = 'a';", "internal static volatile char s_value = 'a';", "int n = {|TH6002:s_value|} + Get({|TH6002:s_value|});", "int n = s_value + Get(s_value);")]
    public Task What_Volatile_has_no_methods_for_becomes_volatile(string before, string after, string use, string clean) =>
        VerifyCS.VerifyCodeFixAsync(Program(before, use), Program(after, clean));

    [Theory]
    [InlineData("static int s_value;", "int n = {|TH6002:s_value|};")] // Volatile.Read
    [InlineData("static double s_value;", "double n = {|TH6002:s_value|};")]
    [InlineData("static Wide s_value;", "Wide n = {|TH6002:s_value|};")] // A long cannot be volatile.
    [InlineData("static Kind s_value, s_other;", "Kind n = {|TH6002:s_value|};")]
    [InlineData("static char s_value;", "char n = {|TH6002:s_value|}; Take(ref s_value);")]
    [InlineData("static char s_value;", "char n = {|TH6002:s_value|}; ref char r = ref C.s_value;")]
    [InlineData("static Kind s_value { get; set; }", "Kind n = {|TH6002:s_value|};")]
    [InlineData("static Kind s_value;", "Kind n = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_it_cannot_be_or_would_not_help(string field, string use) => VerifyCS.VerifyCodeFixAsync(Program(field, use), Program(field, use));

    [Fact]
    public Task Partial_classes_in_other_files_and_top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { "if ({|TH6002:N.C.s_value|} != 0) { }\n", Program("internal static Kind s_value;", "") }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { "if (N.C.s_value != 0) { }\n", Program("internal static volatile Kind s_value;", "") } },
        }.RunAsync();

    private static string Program(string field, string use) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        enum Kind { None }

        enum Wide : long { None }

        static partial class C
        {
            {{field}}

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => s_value = default;
        }

        static partial class C
        {
            static class Nested
            {
                static void Use()
                {
                    {{use}}
                }
            }

            static int Get(int n) => n;

            static void Take(ref char c) { }
        }

        """;
}
