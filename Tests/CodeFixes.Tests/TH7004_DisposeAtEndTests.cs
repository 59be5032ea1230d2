using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7004_DisposeAtEndFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7004_DisposeAtEndTests
{
    private const string Start = "InterruptTimer.Start<int>(C.OnTick, 0, TimeSpan.FromMilliseconds(1))";

    [Theory]
    [InlineData($"{{|TH7004:{Start}|}};", $"using var source = {Start};")]
    [InlineData($"_ = {{|TH7004:{Start}|}};", $"using var source = {Start};")]
    [InlineData($"var timer = {{|TH7004:{Start}|}};", $"using var timer = {Start};")]
    [InlineData($"// Ticks.\nInterruptTimer<int> timer = {{|TH7004:{Start}|}}; // c", $"// Ticks.\nusing InterruptTimer<int> timer = {Start}; // c")]
    [InlineData($"int source = 1;\n// Ticks.\n{{|TH7004:{Start}|}}; // c", $"int source = 1;\n// Ticks.\nusing var source2 = {Start}; // c")]
    public Task A_source_of_the_program_is_disposed_of_when_it_ends(string before, string after) => Verify(TopLevel(before), TopLevel(after), OutputKind.ConsoleApplication);

    [Fact]
    public Task Main_is_the_program_too() =>
        Verify(InMain($"{{|TH7004:{Start}|}};\n        Console.ReadLine();"), InMain($"using var source = {Start};\n        Console.ReadLine();"), OutputKind.ConsoleApplication);

    [Fact]
    public Task Each_gets_a_name_of_its_own() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { TopLevel($"{{|TH7004:{Start}|}};\n{{|TH7004:{Start}|}};\nvar other = {{|TH7004:{Start}|}};") }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { TopLevel($"using var source = {Start};\nusing var source2 = {Start};\nusing var other = {Start};") } },
        }.RunAsync();

    [Theory]
    [InlineData($"if (args.Length > 0) {{ {{|TH7004:{Start}|}}; }}")]
    [InlineData($"void Local() {{ {{|TH7004:{Start}|}}; }} Local();")]
    [InlineData($"Action act = () => {{|TH7004:{Start}|}};")]
    [InlineData($"for (int i = 0; i < 3; i++) {{|TH7004:{Start}|}};")]
    [InlineData($"{{|CS0246:Missing|}} timer = {{|TH7004:{Start}|}};")]
    public Task Nothing_is_offered_for_one_that_may_have_to_live_on(string statement) => Verify(InMain(statement), InMain(statement), OutputKind.ConsoleApplication);

    [Fact]
    public Task Nor_in_a_library() => Verify(InMain($"{{|TH7004:{Start}|}};"), InMain($"{{|TH7004:{Start}|}};"), OutputKind.DynamicallyLinkedLibrary);

    private static Task Verify(string before, string after, OutputKind kind) =>
        new VerifyCS.Test { TestState = { Sources = { before }, OutputKind = kind }, FixedState = { Sources = { after } } }.RunAsync();

    private const string Handler = """
        static partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static void OnTick(ref int state, in InterruptContext context) => state++;
        }

        """;

    private static string TopLevel(string statements) => $"using System;\nusing System.Runtime.CompilerServices;\nusing TopHalf;\n\n{statements}\n\n{Handler}";

    private static string InMain(string statements) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class C
        {
            static void Main(string[] args)
            {
                {{statements}}
            }
        }

        {{Handler}}
        """;
}
