using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH2001_UpdateFix>;

namespace TopHalf.CodeFixes;

public sealed class TH2001_UpdateTests
{
    private const string Locked = "{|TH2001:lock ({|TH1006:s_gate|})\n        {\n            // Both.\n            s_count++; // c\n            s_total += 2;\n        }|}";
    private const string Free = "// Both.\n        state.Count2++; // c\n        state.Total += 2;";
    private const string Local = "using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));";
    private const string LocalWith = "using var timer = InterruptTimer.Start<State>(OnTick, new State { Total = 5 }, TimeSpan.FromSeconds(1));";
    private const string Statics = "// How many.\n    private static int s_count; // d\n    private static int s_total = 5;\n\n    ";
    private const string Fields = "internal struct State\n{\n    public int Count;\n    // How many.\n    public int Count2; // d\n    public int Total;\n}";

    [Theory]
    [InlineData(
        "// a\n        lock (s_gate)\n        {\n            // Shows.\n            Console.WriteLine({|TH6002:s_count|} + {|TH6002:s_total|}); // b\n        }",
        "// a\n        State snapshot = timer.Snapshot();\n        // Shows.\n        Console.WriteLine(snapshot.Count2 + snapshot.Total); // b")]
    [InlineData(
        "int sum;\n        lock (s_gate)\n        {\n            sum = {|TH6002:s_count|} * 2;\n            if ({|TH6002:Program.s_total|} > 5) { sum++; }\n        }",
        "int sum;\n        State snapshot = timer.Snapshot();\n        sum = snapshot.Count2 * 2;\n        if (snapshot.Total > 5) { sum++; }")]
    public Task What_only_reads_takes_a_snapshot(string use, string mended) =>
        VerifyAsync(Program(Locked, $"{Local}\n        {use}"), Program(Free, $"{LocalWith}\n        {mended}", isMended: true));

    [Theory]
    [InlineData(
        "// a\n        lock (s_gate)\n        {\n            // Resets.\n            {|TH6002:s_count|} = 0; // b\n            {|TH6001:s_total -= 1|};\n        }",
        "// a\n        timer.Update(static (ref State state) =>\n        {\n            // Resets.\n            state.Count2 = 0; // b\n            state.Total -= 1;\n        });")]
    [InlineData(
        "lock (s_gate /* a */) // b\n        {\n            {|TH6002:s_count|} = 0; // d\n        }",
        "/* a */\n        // b\n        timer.Update(static (ref State state) =>\n        {\n            state.Count2 = 0; // d\n        });")]
    [InlineData("lock (s_gate) { {|TH6002:s_count|} = {|TH6002:s_total|}; } // b", "timer.Update(static (ref State state) => state.Count2 = state.Total); // b")]
    [InlineData(
        "int sum = 0; lock (s_gate) { sum = {|TH6002:s_count|}; {|TH6002:s_count|} = 0; }\n        Console.WriteLine(sum);",
        "int sum = 0; timer.Update((ref State state) => { sum = state.Count2; state.Count2 = 0; });\n        Console.WriteLine(sum);")]
    [InlineData(
        "int state = 3; lock (s_gate) { if ({|TH6002:s_total|} > state) { {|TH6002:s_count|} = state; } }",
        "int state = 3; timer.Update((ref State state2) => { if (state2.Total > state) { state2.Count2 = state; } });")]
    public Task What_writes_updates(string use, string mended) =>
        VerifyAsync(Program(Locked, $"{Local}\n        {use}"), Program(Free, $"{LocalWith}\n        {mended}", isMended: true));

    [Fact]
    public Task Several_places_have_several_names() =>
        VerifyAsync(
            Program(Locked, $"{Local}\n        lock (s_gate) {{ Console.WriteLine({{|TH6002:s_count|}}); }}\n        lock (s_gate) {{ Console.WriteLine({{|TH6002:s_total|}}); }}"),
            Program(Free, $"{LocalWith}\n        State snapshot = timer.Snapshot();\n        Console.WriteLine(snapshot.Count2);\n        State snapshot2 = timer.Snapshot();\n        Console.WriteLine(snapshot2.Total);", isMended: true));

    [Fact]
    public Task The_source_may_be_in_a_field_where_only_the_entry_point_leads() =>
        VerifyAsync(
            Program(
                Locked, "s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        Show(1);\n        s_timer.Dispose();",
                "private static InterruptTimer<State>? s_timer;\n\n    private static void Show(int deep)\n    {\n        lock (s_gate) { Console.WriteLine({|TH6002:s_count|}); }\n        lock (s_gate) { {|TH6002:s_total|} = deep; }\n        if (deep > 0) { Show(deep - 1); }\n    }"),
            Program(
                Free, "s_timer = InterruptTimer.Start<State>(OnTick, new State { Total = 5 }, TimeSpan.FromSeconds(1));\n        Show(1);\n        s_timer.Dispose();",
                "private static InterruptTimer<State>? s_timer;\n\n    private static void Show(int deep)\n    {\n        State snapshot = s_timer!.Snapshot();\n        Console.WriteLine(snapshot.Count2);\n        s_timer!.Update((ref State state2) => state2.Total = deep);\n        if (deep > 0) { Show(deep - 1); }\n    }",
                isMended: true));

    // Update and Snapshot keep each other out, as the lock did.
    [Theory]
    [InlineData("private static InterruptTimer<State>? s_timer;", "s_timer", "s_timer!")]
    [InlineData("private static InterruptTimer<State> Timer { get; set; } = null!;", "Timer", "Timer")]
    public Task All_threads_may_take_the_lock_where_the_source_is_there_before_them(string field, string name, string there) =>
        VerifyAsync(
            Program(
                Locked, $"Console.WriteLine(1);\n        {name} = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        new System.Threading.Thread(Reset).Start();\n        Action reset = () => {{ lock (s_gate) {{ {{|TH6002:s_count|}} = 3; }} }};\n        reset();",
                field + "\n\n    private static void Reset()\n    {\n        lock (s_gate) { {|TH6001:s_count -= 1|}; }\n    }\n\n    internal static int Total()\n    {\n        lock (s_gate) { return {|TH6002:s_total|}; }\n    }"),
            Program(
                Free, $"Console.WriteLine(1);\n        {name} = InterruptTimer.Start<State>(OnTick, new State {{ Total = 5 }}, TimeSpan.FromSeconds(1));\n        new System.Threading.Thread(Reset).Start();\n        Action reset = () => {{ {there}.Update(static (ref State state) => state.Count2 = 3); }};\n        reset();",
                field + $"\n\n    private static void Reset()\n    {{\n        {there}.Update(static (ref State state) => state.Count2 -= 1);\n    }}\n\n    internal static int Total()\n    {{\n        State snapshot = {there}.Snapshot();\n        return snapshot.Total;\n    }}",
                isMended: true));

    [Fact]
    public Task What_only_reads_may_do_so_when_the_source_has_ended() =>
        VerifyAsync(
            Program(
                Locked, "s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        Show();\n        s_timer.Dispose();\n        Show();",
                "private static InterruptTimer<State>? s_timer;\n\n    private static void Show()\n    {\n        lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); }\n    }"),
            Program(
                Free, "s_timer = InterruptTimer.Start<State>(OnTick, new State { Total = 5 }, TimeSpan.FromSeconds(1));\n        Show();\n        s_timer.Dispose();\n        Show();",
                "private static InterruptTimer<State>? s_timer;\n\n    private static void Show()\n    {\n        State snapshot = s_timer!.Snapshot();\n        Console.WriteLine(snapshot.Total);\n    }", isMended: true));

    [Theory]
    [InlineData(Local + " lock (s_gate) { {|TH6002:s_count|} = 1; } Console.WriteLine({|TH6002:s_total|});")] // Also read without the lock.
    [InlineData("lock (s_gate) { s_count = 1; } " + Local)] // Before there is a state.
    [InlineData("lock (s_gate) { s_count = 1; } " + Local + " lock (s_gate) { {|TH6002:s_count|} = 2; }")]
    [InlineData(Local + " lock (s_gate) { {|TH6002:s_count|} = 1; Console.WriteLine({|TH6002:s_total|}); }")] // It writes, and who knows what else.
    [InlineData(Local + " lock (s_gate) { Console.WriteLine(); }")] // For whatever that is.
    [InlineData(Local + " lock (s_gate) { {|TH6002:s_count|} = 6 / {|TH6002:s_total|}; }")] // What throws leaves a state as it was.
    [InlineData(Local + " lock (s_gate) { {|TH6002:s_count|} = checked({|TH6002:s_total|} + 1); }")]
    [InlineData(Local + " lock (s_gate) { {|TH6002:s_count|} = 3; return; }")]
    [InlineData(Local + " lock (s_gate) { s_other = 1; Console.WriteLine({|TH6002:s_total|}); } Console.WriteLine(s_other);")] // More is shared.
    [InlineData(Local + " lock (s_gate) { Other({|TH6002:s_total|}); }", "private static void Other(int value) => s_other = value;")]
    [InlineData(Local + " lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } System.Threading.Monitor.Enter(s_gate);")]
    [InlineData(Local + " Action a = () => { lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } };")]
    [InlineData(Local + " lock (s_gate) { Action a = () => Console.WriteLine({|TH6002:s_total|}); a(); }")] // Later, it may be another one.
    [InlineData(Local + " lock (s_gate) { Console.WriteLine({|TH6002:s_total|} + {|CS0103:missing|}); }")]
    [InlineData(Local + " int sum; lock (s_gate) { sum = {|TH6002:s_count|}; {|TH6002:s_count|} = 0; } Console.WriteLine(sum);")] // Nobody knows that it is set then.
    [InlineData(Local + " lock (s_gate)\n#region why\n { Console.WriteLine({|TH6002:s_total|}); }\n#endregion")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); new System.Threading.Thread(Show).Start();", "private static InterruptTimer<State>? s_timer; private static void Show() { lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } }")] // One line at a time.
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Reset(); s_timer.Dispose(); Reset();", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } }")] // Nobody updates what is disposed.
    [InlineData("new System.Threading.Thread(Reset).Start(); s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } }")]
    [InlineData("Action reset = Reset; s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } }")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); new System.Threading.Thread(Reset).Start(); s_timer.Dispose();", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } }")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); new System.Threading.Thread(Reset).Start();", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } } private static class Early { internal static int One; static Early() { Reset(); } }")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); new System.Threading.Thread(Reset).Start();", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } } [ModuleInitializer] internal static void Early() => Reset();")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); new System.Threading.Thread(Reset).Start();", "private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } } private static class Early { internal static readonly System.Threading.Timer One = new(_ => Reset()); }")]
    [InlineData("Timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Reset();", "private static InterruptTimer<State>? Timer { get => s_timer; set => s_timer = value; } private static InterruptTimer<State>? s_timer; private static void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } }")]
    [InlineData("_ = new Owner();", "private sealed class Owner { private readonly InterruptTimer<State> _timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); internal void Reset() { lock (s_gate) { {|TH6002:s_total|} = 0; } _timer.Dispose(); } }")] // Statics outlive instances.
    [InlineData("Show(); s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));", "private static InterruptTimer<State>? s_timer; private static void Show() { lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } }")]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Show(); ", "private static InterruptTimer<State>? s_timer; private static void Stop() => s_timer = null; private static void Show() { lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } }")]
    [InlineData("if (s_other == 0) { s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); } Show(); ", "private static InterruptTimer<State>? s_timer; private static void Show() { lock (s_gate) { Console.WriteLine({|TH6002:s_total|}); } }")]
    public Task Nothing_is_offered_where_the_lock_is_for_more(string main, string members = "")
    {
        string source = Program(Locked, main, members);
        return VerifyAsync(source, source);
    }

    [Theory]
    [InlineData("{|TH2001:lock ({|TH1006:s_gate|}) { s_count++; s_other++; }|}", "s_other")] // The lock is not for that.
    [InlineData("{|TH2001:lock ({|TH1006:s_gate|}) { s_count++; }|} s_total = 1;", "s_total")]
    public Task Nothing_is_offered_where_the_handler_shares_more(string handler, string field)
    {
        string source = Program(handler, $"{Local} lock (s_gate) {{ Console.WriteLine({{|TH6002:s_count|}}); }} Console.WriteLine({{|TH6002:{field}|}});");
        return VerifyAsync(source.Replace("lock (s_gate) { Console.WriteLine({|TH6002:s_count|}); }", $"lock (s_gate) {{ Console.WriteLine({{|TH6002:s_count|}} + {{|TH6002:{field}|}}); }}", StringComparison.Ordinal),
            source.Replace("lock (s_gate) { Console.WriteLine({|TH6002:s_count|}); }", $"lock (s_gate) {{ Console.WriteLine({{|TH6002:s_count|}} + {{|TH6002:{field}|}}); }}", StringComparison.Ordinal));
    }

    private static Task VerifyAsync(string before, string after) =>
        new VerifyCS.Test { TestCode = before, FixedCode = after, TestState = { OutputKind = OutputKind.ConsoleApplication } }.RunAsync();

    private static string Program(string handler, string main, string members = "", bool isMended = false) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        {{(isMended ? Fields : "internal struct State\n{\n    public int Count;\n}")}}

        internal static partial class Program
        {
            private static readonly object s_gate = new();
            private static int s_other;

            {{(isMended ? "" : Statics)}}private static void Main()
            {
                {{main}}
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void OnTick(ref State state, in InterruptContext context)
            {
                {{handler}}
                state.Count++;
            }
        }

        internal static partial class Program
        {
            private static int s_unused;
            {{members}}
        }

        """;
}
