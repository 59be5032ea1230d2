using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0002_RemoveAsyncFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0002_RemoveAsyncTests
{
    [Theory]
    [InlineData("static async void {|TH0002:OnTick|}(long state) => s_count++;", "static void OnTick(long state) => s_count++;")]
    [InlineData("async static void {|TH0002:OnTick|}(long state) { s_count++; } // c", "static void OnTick(long state) { s_count++; } // c")]
    public Task A_handler_that_waits_for_nothing_is_not_async(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before).Replace("OnTick|}", "{|TH0001:OnTick|}|}", StringComparison.Ordinal), Program(after).Replace("OnTick", "{|TH0001:OnTick|}", StringComparison.Ordinal));

    [Theory]
    [InlineData("static async void {|TH0001:{|TH0002:OnTick|}|}(long state) => {|TH2002:await Task.Yield()|};")]
    [InlineData("static async Task {|TH0001:{|TH0002:OnTick|}|}(long state) { }")] // Another result.
    [InlineData("static async /* why */ void {|TH0001:{|TH0002:OnTick|}|}(long state) { }")]
    [InlineData("static async void {|TH0001:{|TH0002:OnTick|}|}(long state) { s_count = {|CS0103:missing|}; }")]
    public Task Nothing_is_offered_where_something_is_waited_for(string method) => VerifyCS.VerifyCodeFixAsync(Program(method), Program(method));

    private static string Program(string method) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using TopHalf;

        static class C
        {
            static int s_count;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            {{method}}
        }

        """;
}
