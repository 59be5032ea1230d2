using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0006_RemovePromiseFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0006_RemovePromiseTests
{
    [Theory]
    [InlineData("[{|TH0006:AsyncSignalSafe|}]\n    static long Twice(long value) => value * 2;", "static long Twice(long value) => value * 2;")]
    [InlineData("[{|TH0006:AsyncSignalSafe|}] static long Twice(long value) => value * 2;", "static long Twice(long value) => value * 2;")]
    [InlineData(
        "/// <summary>Doubles.</summary>\n    [{|TH0006:AsyncSignalSafe|}]\n    static long Twice(long value) => value * 2;",
        "/// <summary>Doubles.</summary>\n    static long Twice(long value) => value * 2;")]
    [InlineData(
        "[{|TH0006:AsyncSignalSafe|}, Obsolete]\n    static long Twice(long value) => value * 2;", "[Obsolete]\n    static long Twice(long value) => value * 2;")]
    [InlineData(
        "[Obsolete, {|TH0006:AsyncSignalSafe|}] // old\n    static long Twice(long value) => value * 2;", "[Obsolete] // old\n    static long Twice(long value) => value * 2;")]
    [InlineData(
        "[Obsolete]\n    [{|TH0006:AsyncSignalSafe|}]\n    static long Twice(long value) => value * 2;", "[Obsolete]\n    static long Twice(long value) => value * 2;")]
    [InlineData(
        "[{|TH0006:AsyncSignalSafe|}]\n    [Obsolete]\n    static long Twice(long value) => value * 2;", "[Obsolete]\n    static long Twice(long value) => value * 2;")]
    [InlineData(
        "// before\n    [{|TH0006:AsyncSignalSafe|}] // why\n    // after\n    static long Twice(long value) => value * 2;",
        "// before\n    // why\n    // after\n    static long Twice(long value) => value * 2;")]
    public Task A_needless_promise_goes_and_all_else_stays(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Fact]
    public Task Each_goes_where_there_are_several() =>
        VerifyCS.VerifyCodeFixAsync(
            Program(Twice("[{|TH0006:AsyncSignalSafe|}]\n    ") + Other("[{|TH0006:AsyncSignalSafe|}]\n    ")), Program(Twice("") + Other("")));

    private static string Twice(string promise) => promise + "static long Twice(long value) => value * 2;";

    private static string Other(string promise) =>
        "\n\n    " + promise + "static long Next(long value) => value + 1;\n\n    "
        + "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    static void OnOther(ref long ticks, in InterruptContext context) => ticks = Next(ticks);";

    [Fact]
    public Task A_promise_to_others_stays()
    {
        string source = Program("[AsyncSignalSafe]\n    internal static long Twice(long value) => value * 2;");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string method) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class C
        {
        #pragma warning disable CS0612
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => ticks = Twice(ticks);
        #pragma warning restore CS0612
        }

        static partial class C
        {
            {{method}}
        }

        """;
}
