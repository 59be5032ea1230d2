using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH6001 to TH6004 between handlers: what one does that another, or the same once more, may disturb.</summary>
public sealed class HandlerRaceTests
{
    private const string Here = "Target = InterruptTarget.CurrentThread";
    private const string Counts = "s_count++";
    private const string Reported = "{|TH6001:s_count++|}";

    [Theory]
    [InlineData("", "", true, true)] // Each has a thread of its own.
    [InlineData("new() { Level = 1 }", "new() { Level = 1 }", true, true)]
    [InlineData(Here, Here, false, false)]
    [InlineData(Here + ", Level = 2", Here + ", Level = 2", false, false)]
    [InlineData(Here + ", Level = 1", Here, false, true)]
    [InlineData(Here, Here + ", Level = 3", true, false)]
    [InlineData(Here, "", true, true)]
    [InlineData(Here, "Target = InterruptTarget.Process", true, true)]
    [InlineData("Target = InterruptTarget.Process", "Target = InterruptTarget.Process", true, true)]
    [InlineData("Target = InterruptTarget.Dedicated", "Target = InterruptTarget.Dedicated", true, true)]
    [InlineData(Here + ", Delivery = DeliveryMode.Threaded", Here + ", Delivery = DeliveryMode.Threaded", true, true)]
    [InlineData(Here + ", Delivery = DeliveryMode.Signal", Here + ", Delivery = DeliveryMode.Auto", false, false)]
    [InlineData(Here + ", Delivery = mode", Here, true, true)]
    [InlineData(Here + ", Level = level", Here, true, true)]
    [InlineData("Target = InterruptTarget.Thread(id)", "Target = InterruptTarget.Thread(id)", false, false)]
    [InlineData("Target = InterruptTarget.Thread(7)", "Target = InterruptTarget.Thread(8)", true, true)]
    [InlineData("Target = InterruptTarget.Thread(7)", "Target = InterruptTarget.Thread(7)", false, false)]
    [InlineData("Target = target", "Target = target", true, true)] // It may be Dedicated.
    [InlineData("Target = same", "Target = same", false, false)]
    [InlineData("Target = same", "Target = other", true, true)]
    [InlineData("Target = s_target", "Target = s_target", false, false)]
    [InlineData("Shares = [shared]", "Shares = [shared]", false, false)] // All that share a value have one thread.
    [InlineData("Shares = [shared]", "Shares = [shared], Level = 1", true, false)]
    [InlineData(Here + ", Shares = [shared], Delivery = DeliveryMode.Threaded", Here + ", Shares = [shared], Delivery = DeliveryMode.Threaded", false, false)]
    public Task Two_handlers_that_count_exclude_each_other_on_one_thread_and_level_alone(string first, string second, bool inFirst, bool inSecond) =>
        Verify.Members(
            $$"""
            static int s_count;
            static readonly InterruptTarget s_target = InterruptTarget.Thread(9);
            {{Handler("OnFirst", inFirst ? Reported : Counts)}}
            {{Handler("OnSecond", inSecond ? Reported : Counts)}}
            static void Start(int id, InterruptTarget target, int level, DeliveryMode mode, InterruptShared<int> shared)
            {
                InterruptTarget same = InterruptTarget.Thread(3), other = InterruptTarget.Thread(Environment.CurrentManagedThreadId);
                using var a = InterruptTimer.Start<State>(OnFirst, TimeSpan.FromMilliseconds(1){{Options(first)}});
                using var b = SoftwareInterrupt.Start<State>(OnSecond{{Options(second)}});
            }
            """);

    [Theory]
    [InlineData(Counts, "int n = Volatile.Read(ref s_count);")]
    [InlineData(Reported, "Interlocked.Increment(ref s_count);")]
    [InlineData(Reported, "Volatile.Write(ref s_count, 0);")]
    [InlineData("{|TH6001:Volatile.Write(ref s_count, Volatile.Read(ref s_count) + 1)|}", "Volatile.Write(ref s_count, 0);")]
    [InlineData("Volatile.Write(ref s_count, Volatile.Read(ref s_count) + 1)", "int n = Volatile.Read(ref s_count);")]
    [InlineData("Volatile.Write(ref s_count, Volatile.Read(ref s_other) + 1)", "Volatile.Write(ref s_count, 0);")]
    [InlineData("Interlocked.Increment(ref s_count)", "Interlocked.Increment(ref s_count);")]
    [InlineData("{|TH6001:s_count += 2|}", "{|TH6001:s_count = s_count * 3|};")]
    [InlineData("Volatile.Write(ref s_count, 1)", "int n = {|TH6002:s_count|};")]
    [InlineData("{|TH6002:s_count|} = 1", "int n = Volatile.Read(ref s_count);")]
    [InlineData("s_count = 1", "s_count = 2;")]
    [InlineData("s_count = 1", "Volatile.Write(ref s_count, 2);")]
    [InlineData("{|TH6003:s_pair|} = (1, 2)", "{|TH6003:s_pair|} = (3, 4);")]
    [InlineData("*s_pointer = 1", "*s_pointer = 2;")]
    [InlineData("int n = s_count", "int n = s_count;")]
    [InlineData("if ({|TH6002:s_count|} == 0) { {|TH6002:s_count|} = 1; }", "Interlocked.Exchange(ref s_count, 0);")]
    [InlineData("Interlocked.Increment(ref s_other)", "s_count++;")]
    [InlineData("s_word++", "s_word = 2;")]
    [InlineData("{|TH6003:s_pair|} = (1, 2)", "var pair = {|TH6003:s_pair|};")]
    [InlineData("var pair = s_pair", "var pair = s_pair;")]
    [InlineData("{|TH6003:s_wide|} += 1", "var wide = {|TH6003:s_wide|};")]
    [InlineData("s_lock.TryWrite(1)", "s_lock.TryRead(out long n);")]
    [InlineData("s_counter.Increment()", "s_counter.Increment();")]
    [InlineData("Bump()", "Bump();")]
    [InlineData("{|TH6004:*s_pointer|} = 1", "int n = {|TH6004:*s_pointer|};")]
    [InlineData("{|TH6004:*s_pointer|} += 1", "{|TH6004:s_pointer[0]|}++;")]
    [InlineData("*s_pointer += 1", "int n = Volatile.Read(ref *s_pointer);")]
    [InlineData("Interlocked.Increment(ref *s_pointer)", "int n = Volatile.Read(ref *s_pointer);")]
    public Task What_two_handlers_do_beside_each_other_is_held_to_the_rules_of_ordinary_code(string first, string second) =>
        Verify.Members(
            $$"""
            static int s_count, s_other;
            [ThreadStatic] static int s_word;
            static (long First, long Second) s_pair;
            static Int128 s_wide;
            static int* s_pointer;
            static SeqLock<long> s_lock;
            static InterruptCounter s_counter;
            {{(first == "Bump()" ? $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Bump() => {Reported};" : "")}}
            #pragma warning disable TH5002, TH5004, TH1006, TH2003 // Not what this is about.
            {{Handler("OnFirst", first)}}
            {{Handler("OnSecond", second)}}
            static void Start() { using var a = SoftwareInterrupt.Start<State>(OnFirst); using var b = SoftwareInterrupt.Start<State>(OnSecond); }
            """);

    [Theory]
    [InlineData("using var a = SoftwareInterrupt.Start<State>(OnFirst); using var b = SoftwareInterrupt.Start<State>(OnFirst);", true)]
    [InlineData("using var a = SoftwareInterrupt.Start<State>(OnFirst);", false)]
    [InlineData("", false)]
    [InlineData("using (SoftwareInterrupt.Start<State>(OnFirst)) { } using var b = SoftwareInterrupt.Start<State>(OnFirst);", false)]
    [InlineData("var a = SoftwareInterrupt.Start<State>(OnFirst); a.Dispose(); using var b = SoftwareInterrupt.Start<State>(OnFirst);", false)]
    [InlineData("SoftwareInterrupt<State> a; if (many) { a = SoftwareInterrupt.Start<State>(OnFirst); } else { a = SoftwareInterrupt.Start<State>(OnFirst, new() { Level = 1 }); } Keep(a);", false)]
    [InlineData("Keep(many ? SoftwareInterrupt.Start<State>(OnFirst) : SoftwareInterrupt.Start<State>(OnFirst, new() { Level = 1 }));", false)]
    [InlineData("for (int i = 0; i < 3; i++) { Keep(SoftwareInterrupt.Start<State>(OnFirst)); }", true)]
    [InlineData("for (int i = 0; i < 3; i++) { Keep(SoftwareInterrupt.Start<State>(OnFirst, new() { Target = InterruptTarget.CurrentThread })); }", false)]
    [InlineData("for (int i = 0; i < 3; i++) { using var a = SoftwareInterrupt.Start<State>(OnFirst); }", false)]
    [InlineData("for (int i = 0; i < 3; i++) { var a = SoftwareInterrupt.Start<State>(OnFirst); a.Dispose(); }", false)]
    [InlineData("for (int i = 0; i < 3; i++) { Keep(SoftwareInterrupt.Start<State>(OnFirst, new() { Target = InterruptTarget.Thread(i) })); }", true)]
    [InlineData("s_source = SoftwareInterrupt.Start<State>(OnFirst); s_source.Dispose(); s_source = SoftwareInterrupt.Start<State>(OnFirst);", false)]
    [InlineData("HandlerVerifier.Verify((InterruptHandler<State>)OnFirst); using var a = SoftwareInterrupt.Start<State>(OnFirst);", false)]
    [InlineData("Begin(OnFirst); Begin(OnFirst);", true)]
    public Task A_handler_that_is_registered_twice_runs_beside_itself(string statements, bool races) =>
        Verify.Members(
            $$"""
            static int s_count;
            static SoftwareInterrupt<State>? s_source;
            {{Handler("OnFirst", races ? Reported : Counts)}}
            static void Begin(InterruptHandler<State> handler) { }
            static void Keep(InterruptSource source) { }
            static void Start(bool many) { {{statements}} }
            """);

    [Theory]
    [InlineData("await Task.Yield();", true)]
    [InlineData("", false)]
    public Task What_is_awaited_may_go_on_on_another_thread(string between, bool races) =>
        Verify.File(
            $$"""
            struct State { }
            static class Handlers
            {
                static int s_count;
                {{Handler("OnFirst", races ? Reported : Counts)}}
                {{Handler("OnSecond", races ? Reported : Counts)}}
                static async Task Start()
                {
                    using var a = SoftwareInterrupt.Start<State>(OnFirst, new() { {{Here}} });
                    {{between}}
                    using var b = SoftwareInterrupt.Start<State>(OnSecond, new() { {{Here}} });
                    await Task.Yield();
                }
            }
            """);

    [Theory]
    [InlineData("using var a = SoftwareInterrupt.Start<State>(OnFirst);")]
    [InlineData("InterruptHandler<State> first = OnFirst, second = OnSecond;")]
    [InlineData("")]
    public Task Handlers_whose_registration_is_not_seen_may_race(string statements) =>
        Verify.Members(
            $$"""
            static int s_count;
            {{Handler("OnFirst", Reported)}}
            {{Handler("OnSecond", Reported)}}
            static void Start() { {{statements}} }
            """);

    [Fact]
    public Task What_only_has_the_parameters_of_a_handler_is_a_part_of_one() =>
        Verify.Members(
            $$"""
            static int s_count;
            {{Handler("OnFirst", "Both(ref state, in context);")}}
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Both(ref State state, in InterruptContext context) => {{Counts}};
            static void Start() { using var a = SoftwareInterrupt.Start<State>(OnFirst); }
            """);

    [Theory]
    [InlineData("", Reported)]
    [InlineData("using var a = SoftwareInterrupt.Start<State>(OnFirst, new() { Target = InterruptTarget.CurrentThread });", Reported)]
    [InlineData("using var a = SoftwareInterrupt.Start<State>(OnFirst);", "Interlocked.Increment(ref s_count)")]
    public Task What_is_installed_past_the_library_races_with_every_handler(string start, string count) =>
        Verify.Members(
            $$"""
            static int s_count;
            {{Handler("OnFirst", count)}}
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [UnmanagedCallersOnly, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnSignal(int number) => {{count}};
            static void Start() { signal(12, {|TH7002:&OnSignal|}); {{start}} }
            """);

    [Theory]
    [InlineData("signal(12, {|TH7002:&OnSignal|}); signal(14, {|TH7002:&OnSignal|});", true)]
    [InlineData("foreach (int number in new[] { 12, 14 }) { signal(number, {|TH7002:&OnSignal|}); }", true)]
    [InlineData("Action action = new() { sa_handler = {|TH7002:&OnSignal|} }; sigaction(12, &action, null); sigaction(14, &action, null);", true)]
    [InlineData("Action action; action.sa_handler = {|TH7002:&OnSignal|}; sigaction(12, &action, null);", false)]
    [InlineData("signal(12, {|TH7002:&OnSignal|});", false)]
    [InlineData("signal(12, {|TH7002:&OnSignal|});", false, "; {|TH3003:signal(12, {|TH7002:{|TH7007:&OnSignal|}|})|};")]
    public Task One_that_is_installed_for_two_signals_interrupts_itself(string install, bool races, string again = ";") =>
        Verify.Members(
            $$"""
            static int s_count;
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            struct Action { public delegate* unmanaged<int, void> sa_handler; }
            [DllImport("libc")] static extern int sigaction(int number, Action* action, Action* old);
            [UnmanagedCallersOnly, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnSignal(int number) { {{(races ? Reported : Counts)}}{{again}} }
            static void Start() { {{install}} }
            """);

    [Theory]
    [InlineData("if (state.Shared.TryEnter(in context, out InterruptSharedSection<int> section)) { s_count++; section.Exit(); }", "if (state.Shared.TryEnter(in context, out var section)) { s_count++; section.Exit(); }")]
    [InlineData("if (!state.Shared.TryEnter(in context, out var section)) { return; } s_count++; section.Exit();", "if (state.Shared.TryEnter(in context, out var section)) { section.Value = s_count++; section.Exit(); }")]
    [InlineData("if (state.Shared.TryEnter(in context, out var section)) { section.Exit(); {|TH6001:s_count++|}; }", "if (state.Shared.TryEnter(in context, out var section)) { s_count++; section.Exit(); }")]
    [InlineData("if (state.Shared.TryEnter(in context, out var section)) { s_count++; section.Exit(); }", "if (state.Shared.TryEnter(in context, out var section)) { section.Exit(); } else { {|TH6001:s_count++|}; }")]
    [InlineData("if (state.Shared.TryEnter(in context, out var section)) { {|TH6001:s_count++|}; section.Exit(); }", "{|TH6001:s_count++|};")]
    [InlineData("if (state.Shared.TryEnter(in context, out var section)) { section.Value++; section.Exit(); }", "if (state.Shared.TryEnter(in context, out var section)) { section.Value++; section.Exit(); }")]
    public Task A_shared_value_that_both_enter_keeps_them_apart(string first, string second) =>
        Verify.File(
            $$"""
            struct State { public InterruptSharedAccess<int> Shared; }
            static class Handlers
            {
                static int s_count;
                {{Handler("OnFirst", first)}}
                {{Handler("OnSecond", second)}}
            }
            """);

    [Theory]
    [InlineData("new State { Pointer = p }", "new State { Pointer = p }", true)]
    [InlineData("new State { Pointer = p }", "new State { Pointer = q }", false)]
    [InlineData("new State { Pointer = s_kept }", "new State { Pointer = s_kept }", true)]
    [InlineData("kept", "new State { Pointer = p }", true)]
    [InlineData("kept", "new State { Pointer = q }", false)]
    [InlineData("new State()", "new State()", false)]
    public Task What_two_states_point_to_is_shared_where_both_are_given_one_pointer(string first, string second, bool races) =>
        Verify.Members(
            $$"""
            static int* s_kept = (int*)NativeMemory.AllocZeroed(4);
            {{Handler("OnFirst", races ? "{|TH6004:*state.Pointer|} += 1;" : "*state.Pointer += 1;")}}
            {{Handler("OnSecond", races ? "({|TH6004:*state.Pointer|})++;" : "(*state.Pointer)++;")}}
            static void Start(int* p, int* q)
            {
                State kept = new();
                kept.Pointer = p;
                using var a = SoftwareInterrupt.Start(OnFirst, {{first}});
                using var b = SoftwareInterrupt.Start(OnSecond, {{second}});
            }
            """);

    [Fact]
    public Task Two_states_of_one_handler_have_memory_of_their_own() =>
        Verify.Members(
            $$"""
            {{Handler("OnFirst", "*state.Pointer += 1;")}}
            {{Handler("OnSecond", "{|TH6004:*state.Pointer|} += 1;")}}
            static void Start(int* p, int* q)
            {
                using var a = SoftwareInterrupt.Start(OnFirst, new State { Pointer = p });
                using var b = SoftwareInterrupt.Start(OnFirst, new State { Pointer = q });
                int* r = (int*)NativeMemory.AllocZeroed(4);
                using var c = SoftwareInterrupt.Start(OnSecond, new State { Pointer = r });
                using var d = SoftwareInterrupt.Start(OnSecond, new State { Pointer = r });
            }
            """);

    [Fact]
    public Task A_pointer_to_a_static_is_that_static() =>
        Verify.Members(
            $$"""
            static int s_count, s_other;
            {{Handler("OnFirst", "{|TH6004:*state.Pointer|} += 1;")}}
            {{Handler("OnSecond", Reported + "; s_other++;")}}
            static void Start()
            {
                using var a = SoftwareInterrupt.Start(OnFirst, new State { Pointer = (int*)Unsafe.AsPointer(ref s_count) });
                using var b = SoftwareInterrupt.Start<State>(OnSecond);
            }
            """);

    [Fact]
    public Task The_parts_of_a_partial_class_are_one() => Files(
        "static partial class Handlers { [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Count() => {|TH6001:s_count++|}; }",
        "static partial class Handlers { static int s_count; " + Handler("OnFirst", "Count();") + Handler("OnSecond", "Count();") + " }",
        "static partial class Handlers { static void Start() { using var a = SoftwareInterrupt.Start<State>(OnFirst); using var b = SoftwareInterrupt.Start<State>(OnSecond); } } struct State { }");

    [Fact]
    public Task Handlers_and_their_registration_lie_in_files_of_their_own() => Files(
        "static class First { " + Handler("OnFirst", "{|TH6001:Shared.Count++|};").Replace("static void", "public static void", StringComparison.Ordinal) + " } static class Shared { public static int Count, Level; }",
        "static class Second { " + Handler("OnSecond", "{|TH6001:Shared.Count++|}; Shared.Level++;").Replace("static void", "public static void", StringComparison.Ordinal) + " }",
        "class Program { static void Start() { using var a = SoftwareInterrupt.Start<State>(First.OnFirst); using var b = SoftwareInterrupt.Start<State>(Second.OnSecond); } } struct State { }");

    [Fact]
    public Task Handlers_that_call_each_other_round_and_round_end() =>
        Verify.Members(
            $$"""
            static int s_count;
            #pragma warning disable TH3007, TH5003 // Not what this is about.
            {{Handler("OnFirst", Reported + "; OnSecond(ref state, in context);")}}
            {{Handler("OnSecond", Reported + "; OnFirst(ref state, in context);")}}
            """);

    [Theory]
    [InlineData("Local(); static void Local() => {|TH6001:s_count++|};", "Interlocked.Increment(ref s_count);")]
    [InlineData("ref int count = ref s_count; {|TH6001:count++|};", "Interlocked.Increment(ref s_count);")]
    [InlineData("int n = {|TH6002:Total|}; Total = n;", "{|TH6002:Total|} = 1;")]
    [InlineData("{|TH6001:s_state.Count++|}; s_state.Size++;", "Interlocked.Increment(ref s_state.Count);")]
    [InlineData("s_volatile++;", "int n = s_volatile;")]
    [InlineData("{|TH6001:s_volatile++|};", "s_volatile = 1;")]
    public Task The_places_are_those_of_ordinary_code(string first, string second) =>
        Verify.Members(
            $$"""
            static int s_count; static volatile int s_volatile; static State s_state; static int Total { get; set; }
            {{Handler("OnFirst", first)}}
            {{Handler("OnSecond", second)}}
            """);

    [Theory]
    [InlineData("TH6001", "{|#0:s_count++|};", "{|#1:s_count|} = 1;", Here, Here + ", Level = 2",
        "'s_count' is also used by the handler 'OnSecond', which interrupts 'OnFirst' from level 2: a run of it between the read and the write of 's_count' loses an update. Use Interlocked, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    [InlineData("TH6002", "int n = {|#0:s_count|};", "{|#1:s_count|} = 1;", Here, Here + ", Level = 2",
        "The handler 'OnSecond' writes 's_count', too, which interrupts 'OnFirst' from level 2: the compiler may leave out, repeat or move a plain read, so that the other side sees it late or never. Use Volatile or Interlocked, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    [InlineData("TH6003", "var n = {|#0:s_pair|};", "{|#1:s_pair|} = (1, 2);", Here, Here + ", Level = 2",
        "'s_pair' has 16 bytes, more than the processor reads or writes at once: as the handler 'OnSecond' writes it, too, which interrupts 'OnFirst' from level 2, a run of it in between leaves one half old and one half new. Keep it in a SeqLock, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    [InlineData("TH6004", "int n = {|#0:*s_pointer|};", "{|#1:*s_pointer|} = 1;", Here, Here + ", Level = 2",
        "'*s_pointer' is memory that the handler 'OnSecond' writes, too, which interrupts 'OnFirst' from level 2, and this is plain access. Use Volatile or Interlocked on it, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    [InlineData("TH6001", "{|#0:s_count++|};", "Volatile.Write(ref {|#1:s_count|}, 1);", "", "",
        "'s_count' is also used by the handler 'OnSecond', which runs beside 'OnFirst', each on a thread of its own: a run of it between the read and the write of 's_count' loses an update. Use Interlocked, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    [InlineData("TH6001", "{|#0:s_count++|};", "Volatile.Write(ref {|#1:s_count|}, 1);", Here, "Target = target",
        "'s_count' is also used by the handler 'OnSecond', which may run beside 'OnFirst', as it is not seen that both have the same thread: a run of it between the read and the write of 's_count' loses an update. Use Interlocked, or share it by InterruptShared<T>, or start all that use it for the same thread and level.")]
    public Task A_message_says_how_the_other_disturbs_and_shows_its_access_and_the_registrations(string id, string first, string second, string one, string other, string message) =>
        Verify.Members(
            $$"""
            static int s_count; static (long First, long Second) s_pair; static int* s_pointer;
            {{Handler("OnFirst", first)}}
            {{Handler("OnSecond", second)}}
            static void Start(InterruptTarget target)
            {
                using var a = SoftwareInterrupt.Start<State>({|#2:OnFirst|}{{Options(one)}});
                using var b = SoftwareInterrupt.Start<State>({|#3:OnSecond|}{{Options(other)}});
            }
            """,
            new DiagnosticResult(id, DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithLocation(3).WithMessage(message));

    [Fact]
    public Task A_message_says_where_nothing_is_seen() =>
        Verify.Members(
            $$"""
            static int s_count;
            {{Handler("OnFirst", "{|#0:s_count++|};")}}
            {{Handler("OnSecond", "Interlocked.Increment(ref {|#1:s_count|});")}}
            static void Start() { using var a = SoftwareInterrupt.Start<State>({|#2:OnFirst|}); }
            """,
            new DiagnosticResult("TH6001", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithMessage(
                "'s_count' is also used by the handler 'OnSecond', which may run in the middle of 'OnFirst', as it is not seen where 'OnSecond' is registered: a run of it between the read and the write of 's_count' loses an update. Use Interlocked, or share it by InterruptShared<T>, or start all that use it for the same thread and level."));

    private static string Options(string options) => options.Length == 0 ? "" : options.StartsWith("new", StringComparison.Ordinal) ? ", " + options : $", new() {{ {options} }}";

    private static string Handler(string name, string statements) =>
        $$"""
        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void {{name}}(ref State state, in InterruptContext context) { {{(statements.EndsWith(" }", StringComparison.Ordinal) || statements.EndsWith(';') ? statements : statements + ";")}} }
        """;

    private static Task Files(params string[] files)
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        foreach (string file in files)
        {
            test.TestState.Sources.Add(($"/0/File{test.TestState.Sources.Count}.cs", Verify.Usings + file));
        }

        return test.RunAsync();
    }
}
