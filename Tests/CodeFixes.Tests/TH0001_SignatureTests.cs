using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0001_SignatureFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0001_SignatureTests
{
    private const string Attributes = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    ";

    [Theory]
    [InlineData("void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;", "static void OnTick(ref long ticks, in InterruptContext context) => ticks++;")]
    [InlineData(
        "internal void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;", "internal static void OnTick(ref long ticks, in InterruptContext context) => ticks++;")]
    [InlineData("static void {|TH0001:OnTick|}(ref long ticks) => ticks++;", "static void OnTick(ref long ticks, in InterruptContext context) => ticks++;")]
    [InlineData("static void {|TH0001:OnTick|}(long ticks, InterruptContext context) => ticks++;", "static void OnTick(ref long ticks, in InterruptContext context) => ticks++;")]
    [InlineData("static void {|TH0001:OnTick|}(in long ticks, in InterruptContext context) { }", "static void OnTick(ref long ticks, in InterruptContext context) { }")]
    [InlineData("static long {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => ticks++;", "static void OnTick(ref long ticks, in InterruptContext context) => ticks++;")]
    [InlineData("long {|TH0001:OnTick|}(long context) => context++; // counts", "static void OnTick(ref long context, in InterruptContext context_) => context++; // counts")]
    [InlineData("// here\n    void {|TH0001:OnTick|}(ref long ticks /* so far */) { }", "// here\n    static void OnTick(ref long ticks /* so far */, in InterruptContext context) { }")]
    [InlineData(
        "void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) { var p = new P { X = 1 }; ticks = p.X; }",
        "static void OnTick(ref long ticks, in InterruptContext context) { var p = new P { X = 1 }; ticks = p.X; }")]
    public Task A_handler_gets_the_signature_that_registration_takes(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(Attributes + before), Program(Attributes + after));

    [Theory]
    [InlineData("void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => {|TH1006:_count|}++;")] // Uses the instance.
    [InlineData("void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => {|TH1006:this._count|}++;")]
    [InlineData("void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => {|TH1006:Use()|};")]
    [InlineData("void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => ticks = {|TH1006:start|};")]
    [InlineData("static void {|TH0001:OnTick|}(ref string text, in InterruptContext context) { }")] // No state that could be one.
    [InlineData("static void {|TH0001:OnTick|}() { }")]
    [InlineData("static void {|TH0001:OnTick|}(ref long ticks, int more) { }")]
    [InlineData("static long {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) { return ticks; }")] // Its result is meant.
    [InlineData("static long {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) => ticks + 1;")]
    [InlineData("static void {|TH0001:OnTick|}<T>(ref long ticks, in InterruptContext context) { }")]
    [InlineData("static void {|TH0001:OnTick|}(long ticks) { }\n\n    static void Other() => OnTick(1);")] // Is called.
    [InlineData("public virtual void {|TH0001:OnTick|}(ref long ticks, in InterruptContext context) { }")]
    public Task Nothing_is_offered_where_more_would_have_to_change(string method) =>
        VerifyCS.VerifyCodeFixAsync(Program(Attributes + method), Program(Attributes + method));

    private static string Program(string method) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        partial class C(long start)
        {
            long _count;

            {{method}}

            long Use() => _count + start;
        }

        struct P
        {
            public long X;
        }

        """;
}
