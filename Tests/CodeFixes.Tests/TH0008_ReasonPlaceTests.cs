using TopHalf.Analyzers;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0008_ReasonPlaceFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0008_ReasonPlaceTests
{
    // The rule goes on reporting: a place is no reason.
    [Theory]
    [InlineData("#pragma warning disable {|#0:TH3001|}\n", "#pragma warning disable {|#0:TH3001|} // <Pending>\n")]
    [InlineData("#pragma warning disable {|#0:TH3001|}, CS0219\n", "#pragma warning disable {|#0:TH3001|}, CS0219 // <Pending>\n")]
    [InlineData("#nullable enable\n  # pragma warning disable CS0219,{|#0:TH3001|}\n", "#nullable enable\n  # pragma warning disable CS0219,{|#0:TH3001|} // <Pending>\n")]
    [InlineData(
        "[{|#0:System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf\", \"TH3001\")|}] // c\n",
        "[{|#0:System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf\", \"TH3001\", Justification = \"<Pending>\")|}] // c\n")]
    public Task A_place_for_the_reason_is_made(string before, string after) =>
        new VerifyCS.Test
        {
            TestCode = before + "static partial class C;\n",
            FixedCode = after + "static partial class C;\n",
            ExpectedDiagnostics = { VerifyCS.Diagnostic(RuleIds.UnexplainedSuppression).WithLocation(0).WithArguments("TH3001", Ask(before)) },
            FixedState = { ExpectedDiagnostics = { VerifyCS.Diagnostic(RuleIds.UnexplainedSuppression).WithLocation(0).WithArguments("TH3001", Ask(before)) } },
            TestBehaviors = Testing.TestBehaviors.SkipSuppressionCheck,
        }.RunAsync();

    [Theory]
    [InlineData("#pragma warning disable {|TH0008:TH3001|} // <Pending>\nclass C;\n")]
    [InlineData("#pragma warning disable TH3001 // Measured.\nclass C;\n")]
    [InlineData("[{|TH0008:System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf\", \"TH3001\", Justification = \"\")|}]\nclass C;\n")]
    [InlineData("[System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf\", {|CS0103:missing|})]\nclass C;\n")]
    public Task Nothing_is_offered_where_there_is_one(string source) =>
        new VerifyCS.Test { TestCode = source, FixedCode = source, TestBehaviors = Testing.TestBehaviors.SkipSuppressionCheck }.RunAsync();

    private static string Ask(string before) => before.Contains("pragma", StringComparison.Ordinal) ? "Write the reason behind it, as a comment" : "Give the reason as its Justification";
}
