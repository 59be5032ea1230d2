using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7003_LetChooseSignalFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7003_LetChooseSignalTests
{
    [Theory]
    [InlineData("new InterruptTimerOptions { Signal = {|TH7003:11|} }", "new InterruptTimerOptions()")]
    [InlineData("new InterruptTimerOptions() { Signal = {|TH7003:11|} }", "new InterruptTimerOptions()")]
    [InlineData("new() { Signal = {|TH7003:11|} }", "new()")]
    [InlineData("new() { Name = \"a\", Signal = {|TH7003:11|} }", "new() { Name = \"a\" }")]
    [InlineData("new() { Signal = {|TH7003:11|}, Name = \"a\" }", "new() { Name = \"a\" }")]
    [InlineData("new() { Name = \"a\", Signal = {|TH7003:11|}, }", "new() { Name = \"a\", }")]
    [InlineData("new()\n    {\n        // ours\n        Name = \"a\",\n        Signal = {|TH7003:11|},\n    }", "new()\n    {\n        // ours\n        Name = \"a\",\n    }")]
    public Task A_signal_that_cannot_be_had_is_left_to_the_library(string before, string after) => VerifyCS.VerifyCodeFixAsync(Program(before), Program(after));

    [Theory]
    [InlineData("new() { Signal = 40 }")]
    [InlineData("new() { Signal = {|TH7003:11|} /* ours */ }")] // The reason may be wrong, but it is the author's.
    public Task A_signal_that_can_be_had_stays_and_so_does_a_comment(string options) => VerifyCS.VerifyCodeFixAsync(Program(options), Program(options));

    private static string Program(string options) =>
        $$"""
        using TopHalf;

        static class C
        {
            static readonly InterruptTimerOptions s_options = {{options}};
        }

        """;
}
