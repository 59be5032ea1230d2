using Xunit;

namespace TopHalf.CodeFixes;

public sealed class TH3001_ListAsSafeTests
{
    private const string List = "/0/TopHalf.SafeApis.txt";
    private const string Sine = "M:System.Math.Sin(System.Double) # <Pending>\n";

    [Theory]
    [InlineData("# Mine\n", "# Mine\n" + Sine)]
    [InlineData("# Mine", "# Mine\n" + Sine)]
    [InlineData("# Mine\r\n", "# Mine\r\nM:System.Math.Sin(System.Double) # <Pending>\r\n")]
    [InlineData("", Sine)]
    public Task A_member_is_listed_and_its_reason_asked_for(string before, string after) =>
        TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(Program("state = Math.Sin(state);"), [new(List, before)], [new(List, after)], "TH0007");

    [Fact]
    public Task A_list_is_made_where_there_is_none() =>
        TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(Program("state = Math.Sin(state);"), [], [new("TopHalf.SafeApis.txt", Sine)], "TH0007");

    [Fact]
    public Task A_member_is_listed_once_however_often_it_is_called() =>
        TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(
            Program("state = Math.Sin(state) + Math.Cos(Math.Sin(3)) + (char.IsLetter('x') ? 1 : 0);"), [new(List, "")],
            [new(List, Sine + "M:System.Math.Cos(System.Double) # <Pending>\nM:System.Char.IsLetter(System.Char) # <Pending>\n")], "TH0007", "TH0007", "TH0007");

    [Fact]
    public Task A_member_that_something_else_calls_for_the_handler_is_listed() =>
        TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(
            Program("state = Wave(state);", "[MethodImpl(MethodImplOptions.AggressiveInlining)] static double Wave(double x) => Math.Sin(x);"), [new(List, "")], [new(List, Sine)], "TH0007");

    // What is sure goes before what only the author knows.
    [Fact]
    public Task Fix_All_leaves_to_a_bottom_half_what_can_go_there()
    {
        const string Switch = "M:System.AppContext.SetSwitch(System.String,System.Boolean) # <Pending>\n";
        string program = Program("state = Math.Sin(state); AppContext.SetSwitch(\"A\", state > 0);").Replace("ref double state", "ref State state", StringComparison.Ordinal)
            .Replace("state =", "state.Sum =", StringComparison.Ordinal).Replace("(state", "(state.Sum", StringComparison.Ordinal).Replace("state >", "state.Sum >", StringComparison.Ordinal)
            + "struct State { public double Sum; }\nclass P { static void M() { using var source = SoftwareInterrupt.Start<State>(C.OnTick); } }\n";
        program = program.Replace("static void OnTick", "internal static void OnTick", StringComparison.Ordinal);
        return TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(
            program, [new(List, "")], ([new(List, Sine + Switch)], ["TH0007", "TH0007"]), ([new(List, Sine)], ["TH0007", "TH3001"]));
    }

    [Fact]
    public Task Nothing_is_offered_for_what_does_not_compile() =>
        TextFixes.VerifyAsync<TH3001_ListAsSafeFix>(Program("state = Math.Missing(state);"), [new(List, "")], [new(List, "")], "CS0117", "TH0009", "TH1006");

    private static string Program(string statement, string more = "") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref double state, in InterruptContext context)
            {
                {{statement}}
            }

            {{more}}
        }

        """;
}
