using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH2002_InterruptLogFix>;

namespace TopHalf.CodeFixes;

public sealed class TH2002_InterruptLogTests
{
    [Theory]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine(\"tick\")|}; // c", "state.Log.Write(\"tick\"u8);\n        state.Log.EndLine(); // c")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine()|};", "state.Log.EndLine();")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine(state.Count)|};", "state.Log.Write(state.Count);\n        state.Log.EndLine();")]
    [InlineData(
        "{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"late by {state.Count} of {state.Wide}\"|})|};",
        "state.Log.Write(\"late by \"u8);\n        state.Log.Write(state.Count);\n        state.Log.Write(\" of \"u8);\n        state.Log.Write(state.Wide);\n        state.Log.EndLine();")]
    [InlineData(
        "{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"{{at}} 0x{state.Wide:x}: {state.Ratio:F2} %\"|})|};",
        "state.Log.Write(\"{at} \"u8);\n        state.Log.WriteHex(state.Wide);\n        state.Log.Write(\": \"u8);\n        state.Log.Write(state.Ratio, 2);\n        state.Log.Write(\" %\"u8);\n        state.Log.EndLine();")]
    [InlineData(
        "{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"at 0x{(int)context.Timestamp:x}\"|})|};",
        "state.Log.Write(\"at \"u8);\n        state.Log.WriteHex(unchecked((uint)((int)context.Timestamp)));\n        state.Log.EndLine();")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:\"n=\" + state.Count + Unit|})|};", "state.Log.Write(\"n=\"u8);\n        state.Log.Write(state.Count);\n        state.Log.Write(\" ns\"u8);\n        state.Log.EndLine();")]
    public Task A_line_of_text_and_numbers_is_written_by_a_log_in_the_state(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, " public InterruptLog Log;"));

    [Fact]
    public Task Standard_output_is_named_where_the_handler_is_registered() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH2002:Console.WriteLine(\"tick\")|};"),
            Program("state.Log.Write(\"tick\"u8);\n        state.Log.EndLine();", " public InterruptLog Log;", "new State { Log = new InterruptLog(1) }"));

    [Fact]
    public Task A_log_that_the_state_has_is_used() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH2002:Console.WriteLine(\"tick\")|};", " public InterruptLog Lines;"),
            Program("state.Lines.Write(\"tick\"u8);\n        state.Lines.EndLine();", " public InterruptLog Lines;"));

    [Fact]
    public Task A_name_that_is_taken_is_not_taken_again() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH3002:{|TH2002:Console.Error|}.WriteLine(\"tick\")|};", " public int Log;"),
            Program("state.Log2.Write(\"tick\"u8);\n        state.Log2.EndLine();", " public int Log; public InterruptLog Log2;"));

    [Fact]
    public Task Several_lines_use_one_log() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH2002:Console.WriteLine(1)|};\n        if (state.Count > 5)\n            {|TH2002:Console.WriteLine(state.Count)|};"),
            Program(
                "state.Log.Write(\"1\"u8);\n        state.Log.EndLine();\n        if (state.Count > 5)\n        {\n            state.Log.Write(state.Count);\n            state.Log.EndLine();\n        }",
                " public InterruptLog Log;", "new State { Log = new InterruptLog(1) }"));

    [Theory]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine(state.Count > 3)|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"{state.Count,5}\"|})|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine(state.Ratio)|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"{state.Count:x}\"|})|};")] // The log writes 0x in front.
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"0x{state.Count:X}\"|})|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine({|TH1004:$\"{context.Signal + state.Ratio:F12}\"|})|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.Write(\"tick\")|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.Write(\"tick\")|};\n        {|TH3002:{|TH2002:Console.Error|}.WriteLine(\"tock\")|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Error|}.WriteLine(/* c */ \"tick\")|};")]
    [InlineData("{|TH2002:Console.Beep()|};")]
    [InlineData("{|TH2002:Console.Error|}.WriteLine({|CS0103:missing|});")]
    public Task Nothing_is_offered_where_the_line_would_be_another(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Nothing_is_offered_for_standard_output_where_the_registration_is_not_seen()
    {
        string source = Program("{|TH2002:Console.WriteLine(\"tick\")|};").Replace("InterruptTimer.Start(OnTick, new State(), TimeSpan.FromSeconds(1))", "null!", StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Nested_in_parts_with_static_imports_and_an_arrow() =>
        VerifyCS.VerifyCodeFixAsync(
            Parts("{|TH3002:{|TH2002:Error|}.WriteLine(\"tick\")|}", ""),
            Parts("", " public InterruptLog Log;").Replace(" => ;", "\n    {\n        state.Log.Write(\"tick\"u8);\n        state.Log.EndLine();\n    }", StringComparison.Ordinal));

    private static string Parts(string expression, string field) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;
        using static System.Console;

        namespace N;

        static partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context) => {{expression}};
        }

        static partial class C
        {
            struct State { public int Count;{{field}} }
        }

        """;

    private static string Program(string statement, string fields = "", string state = "new State()") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        struct State { public int Count; public ulong Wide; public double Ratio;{{fields}} }

        static class C
        {
            const string Unit = " ns";

            static InterruptTimer<State> Begin() => InterruptTimer.Start(OnTick, {{state}}, TimeSpan.FromSeconds(1));

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context)
            {
                {{statement}}
            }
        }

        """;
}
