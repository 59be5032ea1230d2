using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH1006_KeepInStateFix>;

namespace TopHalf.CodeFixes;

public sealed class TH1006_KeepInStateTests
{
    [Theory]
    [InlineData("state.Count += {|TH1006:{|TH1006:s_samples|}.Length|}; // b", "state.Count += state.SamplesLength; // b", "SamplesLength = s_samples.Length", "int SamplesLength")]
    [InlineData("state.Count += /* a */ {|TH1006:{|TH1006:s_options|}.Limit|} * {|TH1006:{|TH1006:s_options|} . Limit|};", "state.Count += /* a */ state.OptionsLimit * state.OptionsLimit;", "OptionsLimit = s_options.Limit", "long OptionsLimit")]
    [InlineData("if (true) { state.Count += {|TH1006:{|TH1006:s_options|}.Size|}.Width; }", "if (true) { state.Count += state.OptionsSizeWidth; }", "OptionsSizeWidth = s_options.Size.Width", "int OptionsSizeWidth")]
    public Task What_never_changes_is_kept_in_the_state(string before, string after, string set, string field) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, ", " + set, $"\n    public {field};"));

    [Theory]
    [InlineData("state.Count += {|TH1006:{|TH1006:s_options|}.Changing|};")]
    [InlineData("state.Count += {|TH1004:{|TH1006:s_changing|}.Length|};")]
    [InlineData("state.Count += (long){|TH1006:{|TH1006:s_samples|}[0]|};")]
    [InlineData("{|TH1006:{|TH1006:s_options|}.Changing|} = 1;")]
    [InlineData("object text = {|TH1006:s_samples|};")]
    [InlineData("state.Count += {|TH1006:{|TH1006:s_samples|}.Length|}; state = new State();")]
    [InlineData("state.Count += {|TH1006:{|TH1006:s_samples|}.Length|}; {|CS0103:missing|}();")]
    public Task Nothing_is_offered_for_what_may_change(string statement) => VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Theory]
    [InlineData("public static void Start()", "public C()")]
    [InlineData("private static readonly double[] s_samples", "private static double[] s_samples")]
    [InlineData("s_changing = \"a\";", "s_changing = \"a\"; State state = default; OnTick(ref state, default);")]
    [InlineData("s_changing = \"a\";", "s_changing = \"a\"; Action<InterruptTimer<State>> reset = timer => timer.Update((ref State state) => state = default);")]
    public async Task Nothing_is_offered_where_it_is_not_set_or_the_registration_not_seen(string place, string change)
    {
        string source = Program("state.Count += {|TH1006:{|TH1006:s_samples|}.Length|};").Replace(place, change, StringComparison.Ordinal);
        await VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task Several_values_several_handlers_and_a_registration_elsewhere() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    """
                    using System;
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    using var a = InterruptTimer.Start<N.State>(N.Handlers.OnTick, TimeSpan.FromSeconds(1));
                    using var b = InterruptTimer.Start<N.State>(OnTock, TimeSpan.FromSeconds(1));

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTock(ref N.State ticks, in InterruptContext context) => ticks.Count += {|TH1006:{|TH1006:N.Handlers.s_samples|}.Length|};

                    namespace N
                    {
                        public struct State
                        {
                            public long Count;
                        }

                        internal static partial class Handlers
                        {
                            public static readonly double[] s_samples = new double[8];
                            public static readonly string s_text = "";
                        }

                        internal static partial class Handlers
                        {
                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTick(ref State state, in InterruptContext context) => state.Count += {|TH1006:{|TH1006:s_samples|}.Length|} + {|TH1004:{|TH1006:s_text|}.Length|};
                        }
                    }

                    """,
                },
                OutputKind = OutputKind.ConsoleApplication,
            },
            FixedState =
            {
                Sources =
                {
                    """
                    using System;
                    using System.Runtime.CompilerServices;
                    using TopHalf;

                    using var a = InterruptTimer.Start<N.State>(N.Handlers.OnTick, new N.State { SamplesLength = N.Handlers.s_samples.Length, TextLength = N.Handlers.s_text.Length }, TimeSpan.FromSeconds(1));
                    using var b = InterruptTimer.Start<N.State>(OnTock, new N.State { HandlersSamplesLength = N.Handlers.s_samples.Length }, TimeSpan.FromSeconds(1));

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTock(ref N.State ticks, in InterruptContext context) => ticks.Count += ticks.HandlersSamplesLength;

                    namespace N
                    {
                        public struct State
                        {
                            public long Count;
                            internal int HandlersSamplesLength;
                            internal int SamplesLength;
                            internal int TextLength;
                        }

                        internal static partial class Handlers
                        {
                            public static readonly double[] s_samples = new double[8];
                            public static readonly string s_text = "";
                        }

                        internal static partial class Handlers
                        {
                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTick(ref State state, in InterruptContext context) => state.Count += state.SamplesLength + state.TextLength;
                        }
                    }

                    """,
                },
            },
        }.RunAsync();

    private static string Program(string statements, string set = "", string field = "") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        internal struct State
        {
            public long Count;{{field}}
        }

        internal readonly struct Size
        {
            public readonly int Width;
        }

        internal class Options
        {
            public readonly long Limit = 5;
            public readonly Size Size;
            public long Changing;
        }

        internal class C
        {
            private static readonly double[] s_samples = new double[8];
            private static readonly Options s_options = new();
            private static string s_changing = "";

            public static void Start()
            {
                InterruptTimer.Start(OnTick, new State { Count = 1{{set}} }, TimeSpan.FromSeconds(1)).Dispose();
                s_changing = "a";
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void OnTick(ref State state, in InterruptContext context)
            {
                {{statements}}
            }
        }

        """;
}
