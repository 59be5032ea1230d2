using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH3003_InterruptClockFix>;

namespace TopHalf.CodeFixes;

public sealed class TH3003_InterruptClockTests
{
    [Theory]
    [InlineData("time = {|TH3004:Stopwatch.GetTimestamp()|};", "time = InterruptClock.Timestamp;")]
    [InlineData("time = {|TH3004:System.Diagnostics.Stopwatch.GetTimestamp()|} - time; // c", "time = InterruptClock.Timestamp - time; // c")]
    [InlineData("time = {|TH3004:Environment.TickCount64|};", "time = InterruptClock.Timestamp / 1_000_000;")]
    [InlineData("time = 3 * {|TH3004:Environment.TickCount64|};", "time = 3 * (InterruptClock.Timestamp / 1_000_000);")]
    [InlineData("time = {|TH3004:Environment.TickCount|};", "time = unchecked((int)(InterruptClock.Timestamp / 1_000_000));")]
    [InlineData("time = {|TH3003:DateTime.UtcNow|}.Ticks;", "time = (InterruptClock.Realtime / 100) + 621_355_968_000_000_000;")]
    [InlineData("time = {|TH3001:{|TH3003:DateTimeOffset.UtcNow|}.ToUnixTimeMilliseconds()|};", "time = InterruptClock.Realtime / 1_000_000;")]
    [InlineData("time = {|TH3001:{|TH3003:DateTimeOffset.UtcNow|}.ToUnixTimeSeconds()|};", "time = InterruptClock.Realtime / 1_000_000_000;")]
    public Task The_time_is_told_by_the_same_kernel_clock(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Fact]
    public Task Also_where_a_callee_asks() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("time = {|TH3004:Now()|};", "static long Now() => Stopwatch.GetTimestamp();"), Program("time = Now();", "static long Now() => InterruptClock.Timestamp;"));

    [Theory]
    [InlineData("bool b = {|TH3003:DateTime.UtcNow|} > default(DateTime);")]
    [InlineData("{|TH3003:getpid()|};")]
    public Task Nothing_is_offered_for_what_is_no_number_or_no_clock(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    private static string Program(string statement, string member = "") =>
        $$"""
        using System;
        using System.Diagnostics;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long time, in InterruptContext context)
            {
                {{statement}}
            }

            {{member}}

            [DllImport("libc")]
            static extern int getpid();
        }

        """;
}
