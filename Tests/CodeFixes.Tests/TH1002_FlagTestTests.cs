using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH1002_FlagTestFix>;

namespace TopHalf.CodeFixes;

public sealed class TH1002_FlagTestTests
{
    [Theory]
    [InlineData("bool b = {|TH1002:state.HasFlag({|TH1002:Color.Red|})|};", "bool b = (state & Color.Red) == Color.Red;")]
    [InlineData("if (!{|TH1002:state.HasFlag({|TH1002:Color.Red|})|}) { }", "if (!((state & Color.Red) == Color.Red)) { }")]
    [InlineData("bool b = {|TH1002:state.HasFlag({|TH1002:Color.Red | Color.Blue|})|};", "bool b = (state & (Color.Red | Color.Blue)) == (Color.Red | Color.Blue);")]
    [InlineData("Color mask = Color.Red; bool b = {|TH1002:state.HasFlag({|TH1002:mask|})|};", "Color mask = Color.Red; bool b = (state & mask) == mask;")]
    [InlineData("bool b = {|TH1002:(~state).HasFlag({|TH1002:Color.Red|})|}; // c", "bool b = ((~state) & Color.Red) == Color.Red; // c")]
    [InlineData("bool b = /* a */ {|TH1002:state.HasFlag({|TH1002:Color.Red|})|} && true;", "bool b = /* a */ (state & Color.Red) == Color.Red && true;")]
    public Task A_test_of_flags_becomes_the_one_that_it_stands_for(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Theory]
    [InlineData("bool b = {|TH1002:state.HasFlag({|TH1002:Next()|})|};")] // Would be called twice.
    [InlineData("object o = {|TH1002:state|};")]
    [InlineData("bool b = {|TH1002:state.Equals({|TH1002:Color.Red|})|};")]
    [InlineData("bool b = state.HasFlag({|CS1503:1|});")]
    public Task Nothing_is_offered_for_what_is_something_else(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    private static string Program(string statement) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref Color state, in InterruptContext context)
            {
                {{statement}}
            }

            static Color Next() => Color.Red;
        }

        [Flags]
        enum Color { None, Red, Blue }

        """;
}
