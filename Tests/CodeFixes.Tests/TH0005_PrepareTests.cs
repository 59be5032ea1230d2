using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0005_PrepareFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0005_PrepareTests
{
    private const string Attribute = "[MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    ";
    private const string Loop = "{ int sum = 0; for (int i = 0; i < 9; i++) { sum += i * Count; } return sum; }";

    [Fact]
    public Task An_implementation_is_compiled_ahead() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"// counts\n    public int {{|TH0005:Next|}}() {Loop}"), Program($"// counts\n    {Attribute}public int Next() {Loop}"));

    [Fact]
    public Task So_is_what_it_calls() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"public int {{|TH0005:Next|}}() => More() + 1;\n\n    int More() {Loop}"), Program($"{Attribute}public int Next() => More() + 1;\n\n    {Attribute}int More() {Loop}"));

    [Theory]
    [InlineData("public int {|TH0005:Next|}() { object box = 1; return 1; }")]
    [InlineData("[AsyncSignalUnsafe(\"why\")] public int {|TH0005:Next|}() => 1;")]
    [InlineData("public int {|TH0005:Next|}() { for (int i = 0; i < 9; i++) { Count += {|CS0103:missing|}; } return 1; }")]
    public Task Nothing_is_offered_where_that_is_not_all(string method) => VerifyCS.VerifyCodeFixAsync(Program(method), Program(method));

    private static string Program(string method) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        interface ICounter { [AsyncSignalSafe] int Next(); }

        partial struct Counter : ICounter
        {
            {{method}}
        }

        partial struct Counter
        {
            public int Count;
        }

        """;
}
