using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH0004_LambdaToFunctionFix>;

namespace TopHalf.CodeFixes;

public sealed class TH0004_LambdaToFunctionTests
{
    [Theory]
    [InlineData("InterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) => ticks++|};", "InterruptHandler<long> handler = OnInterrupt;", "=> ticks++;")]
    [InlineData("InterruptHandler<long> handler = {|TH0004:static (ref long ticks, in InterruptContext context) => ticks++|};", "InterruptHandler<long> handler = OnInterrupt;", "=> ticks++;")]
    [InlineData(
        "using var timer = InterruptTimer.Start({|TH0004:(ref long ticks, in InterruptContext context) => ticks++|}, TimeSpan.FromSeconds(1)); // t",
        "using var timer = InterruptTimer.Start<long>(OnInterrupt, TimeSpan.FromSeconds(1)); // t", "=> ticks++;")]
    [InlineData(
        "using var timer = InterruptTimer.Start({|TH0004:(ref long ticks, in InterruptContext context) => ticks++|}, 5L, TimeSpan.FromSeconds(1));",
        "using var timer = InterruptTimer.Start(OnInterrupt, 5L, TimeSpan.FromSeconds(1));", "=> ticks++;")]
    [InlineData(
        "using var timer = InterruptTimer.Start<long>({|TH0004:(ref long ticks, in InterruptContext context) => ticks++|}, TimeSpan.FromSeconds(1));",
        "using var timer = InterruptTimer.Start<long>(OnInterrupt, TimeSpan.FromSeconds(1));", "=> ticks++;")]
    public Task A_lambda_becomes_a_static_function(string before, string after, string body) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, $"""


                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnInterrupt(ref long ticks, in InterruptContext context) {body}
            """));

    [Fact]
    public Task Its_body_is_kept_with_its_comments() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("""
                InterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) =>
                        {
                            // Counts.
                            long by = Step;
                            ticks += by; // by so many
                        }|};
                """),
            Program("InterruptHandler<long> handler = OnInterrupt;", """


                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnInterrupt(ref long ticks, in InterruptContext context)
                        {
                            // Counts.
                            long by = Step;
                            ticks += by; // by so many
                        }
                """));

    [Fact]
    public Task Several_get_names_of_their_own() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("""
                InterruptHandler<long> up = {|TH0004:(ref long ticks, in InterruptContext context) => ticks++|};
                        InterruptHandler<int> down = {|TH0004:(ref int ticks, in InterruptContext context) => ticks--|};
                """),
            Program("""
                InterruptHandler<long> up = OnInterrupt;
                        InterruptHandler<int> down = OnInterrupt2;
                """, """


                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnInterrupt(ref long ticks, in InterruptContext context) => ticks++;

                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnInterrupt2(ref int ticks, in InterruptContext context) => ticks--;
                """));

    [Fact]
    public Task Top_level_statements() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources = { "using TopHalf;\n\nInterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) => ticks++|};\n\nclass C;\n" },
                OutputKind = OutputKind.ConsoleApplication,
            },
            FixedState =
            {
                Sources =
                {
                    """
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    InterruptHandler<long> handler = OnInterrupt;

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnInterrupt(ref long ticks, in InterruptContext context) => ticks++;

                    class C;

                    """,
                },
            },
        }.RunAsync();

    [Theory]
    [InlineData("long by = 2; InterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) => ticks += by|};")] // Captures.
    [InlineData("InterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) => ticks += {|TH1006:_count|}|};")]
    [InlineData("InterruptHandler<long> handler = {|TH0004:OnTick|};")] // No lambda.
    public Task Nothing_is_offered_for_what_captures_or_is_no_lambda(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Nothing_is_offered_in_a_generic_type()
    {
        string source = Program("InterruptHandler<long> handler = {|TH0004:(ref long ticks, in InterruptContext context) => ticks++|};").Replace("class C", "class C<T>", StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task What_it_captures_and_never_changes_goes_into_the_state() =>
        VerifyCS.VerifyCodeFixAsync(
            Stateful("""
                int by = factor * 2;
                        using var timer = InterruptTimer.Start({|TH0004:(ref State state, in InterruptContext context) => state.Count += by * factor + {|TH1006:_step|} * by|}, new State(), TimeSpan.FromSeconds(1));
                """),
            Stateful(
                """
                int by = factor * 2;
                        using var timer = InterruptTimer.Start(OnInterrupt, new State { By = by, Factor = factor, Step = _step }, TimeSpan.FromSeconds(1));

                        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                        static void OnInterrupt(ref State state, in InterruptContext context) => state.Count += state.By * state.Factor + state.Step * state.By;
                """,
                "\n    public int By;\n    public int Factor;\n    public long Step;"));

    [Theory]
    [InlineData("int by = 1; by++;", "by")]
    [InlineData("int by = 1; factor = 1;", "factor")]
    [InlineData("Pair by = new(); by.A = 1;", "by.A")]
    [InlineData("string by = \"\";", "{|TH1004:by.Length|}")]
    [InlineData("", "{|TH1006:_changing|}")]
    public Task Nothing_is_offered_for_what_it_captures_and_may_change(string before, string value)
    {
        string source = Stateful($"{before} using var timer = InterruptTimer.Start<State>({{|TH0004:(ref State state, in InterruptContext context) => state.Sum += {value}|}}, TimeSpan.FromSeconds(1));");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Stateful(string statements, string fields = "") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        struct Pair { public int A; }

        struct State
        {
            public long Count, Sum;{{fields}}
        }

        class C
        {
            private readonly long _step;
            private long _changing;

            C(long step) => _step = step;

            void Start(int factor)
            {
                {{statements}}
            }

            void Change() => _changing++;
        }

        """;

    private static string Program(string statement, string function = "") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        class C
        {
            const long Step = 2;

            long _count = 0;

            void Start()
            {
                {{statement}}{{function}}
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            void OnTick(ref long ticks, in InterruptContext context) => ticks++;
        }

        """;
}
