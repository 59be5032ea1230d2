using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.DeferToBottomHalfFix>;

namespace TopHalf.CodeFixes;

public sealed class DeferToBottomHalfTests
{
    [Theory]
    [InlineData("{|TH2002:Console.WriteLine({|TH1004:$\"tick {state.Count}\"|})|};", "Console.WriteLine($\"tick {e.Count}\");", "Count = state.Count", "public long Count;")]
    [InlineData("{|TH2002:Console.WriteLine(context.Timestamp)|};", "Console.WriteLine(e.Timestamp);", "Timestamp = context.Timestamp", "public long Timestamp;")]
    [InlineData("int n = 5; {|TH2002:Console.WriteLine(n)|};", "Console.WriteLine(e.N);", "N = n", "public int N;", "int n = 5; ")]
    [InlineData("const int N = 5; {|TH2002:Console.WriteLine(N)|};", "Console.WriteLine(e.N);", "N = N", "public int N;", "const int N = 5; ")]
    [InlineData("{|TH2002:Console.WriteLine(InterruptClock.Timestamp)|};", "Console.WriteLine(e.Timestamp);", "Timestamp = InterruptClock.Timestamp", "public long Timestamp;")]
    [InlineData("{|TH2002:Console.WriteLine(s_level)|};", "Console.WriteLine(e.Level);", "Level = s_level", "public int Level;")]
    [InlineData("{|TH2002:Console.WriteLine(Level)|};", "Console.WriteLine(e.Level);", "Level = Level", "public int Level;")]
    [InlineData("{|TH1006:s_list|}.{|TH3001:Add|}(state.Count);", "s_list.Add(e.Count);", "Count = state.Count", "public long Count;")]
    public Task A_statement_moves_with_the_values_that_it_reads(string statement, string moved, string values, string fields, string kept = "") =>
        VerifyCS.VerifyCodeFixAsync(Before(statement), After($"{kept}state.OnTickEvents.TryWrite(new OnTickEvent {{ {values} }});", moved, fields));

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
                using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));
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
