using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7002_InterruptTimerFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7002_InterruptTimerTests
{
    private const string Install = "signal(14, {|TH7002:&OnAlarm|});";
    private const string Milliseconds = "Itimerval every = new() { it_interval = new() { tv_usec = 5000 }, it_value = new() { tv_usec = 5000 } };";
    private const string Arm = "setitimer(0, &every, null);";
    private const string Nanoseconds = "Itimerspec spec = new() { it_interval = { tv_nsec = 5000000 }, it_value = { tv_nsec = 5000000 } };";
    private const string Thread = "Sigevent how = new() { sigev_notify = 4, sigev_signo = 40, _tid = gettid() };";
    private const string Method = "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => s_count++;";
    private const string Handler = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnAlarm(ref int state, in InterruptContext context) => s_count++;";
    private const string Field = "private static InterruptTimer<int>? s_onAlarm;\n\n    ";

    [Theory]
    [InlineData(Milliseconds, "TimeSpan.FromMilliseconds(5)")]
    [InlineData("var every = new Itimerval { it_interval = { tv_sec = 2 }, it_value = { tv_sec = 2 } };", "TimeSpan.FromSeconds(2)")]
    [InlineData("Itimerval every = new() { it_interval = new Timeval { tv_sec = 1, tv_usec = 1 }, it_value = new Timeval { tv_usec = 1000 } };", "TimeSpan.FromMicroseconds(1000001), new InterruptTimerOptions { DueTime = TimeSpan.FromMilliseconds(1) }")]
    public Task An_alarm_becomes_a_timer(string setting, string start) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"// Ticks.\n        {Install} // c\n        {setting}\n        {Arm}\n        s_other = 0;", Method, ""),
            Program($"// Ticks.\n        s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, {start}); // c\n        s_other = 0;", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task The_setting_may_stand_first() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{Milliseconds}\n        {Install}\n        {Arm}", Method, ""),
            Program("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task Comments_of_what_goes_stand_above_what_comes() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"// Ticks.\n        {Install} // a\n        // Why.\n        {Milliseconds} // b\n        {Arm}\n        s_other = 0;", Method, ""),
            Program(
                "// Ticks.\n        // Why.\n        // b\n        s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5)); // a\n        s_other = 0;",
                Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };")]
    [InlineData("Sigaction action = default;\n        action.sa_handler = {|TH7002:&OnAlarm|};\n        sigemptyset(action.sa_mask);\n        action.sa_flags = Flags | 0x08000000;")]
    public Task The_handler_may_be_installed_by_sigaction(string action) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{action}\n        sigaction(14, &action, null);\n        {Milliseconds}\n        {Arm}", Method, ""),
            Program("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task What_comes_with_the_signal_may_be_declared_and_not_asked_for() =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"Sigaction action = new() {{ sa_sigaction = (void*){{|TH7002:(delegate* unmanaged<int, void*, void*, void>)&OnAlarm|}}, sa_flags = 0x10000004 }};\n        sigaction(14, &action, null);\n        {Milliseconds}\n        {Arm}",
                "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number, void* information, void* context) => s_count++;", ""),
            Program("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData("signal(40, {|TH7002:&OnAlarm|});\n        Sigevent how = new() { sigev_notify = 0, sigev_signo = 40 };\n        nint timer;\n        timer_create(1, &how, &timer);", "timer", "TimeSpan.FromMilliseconds(5)")]
    [InlineData("signal(14, {|TH7002:&OnAlarm|});\n        timer_create(0, null, out nint timer);", "timer", "TimeSpan.FromMilliseconds(5)")]
    [InlineData("signal(40, {|TH7002:&OnAlarm|});\n        Sigevent how = default;\n        how.sigev_signo = 40;\n        how.sigev_value = 3;\n        timer_create(1, &how, out var id);", "id", "TimeSpan.FromMilliseconds(5)")]
    public Task A_timer_of_a_clock_becomes_one(string create, string id, string start) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{create}\n        {Nanoseconds}\n        timer_settime({id}, 0, &spec, null);\n        s_other = 0;", Method, ""),
            Program($"s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, {start});\n        s_other = 0;", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData("it_interval = { tv_sec = 1 }, it_value = { tv_nsec = 2000100 }", "TimeSpan.FromSeconds(1), new InterruptTimerOptions { DueTime = TimeSpan.FromTicks(20001) }")]
    [InlineData("it_interval = { tv_nsec = 20000 }, it_value = { tv_nsec = 20000 }", "TimeSpan.FromMicroseconds(20)")]
    public Task Times_are_kept(string times, string start) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{Install}\n        timer_create(1, null, out nint timer);\n        Itimerspec spec = new() {{ {times} }};\n        timer_settime(timer, 0, &spec, null);", Method, ""),
            Program($"s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, {start});", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData(Thread, "private const int None = 0;", true)]
    [InlineData(Thread, "private static void Other() => new System.Threading.Thread(Start).Start();", false)] // Another thread.
    [InlineData(Thread, "internal static System.Action Other() => () => Start();", false)]
    [InlineData(Thread, "[DllImport(\"libc\")] private static extern int pthread_sigmask(int how, ulong* set, ulong* old);", false)]
    [InlineData("Sigevent how = new() { sigev_notify = 4, sigev_signo = 40, _tid = s_other };", "private const int None = 0;", false)]
    public async Task A_timer_of_a_thread_interrupts_the_thread_that_starts_it_if_that_is_seen_to_be_one(string how, string members, bool isOffered)
    {
        string source = Program($"signal(40, {{|TH7002:&OnAlarm|}});\n        {how}\n        timer_create(1, &how, out nint timer);\n        {Nanoseconds}\n        timer_settime(timer, 0, &spec, null);", $"private static void Main() => Start();\n\n    {members}\n\n    {Method}", "");
        string mended = Program(
            "s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5), new InterruptTimerOptions { Target = InterruptTarget.CurrentThread });",
            $"private static void Main() => Start();\n\n    {members}\n\n    {Handler}", Field, "using System;\n", "using System.Runtime.CompilerServices;\n");
        VerifyCS.Test test = new() { TestCode = source, FixedCode = isOffered ? mended : source, TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication } };
        await test.RunAsync();
    }

    [Fact]
    public Task Statics_of_the_handler_alone_become_its_state() =>
        VerifyCS.VerifyCodeFixAsync(
            Program(Install + "\n        " + Milliseconds + "\n        " + Arm, "// How many.\n    private static int s_ticks; // b\n    private static long s_limit = 40;\n\n    [UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => C.s_ticks += s_limit > 3 ? 1 : s_count;", ""),
            Program(
                "s_onAlarm ??= InterruptTimer.Start<OnAlarmState>(OnAlarm, new OnAlarmState { Limit = 40 }, TimeSpan.FromMilliseconds(5));",
                "private struct OnAlarmState\n    {\n        // How many.\n        public int Ticks; // b\n        public long Limit;\n    }\n\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnAlarm(ref OnAlarmState state, in InterruptContext context) => state.Ticks += state.Limit > 3 ? 1 : s_count;",
                Field.Replace("<int>", "<OnAlarmState>", StringComparison.Ordinal), "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task Statics_stay_where_the_states_name_is_taken() =>
        VerifyCS.VerifyCodeFixAsync(
            Program(Install + "\n        " + Milliseconds + "\n        " + Arm, "private struct OnAlarmState;\n    private static int s_ticks;\n\n    [UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => s_ticks++;", ""),
            Program("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));",
                "private struct OnAlarmState;\n    private static int s_ticks;\n\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnAlarm(ref int state, in InterruptContext context) => s_ticks++;", Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task A_name_of_the_parameters_that_is_taken_is_left_alone() =>
        VerifyCS.VerifyCodeFixAsync(
            Program(Install + "\n        " + Milliseconds + "\n        " + Arm, "private static int state, a;\n\n    [UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => a = state;", ""),
            Program("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));",
                "private static int state, a;\n\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnAlarm(ref int state2, in InterruptContext context) => a = state;", Field, "using System;\n", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1) { throw new Exception(); }")]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == (nint)(-1))\n            throw new Exception();")]
    [InlineData("nint before = signal(14, {|TH7002:&OnAlarm|});\n        if (before == -1) { Environment.FailFast(\"signal\"); }")]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        if (sigaction(14, &action, null) != 0) { throw new Exception(); }")]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        if (-1 == sigaction(14, &action, null)) { Console.Error.WriteLine(\"sigaction\"); Environment.Exit(1); return; }")]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        if (sigaction(14, &action, null) is < 0)\n        {\n            int error = Marshal.GetLastPInvokeError();\n            throw new Exception(error.ToString());\n        }")]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        int result;\n        result = sigaction(14, &action, null);\n        if (result is not 0) { throw new Exception(result.ToString()); }")]
    public Task A_check_that_leaves_with_an_error_goes_as_the_start_throws(string install) =>
        VerifyCS.VerifyCodeFixAsync(
            "using System;\n" + Program($"// Ticks.\n        {install}\n        {Milliseconds}\n        if (setitimer(0, &every, null) != 0) {{ throw new Exception(); }}\n        s_other = 0;", Method, ""),
            "using System;\n" + Program("// Ticks.\n        s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));\n        s_other = 0;", Handler, Field, "", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task One_variable_may_hold_all_results() =>
        VerifyCS.VerifyCodeFixAsync(
            "using System;\n" + Program(
                $"int result = (int)1; // a\n        s_other = result;\n        Sigaction action = new() {{ sa_handler = {{|TH7002:&OnAlarm|}}, sa_flags = 0x10000000 }};\n        int rc = sigaction(14, &action, null);\n        if (rc != 0) {{ throw new Exception(); }}\n\n        {Milliseconds}\n        rc = setitimer(0, &every, null);\n        if (rc != 0) {{ throw new Exception(); }}", Method, ""),
            "using System;\n" + Program(
                "int result = (int)1; // a\n        s_other = result;\n        s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", Handler, Field, "", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task Comments_of_the_checks_are_kept() =>
        VerifyCS.VerifyCodeFixAsync(
            "using System;\n" + Program(
                $"// a\n        if (signal(14, {{|TH7002:&OnAlarm|}}) == -1)\n        {{\n            // b\n            throw new Exception(); // c\n        }} // d\n        {Milliseconds} // e\n        // f\n        if (setitimer(0, &every, null) != 0)\n        {{\n            throw new Exception(); /* g */\n        }}\n        s_other = 0;", Method, ""),
            "using System;\n" + Program(
                "// a\n        // b\n        // c\n        // e\n        // f\n        /* g */\n        s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5)); // d\n        s_other = 0;", Handler, Field, "", "using System.Runtime.CompilerServices;\n"));

    [Theory]
    [InlineData("internal static int Start()\n    {\n        $1\n        if (setitimer(0, &every, null) != 0) { return -1; }\n        return 0;\n    }", "internal static int Start()\n    {\n        $2\n        return 0;\n    }")]
    [InlineData("internal static int Start()\n    {\n        $1\n        if (setitimer(0, &every, null) < 0) { return Marshal.GetLastPInvokeError(); }\n        return 0;\n    }", "internal static int Start()\n    {\n        $2\n        return 0;\n    }")]
    [InlineData("internal static bool Start()\n    {\n        $1\n        if (setitimer(0, &every, null) == -1) { return false; }\n        return true;\n    }", "internal static bool Start()\n    {\n        $2\n        return true;\n    }")]
    [InlineData("internal C()\n    {\n        $1\n        setitimer(0, &every, null);\n    }", "internal C()\n    {\n        $2\n    }")]
    [InlineData("internal static int Started\n    {\n        get\n        {\n            $1\n            setitimer(0, &every, null);\n            return 1;\n        }\n    }", "internal static int Started\n    {\n        get\n        {\n            $2\n            return 1;\n        }\n    }")]
    [InlineData("internal static void Start()\n    {\n        Now();\n        static void Now()\n        {\n            $1\n            setitimer(0, &every, null);\n        }\n    }", "internal static void Start()\n    {\n        Now();\n        static void Now()\n        {\n            $2\n        }\n    }")]
    public Task It_may_be_installed_by_any_member(string member, string mended) =>
        VerifyCS.VerifyCodeFixAsync(
            Program("", Method, "").Replace("internal static unsafe partial class C", "internal unsafe partial class C", StringComparison.Ordinal).Replace("internal static void Start()\n    {\n        \n    }", member.Replace("$1", $"{Install}\n{Milliseconds}", StringComparison.Ordinal), StringComparison.Ordinal),
            Program("", Handler, Field, "using System;\n", "using System.Runtime.CompilerServices;\n").Replace("internal static unsafe partial class C", "internal unsafe partial class C", StringComparison.Ordinal)
                .Replace("internal static void Start()\n    {\n        \n    }", mended.Replace("$2", "s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", StringComparison.Ordinal), StringComparison.Ordinal));

    [Theory]
    [InlineData("_ = getpid();\nunsafe\n{\n    $1\n}\n", "_ = getpid();\nunsafe\n{\n    $2\n}\n", "", "")]
    [InlineData("Start();\n_ = getpid();\n\nstatic unsafe void Start()\n{\n    $1\n}\n", "Start();\n_ = getpid();\n\nstatic unsafe void Start()\n{\n    $2\n}\n", "", "")]
    [InlineData("_ = getpid();\nunsafe\n{\n    $1\n}\n", "_ = getpid();\nunsafe\n{\n    $2\n}\n", "partial class Program\n{\n}\n", "")]
    [InlineData("_ = getpid();\nunsafe\n{\n    $1\n}\n", "_ = getpid();\nunsafe\n{\n    $2\n}\n", "partial class Program\n{\n    private static int s_own;\n}\n", "\n    private static int s_own;")]
    public Task Top_level_statements_keep_the_timer_in_the_program(string start, string mended, string program, string own) =>
        new VerifyCS.Test
        {
            TestCode = TopLevel(start.Replace("$1", $"{Install}\n    {Milliseconds}\n    // Every five.\n    if (setitimer(0, &every, null) != 0) {{ throw new System.Exception(); }}", StringComparison.Ordinal), "[UnmanagedCallersOnly]\nstatic void OnAlarm(int number) => C.Count++;", program),
            FixedCode = TopLevel(
                mended.Replace("$2", "// Every five.\n    s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromMilliseconds(5));", StringComparison.Ordinal),
                "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\nstatic void OnAlarm(ref int state, in InterruptContext context) => C.Count++;",
                $"partial class Program\n{{\n    private static InterruptTimer<int>? s_onAlarm;{own}\n}}\n", "using System;\nusing System.Runtime.CompilerServices;\n"),
            TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        }.RunAsync();

    [Fact]
    public Task Functions_may_be_named_by_using_static() =>
        VerifyCS.VerifyCodeFixAsync(
            UsingStatic("signal(14, {|TH7002:&OnAlarm|});\n            var every = new Itimerval { it_interval = { tv_sec = 2 }, it_value = { tv_sec = 2 } };\n            if (Native.setitimer(0, &every, null) < 0) { throw new InvalidOperationException(nameof(setitimer)); }",
                "[UnmanagedCallersOnly]\n        private static void OnAlarm(int number) => s_count++;", "", ""),
            UsingStatic("s_onAlarm ??= InterruptTimer.Start<int>(OnAlarm, TimeSpan.FromSeconds(2));",
                "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n        private static void OnAlarm(ref int state, in InterruptContext context) => s_count++;",
                "private static InterruptTimer<int>? s_onAlarm;\n\n        ", "using System.Runtime.CompilerServices;\n"));

    private static string UsingStatic(string statements, string method, string field, string imports) =>
        $$"""
        using System;
        {{imports}}using System.Runtime.InteropServices;
        using TopHalf;
        using static N.Native;

        namespace N
        {
            internal struct Timeval { public long tv_sec, tv_usec; }

            internal struct Itimerval { public Timeval it_interval, it_value; }

            internal static unsafe class Native
            {
                [DllImport("libc")]
                internal static extern nint signal(int number, delegate* unmanaged<int, void> handler);

                [DllImport("libc")]
                internal static extern int setitimer(int which, Itimerval* value, Itimerval* old);
            }

            internal static unsafe class C
            {
                internal static int s_count;

                {{field}}internal static void Start()
                {
                    {{statements}}
                }

                {{method}}
            }
        }

        """;

    // Imports that nobody calls any more go; what is said of them stays.
    private static string TopLevel(string start, string handler, string program, string imports = "") =>
        ($$"""
        {{imports}}using System.Runtime.InteropServices;
        using TopHalf;

        {{start}}
        {{handler}}

        {{(imports.Length > 0 ? "" : "[DllImport(\"libc\")]\nstatic extern unsafe nint signal(int number, delegate* unmanaged<int, void> handler);\n\n// The kernel's.\n[DllImport(\"libc\")]\nstatic extern unsafe int setitimer(int which, Itimerval* value, Itimerval* old);\n\n")}}{{(imports.Length > 0 ? "// The kernel's.\n\n" : "")}}[DllImport("libc")]
        static extern int getpid();

        internal static class C { internal static int Count; }

        internal struct Timeval { public long tv_sec, tv_usec; }

        internal struct Itimerval { public Timeval it_interval, it_value; }

        {{program}}
        """).TrimEnd() + "\n";

    [Theory]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) != 0) { throw new System.Exception(); }")] // Somebody was there before.
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1) { s_other = 1; }")] // It goes on without.
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1) { return; }")]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1) { System.Console.WriteLine(); }")]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1) { throw new System.Exception(); } else { s_other = 1; }")]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1 && s_other == 0) { throw new System.Exception(); }")]
    [InlineData("if (signal(14 /* why */, {|TH7002:&OnAlarm|}) == -1) { throw new System.Exception(); }")]
    [InlineData("if (signal(14, {|TH7002:&OnAlarm|}) == -1)\n#region why\n        { throw new System.Exception(); }\n#endregion")]
    [InlineData("nint before = signal(14, {|TH7002:&OnAlarm|}); if (before == -1) { throw new System.Exception(); } s_other = (int)before;")]
    [InlineData("nint before = 5; before = signal(14, {|TH7002:&OnAlarm|}); s_other = 1; if (before == -1) { throw new System.Exception(); }")]
    public Task Nothing_is_offered_where_more_is_made_of_the_result(string install)
    {
        string source = Program($"{install}\n        {Milliseconds}\n        {Arm}", Method, "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData("static C()\n    {\n        $1\n    }")] // Registration needs the handler's class initialised.
    [InlineData("private static readonly System.Action s_start = () =>\n    {\n        $1\n    };")]
    public Task Nothing_is_offered_where_the_type_is_initialised(string member)
    {
        string method = member.StartsWith("static C", StringComparison.Ordinal) ? "[UnmanagedCallersOnly]\n    private static void {|TH5001:OnAlarm|}(int number) => {|TH5001:s_count|}++;" : Method;
        string source = Program("", method, "").Replace("internal static void Start()\n    {\n        \n    }", member.Replace("$1", $"{Install}\n{Milliseconds}\n{Arm}", StringComparison.Ordinal), StringComparison.Ordinal);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Theory]
    [InlineData(Install)] // No period.
    [InlineData("signal(10, {|TH7002:&OnAlarm|});\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("nint old = signal(14, {|TH7002:&OnAlarm|});\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData(Install + "\n        " + Milliseconds + "\n        setitimer(1, &every, null);")] // The processor's time.
    [InlineData(Install + "\n        " + Milliseconds + "\n        int result = setitimer(0, &every, null);")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        every.it_value = default;\n        " + Arm)]
    [InlineData(Install + "\n        Itimerval every = new() { it_value = new() { tv_sec = 1 } };\n        " + Arm)] // Once.
    [InlineData(Install + "\n        Itimerval every = new() { it_interval = new() { tv_sec = s_other }, it_value = new() { tv_sec = 1 } };\n        " + Arm)]
    [InlineData(Install + "\n#region Why\n        " + Milliseconds + "\n        " + Arm + "\n#endregion")]
    [InlineData(Install + "\n        Itimerval /* why */ every = new() { it_interval = new() { tv_usec = 5000 }, it_value = new() { tv_usec = 5000 } };\n        " + Arm)]
    [InlineData(Install + "\n        Itimerval every = new() { it_interval = new() { tv_usec = 5 }, it_value = new() { tv_usec = 5 } };\n        " + Arm)] // A timer would refuse it.
    [InlineData(Install + "\n        s_other = 0;\n        " + Milliseconds + "\n        " + Arm)] // That comes before the first one.
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static void Stop() => signal(14, null);")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static void Now(int which) => kill(0, which);")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static void Now() => raise(14);")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static nint Now() => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"raise\");")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    [DllImport(\"libc\", EntryPoint = \"pause\")] private static extern int Wait();")]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|} };\n        sigaction(14, &action, null);\n        " + Milliseconds + "\n        " + Arm)] // System calls are not restarted.
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x50000000 };\n        sigaction(14, &action, null);\n        " + Milliseconds + "\n        " + Arm)] // It interrupts itself.
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = s_other };\n        sigaction(14, &action, null);\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("Sigaction old, action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        sigaction(14, &action, &old);\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        sigaction(14, &action, null);\n        sigaction(15, &action, null);\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("Sigaction action = new() { sa_handler = {|TH7002:&OnAlarm|}, sa_flags = 0x10000000 };\n        if (sigaction(14, &action, null) != 0) { return; }\n        " + Milliseconds + "\n        " + Arm)]
    [InlineData("Sigaction action = new() { sa_sigaction = (void*){|TH7002:(delegate* unmanaged<int, Siginfo*, void*, void>)&OnAlarm|}, sa_flags = 0x10000004 };\n        sigaction(14, &action, null);\n        " + Milliseconds + "\n        " + Arm, "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number, Siginfo* info, void* context) => s_count = (int)info->si_value;")]
    [InlineData(Install + "\n        timer_create(7, null, out nint timer);\n        " + Nanoseconds + "\n        timer_settime(timer, 0, &spec, null);")] // CLOCK_BOOTTIME.
    [InlineData(Install + "\n        timer_create(1, null, out nint timer);\n        " + Nanoseconds + "\n        timer_settime(timer, 1, &spec, null);")] // At a point in time.
    [InlineData(Install + "\n        timer_create(1, null, out s_timer);\n        " + Nanoseconds + "\n        timer_settime(s_timer, 0, &spec, null);", Method + "\n\n    private static nint s_timer;")] // Somebody may stop it.
    [InlineData(Install + "\n        timer_create(1, null, out nint timer);\n        " + Nanoseconds + "\n        timer_settime(timer, 0, &spec, null);\n        s_other = (int)timer;")]
    [InlineData(Install + "\n        Sigevent how = new() { sigev_notify = 0, sigev_signo = 40 };\n        timer_create(1, &how, out nint timer);\n        " + Nanoseconds + "\n        timer_settime(timer, 0, &spec, null);")] // Another signal.
    [InlineData(Install + "\n        Sigevent how = new() { sigev_notify = 2, sigev_signo = 14 };\n        timer_create(1, &how, out nint timer);\n        " + Nanoseconds + "\n        timer_settime(timer, 0, &spec, null);")] // SIGEV_THREAD.
    [InlineData(Install + "\n        timer_create(1, null, out nint timer);\n        Itimerspec spec = new() { it_interval = { tv_nsec = 1000050 }, it_value = { tv_sec = 1 } };\n        timer_settime(timer, 0, &spec, null);")] // No number of ticks.
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, "[UnmanagedCallersOnly]\n    private static void OnAlarm(int number) => s_count += number;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, "[UnmanagedCallersOnly(EntryPoint = \"on_alarm\")]\n    private static void OnAlarm(int number) => s_count++;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm + "\n        Other(&OnAlarm);", Method + "\n\n    private static void Other(delegate* unmanaged<int, void> it) { }")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    [DllImport(\"libc\")] private static extern int pause();")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        " + Arm, Method + "\n\n    private static int s_onAlarm;")]
    [InlineData(Install + "\n        " + Milliseconds + "\n        setitimer(0, &every, {|CS0103:missing|});")]
    public Task Nothing_is_offered_where_it_would_be_something_else(string statements, string method = Method)
    {
        // Of two signals the one interrupts the handler of the other.
        method = statements.Contains("sigaction(15,", StringComparison.Ordinal) ? method.Replace("s_count++", "{|TH6001:s_count++|}", StringComparison.Ordinal) : method;
        string source = Program(statements, method, "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string statements, string method, string field, string system = "", string implementation = "") =>
        $$"""
        {{system}}{{implementation}}using System.Runtime.InteropServices;
        using TopHalf;

        namespace N;

        internal struct Timeval { public long tv_sec, tv_usec; }

        internal struct Itimerval { public Timeval it_interval, it_value; }

        internal struct Timespec { public long tv_sec, tv_nsec; }

        internal struct Itimerspec { public Timespec it_interval, it_value; }

        internal struct Sigevent { public nint sigev_value; public int sigev_signo, sigev_notify, _tid; }

        internal struct Siginfo { public int si_signo; public nint si_value; }

        [StructLayout(LayoutKind.Explicit)]
        internal unsafe struct Sigaction
        {
            [FieldOffset(0)] public delegate* unmanaged<int, void> sa_handler;
            [FieldOffset(0)] public void* sa_sigaction;
            [FieldOffset(8)] public fixed ulong sa_mask[16];
            [FieldOffset(136)] public int sa_flags;
            [FieldOffset(144)] public nint sa_restorer;
        }

        internal static unsafe partial class C
        {
            private static int s_count, s_other;

            {{field}}internal static void Start()
            {
                {{statements}}
            }
        }

        internal static unsafe partial class C
        {
            [DllImport("libc")]
            private static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            [DllImport("libc")]
            private static extern int setitimer(int which, Itimerval* value, Itimerval* old);

            [DllImport("libc")]
            private static extern int sigaction(int number, Sigaction* action, Sigaction* old);

            [DllImport("libc")]
            private static extern int sigemptyset(ulong* set);

            [LibraryImport("librt")]
            private static partial int timer_create(int clock, Sigevent* how, nint* timer);

            [DllImport("libc")]
            private static extern int timer_create(int clock, Sigevent* how, out nint timer);

            [DllImport("libc")]
            private static extern int timer_settime(nint timer, int flags, Itimerspec* value, Itimerspec* old);

            [DllImport("libc")]
            private static extern int gettid();

            [DllImport("libc")]
            private static extern int raise(int number);

            [DllImport("libc")]
            private static extern int kill(int process, int number);

            private const int Flags = 0x10000000;

            {{method}}
        }

        // The generator's.
        internal static unsafe partial class C
        {
            private static partial int timer_create(int clock, Sigevent* how, nint* timer) => 0;
        }

        """;
}
