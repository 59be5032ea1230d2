using Microsoft.CodeAnalysis;
using TopHalf.Testing;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.DeferToBottomHalfFix>;

namespace TopHalf.CodeFixes;

public sealed class DeferToBottomHalfTests
{
    private const string Registration = "using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));";

    [Theory]
    [InlineData("{|TH2002:Console.WriteLine({|TH1004:$\"tick {state.Count}\"|})|};", "Console.WriteLine($\"tick {e.Count}\");", "Count = state.Count", "public long Count;")]
    [InlineData("{|TH2002:Console.WriteLine(context.Timestamp)|};", "Console.WriteLine(e.Timestamp);", "Timestamp = context.Timestamp", "public long Timestamp;")]
    [InlineData("int n = 5; {|TH2002:Console.WriteLine(n)|};", "Console.WriteLine(e.N);", "N = n", "public int N;", "int n = 5; ")]
    [InlineData("const int N = 5; {|TH2002:Console.WriteLine(N)|};", "Console.WriteLine(e.N);", "N = N", "public int N;", "const int N = 5; ")]
    [InlineData("{|TH2002:Console.WriteLine(InterruptClock.Timestamp)|};", "Console.WriteLine(e.Timestamp);", "Timestamp = InterruptClock.Timestamp", "public long Timestamp;")]
    [InlineData("{|TH2002:Console.WriteLine(s_level)|};", "Console.WriteLine(e.Level);", "Level = s_level", "public int Level;")]
    [InlineData("{|TH2002:Console.WriteLine(Level)|};", "Console.WriteLine(e.Level);", "Level = Level", "public int Level;")]
    [InlineData("{|TH3001:{|TH1006:s_list|}.Add(state.Count)|};", "s_list.Add(e.Count);", "Count = state.Count", "public long Count;")]
    [InlineData("{|TH2002:Console.WriteLine({|TH1002:state.Kind|})|};", "Console.WriteLine(e.Kind);", "Kind = state.Kind", "public Kind Kind;")]
    [InlineData("{|TH2002:Console.WriteLine({|TH1004:$\"{state.Pair.A} {state.Pair.B} {state.Pair.A}\"|})|};", "Console.WriteLine($\"{e.A} {e.B} {e.A}\");", "A = state.Pair.A, B = state.Pair.B", "public int A;\n    public int B;")]
    [InlineData("int count = 5; {|TH2002:Console.WriteLine({|TH1004:$\"{count} {state.Count}\"|})|};", "Console.WriteLine($\"{e.Count} {e.Count2}\");", "Count = count, Count2 = state.Count", "public int Count;\n    public long Count2;", "int count = 5; ")]
    [InlineData("int n = 5; {|TH3001:Task.Run({|TH1003:() => Console.WriteLine(n)|})|};", "_ = Task.Run(() => Console.WriteLine(e.N));", "N = n", "public int N;", "int n = 5; ")]
    public Task A_statement_moves_with_the_values_that_it_reads(string statement, string moved, string values, string fields, string kept = "") =>
        VerifyCS.VerifyCodeFixAsync(Before(statement), After($"{kept}state.OnTickEvents.TryWrite(new OnTickEvent {{ {values} }});", moved, fields));

    [Fact]
    public Task What_reads_nothing_hands_over_an_empty_event() =>
        VerifyCS.VerifyCodeFixAsync(
            Before("""{|TH2002:Console.WriteLine("tick")|};"""),
            After("state.OnTickEvents.TryWrite(new OnTickEvent());", "Console.WriteLine(\"tick\");", "").Replace("{\n    \n}", "{\n}", StringComparison.Ordinal));

    [Fact]
    public Task Whatever_the_source_is() =>
        VerifyCS.VerifyCodeFixAsync(
            OfSoftware(Before("{|TH2002:Console.WriteLine(state.Count)|};")),
            OfSoftware(After("state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });", "Console.WriteLine(e.Count);", "public long Count;")));

    [Fact]
    public Task Statements_that_follow_each_other_move_together_with_their_comments() =>
        VerifyCS.VerifyCodeFixAsync(
            Before("""
                state.Count++; // ticks

                        // Tells.
                        string text = {|TH1004:$"tick {state.Count}"|}; // a text
                        {|TH2002:Console.WriteLine(text)|}; /* out */

                        {|TH2001:lock ({|TH1006:s_gate|})
                        {
                            // Keeps.
                            {|TH3001:{|TH1006:s_list|}.Add(state.Count)|};
                        }|}

                        state.Pair.A++;
                """),
            After(
                """
                state.Count++; // ticks

                        state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });

                        state.Pair.A++;
                """,
                """
                // Tells.
                                string text = $"tick {e.Count}"; // a text
                                Console.WriteLine(text); /* out */

                                lock (s_gate)
                                {
                                    // Keeps.
                                    s_list.Add(e.Count);
                                }
                """,
                "public long Count;"));

    [Fact]
    public Task Statements_apart_go_through_one_queue_and_keep_their_order() =>
        VerifyCS.VerifyCodeFixAsync(
            Before("""
                if (state.Count > 5)
                            {|TH2002:Console.WriteLine("many")|};
                        for (int i = 0; i < 3; i++)
                        {
                            {|TH2002:Console.WriteLine({|TH1004:$"{i} {state.Count}"|})|};
                        }

                        state.Count++;
                        switch (state.Kind)
                        {
                            case Kind.None:
                                {|TH3001:{|TH1006:s_list|}.Add(state.Count)|};
                                break;
                        }
                """),
            After(
                """
                if (state.Count > 5)
                            state.OnTickEvents.TryWrite(new OnTickEvent { Step = 0 });
                        for (int i = 0; i < 3; i++)
                        {
                            state.OnTickEvents.TryWrite(new OnTickEvent { Step = 1, I = i, Count = state.Count });
                        }

                        state.Count++;
                        switch (state.Kind)
                        {
                            case Kind.None:
                                state.OnTickEvents.TryWrite(new OnTickEvent { Step = 2, Count = state.Count });
                                break;
                        }
                """,
                """
                if (e.Step == 0)
                                {
                                    Console.WriteLine("many");
                                }
                                else if (e.Step == 1)
                                {
                                    Console.WriteLine($"{e.I} {e.Count}");
                                }
                                else
                                {
                                    s_list.Add(e.Count);
                                }
                """,
                "public int Step;\n    public int I;\n    public long Count;"));

    [Fact]
    public Task Rules_about_what_may_be_done_elsewhere()
    {
        const string Source = """
            using System;
            using System.Runtime.CompilerServices;
            using System.Runtime.InteropServices;
            using TopHalf;

            internal struct State { public long Count; }

            internal class Sensor : IDisposable
            {
                public virtual void Read() { }
                public void Dispose() { }
            }

            internal static class C
            {
                private static readonly Sensor s_sensor = new();
                private static Sensor? s_last;
                private static decimal s_total;

                private static void Start()
                {
                    using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));
                }

                [MethodImpl(MethodImplOptions.AggressiveInlining)]
                private static void Sum(params double[] values) { }

                [DllImport("libc")]
                private static extern int kill(int pid, int signal);

                [DllImport("libc", EntryPoint = "kill"), SuppressGCTransition]
                private static extern int killFast(int pid, int signal);

                [AsyncSignalUnsafe("writes to the log")]
                private static void Flush() { }

                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void Recurse(long n) { if (n > 0) { Recurse(n - 1); } }

                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void OnTick(ref State state, in InterruptContext context)
                {
                    {|TH1007:s_last = {|TH1001:new Sensor()|}|};
                    {|TH1007:s_last = null|};
                    {|TH1005:Sum(1.0, 2.0)|};
                    {|TH3002:{|TH1006:s_sensor|}.Read()|};
                    {|TH3003:kill(0, 0)|};
                    {|TH3004:killFast(0, 0)|};
                    {|TH3005:Flush()|};
                    {|TH3007:Recurse(state.Count)|};
                    {|TH4002:using ({|TH1006:s_sensor|})
                    {
                        {|TH5004:s_total += {|TH5004:{|TH5004:state.Count|} * 1.1m|}|};
                    }|}
                }
            }

            """;
        int statements = Source.IndexOf("{|TH1007:", StringComparison.Ordinal);
        string after = Source[..statements] + "state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });\n    }\n\n" + Class("""
            s_last = new Sensor();
                            s_last = null;
                            Sum(1.0, 2.0);
                            s_sensor.Read();
                            kill(0, 0);
                            killFast(0, 0);
                            Flush();
                            Recurse(e.Count);
                            using (s_sensor)
                            {
                                s_total += e.Count * 1.1m;
                            }
            """) + "}\n";
        return VerifyCS.VerifyCodeFixAsync(Source, after
            .Replace("using TopHalf;", "using System.Threading.Tasks;\nusing TopHalf;", StringComparison.Ordinal)
            .Replace("public long Count; }\n", """
                public long Count; public InterruptQueueWriter<OnTickEvent> OnTickEvents; }

                /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                internal struct OnTickEvent
                {
                    public long Count;
                }

                """, StringComparison.Ordinal)
            .Replace(Registration, """
                using var onTickBottomHalf = new OnTickBottomHalf();
                        using var timer = InterruptTimer.Start<State>(OnTick, new State { OnTickEvents = onTickBottomHalf.Writer }, TimeSpan.FromSeconds(1));
                """, StringComparison.Ordinal));
    }

    [Fact]
    public Task A_condition_takes_along_what_stands_under_it() =>
        VerifyCS.VerifyCodeFixAsync(
            Before("""
                if ({|TH3001:{|TH1006:s_list|}.Contains(state.Count)|})
                        {
                            {|TH3001:{|TH1006:s_list|}.Remove(state.Count)|};
                        }
                """),
            After(
                "state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });",
                """
                if (s_list.Contains(e.Count))
                                {
                                    s_list.Remove(e.Count);
                                }
                """,
                "public long Count;"));

    [Fact]
    public Task Handlers_are_mended_side_by_side_and_names_are_their_own() =>
        new VerifyCS.Test
        {
            TestState =
            {
                Sources =
                {
                    ("/0/Program.cs", """
                        using static System.Console;
                        using TopHalf;

                        // Starts.
                        using var a = InterruptTimer.Start(A.OnTick, new A.State { Count = 5 }, System.TimeSpan.FromSeconds(1));

                        // And again.
                        using (var again = InterruptTimer.Start(A.OnTick, initialState: default(A.State), period: System.TimeSpan.FromSeconds(1)))
                        {
                            WriteLine("a");
                        }

                        B.Run();

                        class OnTickEvent;
                        """),
                    ("/0/A.cs", """
                        using System.Runtime.CompilerServices;
                        using TopHalf;
                        using static System.Console;

                        static partial class A
                        {
                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTick(ref State state, in InterruptContext context) => {|TH2002:WriteLine(state.Count)|};

                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTock(ref State state, in InterruptContext context) { {|TH2002:WriteLine(state.Count)|}; }
                        }
                        """),
                    ("/0/State.cs", """
                        static partial class A
                        {
                            public struct State { public long Count; }
                        }
                        """),
                    ("/0/B.cs", """
                        using System;
                        using System.Runtime.CompilerServices;
                        using TopHalf;

                        namespace N
                        {
                            internal record struct State;
                        }

                        public static class B
                        {
                            public static void Run()
                            {
                                N.State state = new();
                                using InterruptTimer<N.State> timer = InterruptTimer.Start(OnTick, in state, TimeSpan.FromSeconds(1));
                            }

                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            private static void OnTick(ref N.State state, in InterruptContext context)
                            {
                                {|TH2002:Console.WriteLine(context.Timestamp)|};
                            }
                        }
                        """),
                },
                OutputKind = OutputKind.ConsoleApplication,
            },
            FixedState =
            {
                Sources =
                {
                    ("/0/Program.cs", """
                        using static System.Console;
                        using TopHalf;

                        using var aOnTickBottomHalf = new A.AOnTickBottomHalf();
                        // Starts.
                        using var a = InterruptTimer.Start(A.OnTick, new A.State { Count = 5, AOnTickEvents = aOnTickBottomHalf.Writer }, System.TimeSpan.FromSeconds(1));

                        using var aOnTickBottomHalf2 = new A.AOnTickBottomHalf();
                        // And again.
                        using (var again = InterruptTimer.Start(A.OnTick, initialState: new A.State { AOnTickEvents = aOnTickBottomHalf2.Writer }, period: System.TimeSpan.FromSeconds(1)))
                        {
                            WriteLine("a");
                        }

                        B.Run();

                        class OnTickEvent;
                        """),
                    ("/0/A.cs", """
                        using System;
                        using System.Runtime.CompilerServices;
                        using System.Threading.Tasks;
                        using TopHalf;
                        using static System.Console;

                        static partial class A
                        {
                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTick(ref State state, in InterruptContext context) => state.AOnTickEvents.TryWrite(new AOnTickEvent { Count = state.Count });


                        """ + Class("WriteLine(e.Count);").Replace("OnTickBottomHalf", "AOnTickBottomHalf", StringComparison.Ordinal)
                            .Replace("OnTickEvent", "AOnTickEvent", StringComparison.Ordinal) + """

                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            public static void OnTock(ref State state, in InterruptContext context) { {|#0:WriteLine(state.Count)|}; }
                        }
                        """),
                    ("/0/State.cs", """
                        using TopHalf;

                        static partial class A
                        {
                            public struct State { public long Count; internal InterruptQueueWriter<AOnTickEvent> AOnTickEvents; }

                            /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                            internal struct AOnTickEvent
                            {
                                public long Count;
                            }
                        }
                        """),
                    ("/0/B.cs", """
                        using System;
                        using System.Runtime.CompilerServices;
                        using System.Threading.Tasks;
                        using TopHalf;

                        namespace N
                        {
                            internal record struct State
                            {
                                public InterruptQueueWriter<BOnTickEvent> BOnTickEvents;
                            }

                            /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                            internal struct BOnTickEvent
                            {
                                public long Timestamp;
                            }
                        }

                        public static class B
                        {
                            public static void Run()
                            {
                                N.State state = new();
                                using var bOnTickBottomHalf = new BOnTickBottomHalf();
                                using InterruptTimer<N.State> timer = InterruptTimer.Start(OnTick, state with { BOnTickEvents = bOnTickBottomHalf.Writer }, TimeSpan.FromSeconds(1));
                            }

                            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                            private static void OnTick(ref N.State state, in InterruptContext context)
                            {
                                state.BOnTickEvents.TryWrite(new N.BOnTickEvent { Timestamp = context.Timestamp });
                            }


                        """ + Class("Console.WriteLine(e.Timestamp);").Replace("OnTickBottomHalf", "BOnTickBottomHalf", StringComparison.Ordinal)
                            .Replace("OnTickEvent", "N.BOnTickEvent", StringComparison.Ordinal) + "}"),
                },
                ExpectedDiagnostics = { new DiagnosticResult("TH2002", DiagnosticSeverity.Warning).WithLocation(0) },
            },
        }.RunAsync();

    [Fact]
    public Task Nothing_is_offered_where_a_statement_does_something_else_elsewhere()
    {
        const string Source = """
            using System;
            using System.Collections.Generic;
            using System.Runtime.CompilerServices;
            using System.Threading;
            using TopHalf;

            namespace N;

            internal struct Large { public long A, B, C, D, E, F, G, H, I; }

            internal struct State
            {
                public long Count;
                public Large Large;
            }
            """;
        return VerifyCS.VerifyCodeFixAsync(Source, Source);
    }

    [Theory]
    [InlineData("InterruptTimer<State> timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); timer.Dispose();")]
    [InlineData("{|TH7004:InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1))|};")]
    [InlineData("using var timer = InterruptTimer.Start<State>(handler: OnTick, period: TimeSpan.FromSeconds(1));")]
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); InterruptHandler<State> other = OnTick;")]
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); State state = default; OnTick(ref state, default);")]
    [InlineData("lock (s_gate) { using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); }")]
    [InlineData("Console.WriteLine(nameof(OnTick));")]
    public async Task Nothing_is_offered_where_nobody_sees_how_long_the_handler_runs(string registration)
    {
        string source = Before("{|TH2002:Console.WriteLine(state.Count)|};").Replace(Registration, registration, StringComparison.Ordinal);
        await VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData("internal struct State\n", "internal readonly struct State\n", "    public Kind", "    public readonly Kind", "    public Pair", "    public readonly Pair", "    public long", "    public readonly long")]
    [InlineData("internal struct State\n", "[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Size = 128)] internal struct State\n")]
    [InlineData("internal struct State\n", "file struct State\n", "internal static class", "file static class")]
    [InlineData("ref State state", "ref long state", "Start<State>", "Start<long>", "state.Count", "state")]
    [InlineData("internal static class Program", "internal static class Program<T>", "void OnTick", "void {|TH0001:OnTick|}")]
    [InlineData("internal static class Program", "internal static unsafe class Program")]
    [InlineData("internal static class", "public static class", "internal struct", "public struct", "internal enum", "public enum", "private static void OnTick", "public static void OnTick")]
    [InlineData("private static int s_level;", "private static int s_level; private static void Reset(InterruptTimer<State> timer) => timer.Update((ref State s) => s = default);")]
    [InlineData("public Kind Kind;", "public Kind Kind; public void Reset() => this = default;")]
    [InlineData("internal struct Pair { public int A, B; }", "internal struct Pair { public int A, B; } internal class Wrong { int X => {|CS0103:missing|}; }")]
    public async Task Nothing_is_offered_where_state_or_code_cannot_be_added(params string[] changes)
    {
        string source = Before("{|TH2002:Console.WriteLine(state.Count)|};");
        for (int i = 0; i < changes.Length; i += 2)
        {
            source = source.Replace(changes[i], changes[i + 1], StringComparison.Ordinal);
        }

        await VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task The_bottom_half_of_a_source_in_a_field_lives_as_long_as_that() =>
        VerifyCS.VerifyCodeFixAsync(
            Owned("{|TH2002:Console.WriteLine(state.Count)|};"),
            Owned("state.OnTickEvents.TryWrite(new OnTickEvent { Count = state.Count });")
                .Replace("    public long Count;\n}\n", """
                        public long Count;
                        public InterruptQueueWriter<OnTickEvent> OnTickEvents;
                    }

                    /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                    internal struct OnTickEvent
                    {
                        public long Count;
                    }

                    """, StringComparison.Ordinal)
                .Replace("_timer; // ticks\n", "_timer; // ticks\n    private readonly OnTickBottomHalf _onTickBottomHalf = new();\n", StringComparison.Ordinal)
                .Replace("(OnTick, ", "(OnTick, new State { OnTickEvents = _onTickBottomHalf.Writer }, ", StringComparison.Ordinal)
                .Replace("Dispose(); // ends\n", "Dispose(); // ends\n        _onTickBottomHalf.Dispose();\n", StringComparison.Ordinal)
                .Replace("    }\n}\n", $"    }}\n\n{Class("Console.WriteLine(e.Count);")}}}\n", StringComparison.Ordinal));

    [Theory]
    [InlineData("Dispose(); // ends", "Snapshot();")]
    [InlineData("Dispose(); // ends", "Dispose(); _timer.Dispose();")]
    [InlineData("Dispose(); // ends", "Dispose(); Console.WriteLine(_timer);")]
    [InlineData("public Ticker()", "public void Start()")]
    [InlineData("private readonly", "public readonly")]
    public Task Nothing_is_offered_for_a_source_in_a_field_whose_end_is_not_seen(string place, string change)
    {
        string source = Owned("{|TH2002:Console.WriteLine(state.Count)|};").Replace(place, change, StringComparison.Ordinal)
            .Replace(change.Contains("Start", StringComparison.Ordinal) ? "private readonly" : "\0", "private", StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task A_handler_among_top_level_statements() =>
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

                    using var timer = InterruptTimer.Start(OnTick, new State(), TimeSpan.FromSeconds(1));
                    Console.WriteLine("e");

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref State e, in InterruptContext context)
                    {
                        {|TH2002:Console.WriteLine(e.Count)|};
                    }

                    struct State
                    {
                        public long Count;

                        public void Reset() => Count = 0;
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
                    using System.Threading.Tasks;
                    using TopHalf;

                    using var onTickBottomHalf = new OnTickBottomHalf();
                    using var timer = InterruptTimer.Start(OnTick, new State { OnTickEvents = onTickBottomHalf.Writer }, TimeSpan.FromSeconds(1));
                    Console.WriteLine("e");

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void OnTick(ref State e, in InterruptContext context)
                    {
                        e.OnTickEvents.TryWrite(new OnTickEvent { Count = e.Count });
                    }

                    """ + "\n" + Class("Console.WriteLine(e.Count);").Replace("OnTickEvent e ", "OnTickEvent e2 ", StringComparison.Ordinal)
                        .Replace("e.Count", "e2.Count", StringComparison.Ordinal).Replace("\n    ", "\n", StringComparison.Ordinal)[4..] + """

                    struct State
                    {
                        public long Count;
                        public InterruptQueueWriter<OnTickEvent> OnTickEvents;

                        public void Reset() => Count = 0;
                    }

                    /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                    struct OnTickEvent
                    {
                        public long Count;
                    }

                    """,
                },
            },
        }.RunAsync();

    [Fact]
    public Task A_second_deferral_gets_names_of_its_own() =>
        VerifyCS.VerifyCodeFixAsync(
            """
            using System;
            using System.Runtime.CompilerServices;
            using System.Threading.Tasks;
            using TopHalf;

            class Outer
            {
                private struct State
                {
                    public long Count { get; set; }

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    public static void OnTick(ref State state, in InterruptContext context)
                    {
                        state.Events.TryWrite(new OnTickEvent { Count = state.Count });
                        {|TH2002:Console.WriteLine({|TH1004:$"{state.Count:N2}"|})|};
                    }

                    public InterruptQueueWriter<OnTickEvent> Events;
                }

                private struct OnTickEvent
                {
                    public long Count;
                }

                private void Start(InterruptQueue<OnTickEvent> queue)
                {
                    using var timer = InterruptTimer.Start(
                        State.OnTick,
                        new State
                        {
                            Events = queue.Writer,
                        },
                        TimeSpan.FromSeconds(1));
                }
            }

            """,
            """
            using System;
            using System.Runtime.CompilerServices;
            using System.Threading.Tasks;
            using TopHalf;

            class Outer
            {
                private struct State
                {
                    public long Count { get; set; }

                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    public static void OnTick(ref State state, in InterruptContext context)
                    {
                        state.Events.TryWrite(new OnTickEvent { Count = state.Count });
                        state.OnTickEvents2.TryWrite(new OnTickEvent2 { Count = state.Count });
                    }

                    /// <summary>Does in ordinary context what 'OnTick' must not do itself.</summary>
                    internal sealed class OnTickBottomHalf2 : IDisposable
                    {
                        private readonly InterruptQueue<OnTickEvent2> _events = new(capacity: 4096);
                        private readonly Task _reader;

                        public OnTickBottomHalf2() => _reader = Task.Run(ReadAsync);

                        public InterruptQueueWriter<OnTickEvent2> Writer => _events.Writer;

                        // Ends when everything written is done. Its exceptions come out here.
                        public void Dispose()
                        {
                            using (_events)
                            {
                                _events.Complete();
                                _reader.GetAwaiter().GetResult();
                            }
                        }

                        private async Task ReadAsync()
                        {
                            await foreach (OnTickEvent2 e in _events.ReadAllAsync())
                            {
                                Console.WriteLine($"{e.Count:N2}");
                            }
                        }
                    }

                    public InterruptQueueWriter<OnTickEvent> Events;
                    public InterruptQueueWriter<OnTickEvent2> OnTickEvents2;
                }

                /// <summary>What 'OnTick' hands over to its bottom half.</summary>
                private struct OnTickEvent2
                {
                    public long Count;
                }

                private struct OnTickEvent
                {
                    public long Count;
                }

                private void Start(InterruptQueue<OnTickEvent> queue)
                {
                    using var onTickBottomHalf2 = new State.OnTickBottomHalf2();
                    using var timer = InterruptTimer.Start(
                        State.OnTick,
                        new State
                        {
                            Events = queue.Writer,
                            OnTickEvents2 = onTickBottomHalf2.Writer,
                        },
                        TimeSpan.FromSeconds(1));
                }
            }

            """);

    private static string Owned(string statements) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using TopHalf;

        internal struct State
        {
            public long Count;
        }

        internal sealed class Ticker : IDisposable
        {
            private readonly InterruptTimer<State> _timer; // ticks

            public Ticker()
            {
                _timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));
            }

            public long Count => _timer.Snapshot().Count;

            public void Dispose()
            {
                _timer.Dispose(); // ends
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void OnTick(ref State state, in InterruptContext context)
            {
                {{statements}}
            }
        }

        """;

    private static string OfSoftware(string program) => program.Replace("InterruptTimer.Start", "SoftwareInterrupt.Start", StringComparison.Ordinal)
        .Replace(", TimeSpan.FromSeconds(1))", ")", StringComparison.Ordinal);

    private static string Before(string statements) =>
        $$"""
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using TopHalf;

        namespace N;

        internal enum Kind { None }

        internal struct Pair { public int A, B; }

        internal struct State
        {
            public long Count;
            public Pair Pair;
            public Kind Kind;
        }

        internal static class Program
        {
            private static readonly List<long> s_list = [];
            private static readonly object s_gate = new();
            private static int s_level;
            private static int Level { get; set; }

            private static void Main()
            {
                {{Registration}}
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void OnTick(ref State state, in InterruptContext context)
            {
                {{statements}}
            }
        }

        """;

    private static string After(string statements, string moved, string fields) =>
        Before(statements)
            .Replace("    public Kind Kind;\n}\n", $$"""
                public Kind Kind;
                public InterruptQueueWriter<OnTickEvent> OnTickEvents;
            }

            /// <summary>What 'OnTick' hands over to its bottom half.</summary>
            internal struct OnTickEvent
            {
                {{fields}}
            }

            """, StringComparison.Ordinal)
            .Replace("using var timer = InterruptTimer.Start<State>(OnTick, ", """
            using var onTickBottomHalf = new OnTickBottomHalf();
                    using var timer = InterruptTimer.Start<State>(OnTick, new State { OnTickEvents = onTickBottomHalf.Writer }, 
            """, StringComparison.Ordinal)
            .Replace("    }\n}\n", $"    }}\n\n{Class(moved)}}}\n", StringComparison.Ordinal);

    private static string Class(string moved) =>
        $$"""
            /// <summary>Does in ordinary context what 'OnTick' must not do itself.</summary>
            internal sealed class OnTickBottomHalf : IDisposable
            {
                private readonly InterruptQueue<OnTickEvent> _events = new(capacity: 4096);
                private readonly Task _reader;

                public OnTickBottomHalf() => _reader = Task.Run(ReadAsync);

                public InterruptQueueWriter<OnTickEvent> Writer => _events.Writer;

                // Ends when everything written is done. Its exceptions come out here.
                public void Dispose()
                {
                    using (_events)
                    {
                        _events.Complete();
                        _reader.GetAwaiter().GetResult();
                    }
                }

                private async Task ReadAsync()
                {
                    await foreach (OnTickEvent e in _events.ReadAllAsync())
                    {
                        {{moved}}
                    }
                }
            }

        """;
}
