using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH2001_MaskFix>;

namespace TopHalf.CodeFixes;

public sealed class TH2001_MaskTests
{
    private const string Locked = "{|TH2001:lock ({|TH1006:s_gate|})\n        {\n            // Both.\n            s_count++; // c\n            s_total += 2;\n        }|}";
    private const string Free = "// Both.\n        s_count++; // c\n        s_total += 2;";

    private const string Local = "using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));";

    private const string Use = "lock (s_gate)\n        {\n            // Shows.\n            Console.WriteLine({|TH6002:s_count|} + {|TH6002:s_total|});\n        }";
    private const string Masked = "lock (s_gate)\n        {\n            using var mask = {source}.Mask();\n            // Shows.\n            Console.WriteLine(s_count + s_total);\n        }";

    [Fact]
    public Task The_source_is_masked_where_the_lock_is_taken_in_the_method_that_has_it() =>
        VerifyAsync(Program(Locked, $"{Local}\n        {Use}"), Program(Free, $"{Local}\n        {Masked.Replace("{source}", "timer", StringComparison.Ordinal)}"));

    [Fact]
    public Task What_is_locked_before_the_source_starts_and_after_its_end_stays() =>
        VerifyAsync(
            Program(Locked, "lock (s_gate) { s_count = 1; }\n        using (var timer = SoftwareInterrupt.Start<State>(OnTick))\n        {\n            lock (s_gate)\n                {|TH6002:s_total|} = 1;\n        }\n\n        lock (s_gate) { s_count = 1; }"),
            Program(Free, "lock (s_gate) { s_count = 1; }\n        using (var timer = SoftwareInterrupt.Start<State>(OnTick))\n        {\n            lock (s_gate)\n            {\n                using var mask = timer.Mask();\n                s_total = 1;\n            }\n        }\n\n        lock (s_gate) { s_count = 1; }"));

    [Fact]
    public Task Names_that_are_taken_are_left_alone() =>
        VerifyAsync(
            Program(Locked, $"int mask = 1; _ = mask;\n        {Local}\n        {Use}"),
            Program(Free, $"int mask = 1; _ = mask;\n        {Local}\n        {Masked.Replace("{source}", "timer", StringComparison.Ordinal).Replace("var mask", "var mask2", StringComparison.Ordinal)}"));

    [Theory]
    [InlineData("private static InterruptTimer<State>? s_timer;", "s_timer!")]
    [InlineData("private static InterruptTimer<State> s_timer = null!;", "s_timer")]
    public Task A_source_in_a_field_is_masked_where_it_is_there(string field, string source) =>
        VerifyAsync(
            Program(
                Locked, $"Other(); Second();\n        s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        Show();\n        s_timer.Dispose();\n        lock (s_gate) {{ s_count = 1; }}",
                $"{field}\n    private static void Other() {{ lock (s_gate) {{ {{|TH6002:s_count|}} = 1; }} }}\n    private static void Second() => Other();\n    private static void Show()\n    {{\n        {Use}\n    }}"),
            Program(
                Free, $"Other(); Second();\n        s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        Show();\n        s_timer.Dispose();\n        lock (s_gate) {{ s_count = 1; }}",
                $"{field}\n    private static void Other() {{ lock (s_gate) {{ {{|TH6002:s_count|}} = 1; }} }}\n    private static void Second() => Other();\n    private static void Show()\n    {{\n        {Masked.Replace("{source}", source, StringComparison.Ordinal)}\n    }}"));

    [Fact]
    public Task All_threads_mask_a_source_that_is_there_before_them() =>
        VerifyAsync(
            Program(
                Locked, "s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        System.Threading.ThreadPool.QueueUserWorkItem(Show);",
                $"private static InterruptTimer<State>? s_timer;\n    private static void Show(object? o)\n    {{\n        {Use}\n    }}"),
            Program(
                Free, "s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));\n        System.Threading.ThreadPool.QueueUserWorkItem(Show);",
                $"private static InterruptTimer<State>? s_timer;\n    private static void Show(object? o)\n    {{\n        {Masked.Replace("{source}", "s_timer!", StringComparison.Ordinal)}\n    }}"));

    [Theory]
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Show(); s_timer.Dispose(); Show();", "private static InterruptTimer<State>? s_timer; private static void Show() { lock (s_gate) { {|TH6002:s_count|} = 1; } }")] // Once it is there, and once it is not.
    [InlineData("System.Threading.ThreadPool.QueueUserWorkItem(Show); s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1));", "private static InterruptTimer<State>? s_timer; private static void Show(object? o) { lock (s_gate) { {|TH6002:s_count|} = 1; } }")] // It may be earlier.
    [InlineData("s_timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); System.Threading.ThreadPool.QueueUserWorkItem(Show); s_timer.Dispose();", "private static InterruptTimer<State>? s_timer; private static void Show(object? o) { lock (s_gate) { {|TH6002:s_count|} = 1; } }")] // It may be later.
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Other();", "private static void Other() { lock (s_gate) { {|TH6002:s_count|} = 1; } }")] // The source is not to be had there.
    [InlineData("Other();", "private static void Other() { using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); lock (s_gate) { {|TH6002:s_count|} = 1; } }")] // There may be two at the same time.
    [InlineData("using var a = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); using var b = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); lock (s_gate) { {|TH6002:s_count|} = 1; }", "")]
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); Action a = () => { lock (s_gate) { {|TH6002:s_count|} = 1; } };", "")]
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); System.Threading.Monitor.Enter(s_gate);", "")]
    [InlineData("lock (s_gate) { {|TH6002:s_count|} = 1; }", "private static readonly InterruptTimer<State> s_timer = InterruptTimer.Start<State>({|TH5001:OnTick|}, TimeSpan.FromSeconds(1));")] // Registration would run in the initialiser that the handler needs.
    [InlineData("using var timer = InterruptTimer.Start<State>(OnTick, TimeSpan.FromSeconds(1)); lock (s_gate) { {|TH6002:s_count|} = {|CS0103:missing|}; }", "")]
    public async Task Nothing_is_offered_where_the_source_is_not_the_only_one_or_not_at_hand(string main, string members)
    {
        // Two sources: the handler runs beside itself.
        string locked = main.Contains("using var b", StringComparison.Ordinal)
            ? Locked.Replace("s_count++", "{|TH6001:s_count++|}", StringComparison.Ordinal).Replace("s_total += 2", "{|TH6001:s_total += 2|}", StringComparison.Ordinal) : Locked;
        string source = Program(locked, main, members);
        await VerifyAsync(source, source);
    }

    [Fact]
    public async Task Nothing_is_offered_where_another_handler_takes_the_lock()
    {
        string source = Program(Locked.Replace("s_count++", "{|TH6001:s_count++|}", StringComparison.Ordinal), Local, "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnOther(ref State state, in InterruptContext context) { {|TH2001:lock ({|TH1006:s_gate|}) { {|TH6002:s_count|} = 1; }|} }");
        await VerifyAsync(source, source);
    }

    [Fact]
    public Task Comments_at_the_lock_keep_their_order() =>
        VerifyAsync(
            Program("{|TH2001:lock ({|TH1006:s_gate|} /* a */) // b\n        { // d\n            s_count = 1; // e\n            // f\n        }|} // g", Local),
            Program("/* a */\n        // b\n        // d\n        s_count = 1; // e\n        // f\n        // g", Local));

    [Theory]
    [InlineData("{|TH2001:lock ({|TH1006:s_gate|})\n#region why\n        { s_count = 1; }|}\n#endregion")]
    [InlineData("{|TH2001:lock ({|TH1006:s_gate|}) { /* nothing */ }|}")]
    public async Task Nothing_is_offered_where_what_is_said_has_no_place(string locked)
    {
        string source = Program(locked, Local);
        await VerifyAsync(source, source);
    }

    private static Task VerifyAsync(string before, string after)
    {
        VerifyCS.Test test = new() { TestCode = before, FixedCode = after };
        test.TestState.OutputKind = OutputKind.ConsoleApplication;
        return test.RunAsync();
    }

    private static string Program(string handler, string main, string members = "private static int s_unused;") =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        internal struct State { public int Count; }

        internal static partial class Program
        {
            private static readonly object s_gate = new();
            private static int s_count, s_total;

            private static void Main()
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
            {{members}}
        }

        """;
}
