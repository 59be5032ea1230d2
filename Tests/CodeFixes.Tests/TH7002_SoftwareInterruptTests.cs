using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH7002_SoftwareInterruptFix>;

namespace TopHalf.CodeFixes;

public sealed class TH7002_SoftwareInterruptTests
{
    private const string Install = "signal(10, {|TH7002:&OnSignal|});";
    private const string Method = "[UnmanagedCallersOnly]\n    private static void OnSignal(int number) => s_count++;";
    private const string Handler = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnSignal(ref int state, in InterruptContext context) => s_count++;";
    private const string Field = "private static SoftwareInterrupt<int>? s_onSignal;\n\n    ";
    private const string OfThread = "s_onSignal ??= SoftwareInterrupt.Start<int>(OnSignal, new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread });";
    private const string OfProcess = "s_onSignal ??= SoftwareInterrupt.Start<int>(OnSignal, new SoftwareInterruptOptions { Target = InterruptTarget.Process });";

    [Theory]
    [InlineData("raise(10); // b", "s_onSignal!.Raise(); // b")]
    [InlineData("_ = raise(10);", "_ = s_onSignal!.Raise();")]
    [InlineData("tgkill(getpid(), gettid(), 10);", "s_onSignal!.Raise();")]
    [InlineData("pthread_kill(pthread_self(), 10);", "s_onSignal!.Raise();")]
    [InlineData(
        "// d\n        Siginfo info = new() { si_signo = 10, si_code = -1 }; // e\n        info.si_value.sival_ptr = s_other;\n        rt_tgsigqueueinfo(getpid(), gettid(), 10, &info); // f",
        "// d\n        // e\n        s_onSignal!.Raise(s_other); // f")]
    [InlineData("if (raise(10) != 0) { return; }", "if (s_onSignal!.Raise() != RaiseResult.Raised) { return; }")]
    [InlineData("bool failed = raise(10) == -1;", "bool failed = s_onSignal!.Raise() != RaiseResult.Raised;")]
    [InlineData("while (raise(10) is < 0) { s_other++; }", "while (s_onSignal!.Raise() != RaiseResult.Raised) { s_other++; }")]
    [InlineData("for (int i = 0; i < 3; i++) { raise(10); }", "for (int i = 0; i < 3; i++) { s_onSignal!.Raise(); }")]
    public Task What_a_thread_raises_in_itself_interrupts_that_thread(string raise, string raised) =>
        VerifyAsync(Program($"// a\n        {Install} // c\n        {raise}", Method, ""), Program($"// a\n        {OfThread} // c\n        {raised}", Handler, Field, isMended: true));

    [Theory]
    [InlineData("kill(getpid(), 10);", "s_onSignal!.Raise();")]
    [InlineData("kill(System.Environment.ProcessId, 10);", "s_onSignal!.Raise();")]
    [InlineData("sigqueue(getpid(), 10, 5);", "s_onSignal!.Raise(5);")]
    [InlineData("sigqueue(getpid(), 10, s_other);", "s_onSignal!.Raise(s_other);")]
    [InlineData("sigqueue(getpid(), 10, new Sigval { sival_ptr = 7 });", "s_onSignal!.Raise(7);")]
    public Task What_goes_to_the_process_interrupts_the_process(string raise, string raised) =>
        VerifyAsync(Program(Install, $"internal static void Now()\n    {{\n        {raise}\n    }}\n\n    {Method}", ""), Program(OfProcess, $"internal static void Now()\n    {{\n        {raised}\n    }}\n\n    {Handler}", Field, isMended: true));

    [Theory]
    [InlineData("if (signal(10, {|TH7002:&OnSignal|}) == -1) { System.Console.Error.WriteLine(\"signal\"); return; }")] // It ends the program.
    [InlineData("if (signal(10, {|TH7002:&OnSignal|}) == -1) { throw new System.Exception(); }")]
    [InlineData("nint before = signal(10, {|TH7002:&OnSignal|});\n        if (before == -1) { System.Environment.Exit(1); }")]
    public Task A_check_that_leaves_with_an_error_goes_as_the_start_throws(string install) =>
        VerifyAsync(Program($"{install}\n        raise(10);", Method, ""), Program($"{OfThread}\n        s_onSignal!.Raise();", Handler, Field, isMended: true));

    [Fact]
    public Task Top_level_statements_and_their_functions_raise_what_the_program_keeps() =>
        VerifyAsync(
            TopLevel("unsafe { signal(10, {|TH7002:&OnSignal|}); }\nraise(10);\nNow();\n\nstatic void Now() => raise(10);\n\n[UnmanagedCallersOnly]\nstatic void OnSignal(int number) => C.Count++;", "", ""),
            TopLevel(
                $"unsafe {{ {OfThread} }}\ns_onSignal!.Raise();\nNow();\n\nstatic void Now() => s_onSignal!.Raise();\n\n[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\nstatic void OnSignal(ref int state, in InterruptContext context) => C.Count++;",
                "using System.Runtime.CompilerServices;\n", "\npartial class Program\n{\n    private static SoftwareInterrupt<int>? s_onSignal;\n}\n"));

    private static string TopLevel(string statements, string imports, string program) =>
        $$"""
        {{imports}}using System.Runtime.InteropServices;
        using TopHalf;

        {{statements}}
        {{(imports.Length > 0 ? "" : "\n[DllImport(\"libc\")]\nstatic extern unsafe nint signal(int number, delegate* unmanaged<int, void> handler);\n\n[DllImport(\"libc\")]\nstatic extern int raise(int number);\n")}}
        internal static class C { internal static int Count; }
        {{program}}
        """;

    [Fact]
    public Task Methods_that_only_the_entry_point_calls_are_on_its_thread() =>
        VerifyAsync(
            Program("Install();\n        Work(2);", $"private static void Install() => {Install}\n\n    private static void Work(int deep)\n    {{\n        raise(10);\n        if (deep > 0) {{ Work(deep - 1); }}\n    }}\n\n    {Method}", ""),
            Program("Install();\n        Work(2);", $"{Field}private static void Install() => {OfThread}\n\n    private static void Work(int deep)\n    {{\n        s_onSignal!.Raise();\n        if (deep > 0) {{ Work(deep - 1); }}\n    }}\n\n    {Handler}", "", isMended: true));

    [Fact]
    public Task What_comes_with_the_signal_is_the_payload() =>
        VerifyAsync(
            Program(
                "Sigaction action = new() { sa_sigaction = (void*){|TH7002:(delegate* unmanaged<int, Siginfo*, void*, void>)&OnSignal|}, sa_flags = 0x10000004 };\n        sigaction(36, &action, null);\n        sigqueue(getpid(), 36, 7);",
                "[UnmanagedCallersOnly]\n    private static void OnSignal(int number, Siginfo* info, void* context) => s_count += (int)info->si_value.sival_ptr;", ""),
            Program(
                $"{OfProcess}\n        s_onSignal!.Raise(7);",
                "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnSignal(ref int state, in InterruptContext context) => s_count += (int)context.Payload;", Field, isMended: true));

    [Fact]
    public Task Statics_of_the_handler_alone_become_its_state_and_a_class_without_annotations_gets_none() =>
        VerifyAsync(
            "#nullable disable\n" + Program($"{Install}\n        raise(10);", "private static int s_own;\n\n    [UnmanagedCallersOnly]\n    private static void OnSignal(int number) { s_own++; s_count = s_own; }", ""),
            "#nullable disable\n" + Program(
                $"{OfThread}\n        s_onSignal.Raise();".Replace("<int>", "<OnSignalState>", StringComparison.Ordinal),
                "private struct OnSignalState\n    {\n        public int Own;\n    }\n\n    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnSignal(ref OnSignalState state, in InterruptContext context) { state.Own++; s_count = state.Own; }",
                "private static SoftwareInterrupt<OnSignalState> s_onSignal;\n\n    ", isMended: true));

    // What is found of them stays to be found, and nothing more is.
    [Theory]
    [InlineData("private static int s_shared;\n\n    internal static int Shared() => System.Threading.Volatile.Read(ref s_shared);\n\n    ", "System.Threading.Volatile.Write(ref s_shared, 3);")]
    [InlineData("private static int s_shared;\n\n    internal static int Shared() => System.Threading.Interlocked.Exchange(ref s_shared, 0);\n\n    ", "System.Threading.Interlocked.Increment(ref s_shared);")]
    [InlineData("private static volatile bool s_shared;\n\n    internal static bool Shared() => s_shared;\n\n    ", "s_shared = true;")]
    [InlineData("private static int s_shared;\n\n    internal static int Shared() => {|TH6002:s_shared|};\n\n    ", "s_shared++;")]
    [InlineData("private static int s_shared;\n\n    internal static int Shared() => {|TH6002:s_shared|};\n\n    ", "s_shared = 3;")]
    [InlineData("private static System.Guid s_shared;\n\n    internal static System.Guid Shared() => {|TH6003:s_shared|};\n\n    ", "s_shared = default;")]
    public Task Statics_that_others_use_stay_statics(string members, string statement) =>
        VerifyAsync(
            Program($"{Install}\n        raise(10);", $"{members}[UnmanagedCallersOnly]\n    private static void OnSignal(int number) {{ {statement} }}", ""),
            Program($"{OfThread}\n        s_onSignal!.Raise();", $"{members}[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    private static void OnSignal(ref int state, in InterruptContext context) {{ {statement} }}", Field, isMended: true));

    [Fact]
    public Task Fix_All_takes_those_of_several_signals_and_files_at_once()
    {
        string before = Program("signal(10, {|TH7002:&OnSignal|});\n        kill(getpid(), 10);\n        Other.Run();", Method, "");
        string after = Program($"{OfProcess}\n        s_onSignal!.Raise();\n        Other.Run();", Handler, Field, isMended: true);
        return new VerifyCS.Test
        {
            TestState = { Sources = { before, Other("", "", "signal(40, {|TH7002:&OnSignal|});\n        kill(System.Environment.ProcessId, 40);", Method.Replace("s_count++", "s_count--", System.StringComparison.Ordinal)) }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { after, Other("using System.Runtime.CompilerServices;\n", Field, $"{OfProcess}\n        s_onSignal!.Raise();", Handler.Replace("s_count++", "s_count--", System.StringComparison.Ordinal)) } },
            Rounds = 2,
        }.RunAsync();
    }

    private static string Other(string imports, string field, string statements, string method) =>
        $$"""
        {{imports}}using System.Runtime.InteropServices;
        using TopHalf;

        namespace N
        {
            internal static unsafe class Other
            {
                private static int s_count, s_more;

        {{Indented($"    {field}internal static void Run()\n    {{\n        {statements}\n    }}\n\n    {method}")}}

                [DllImport("libc")]
                private static extern nint signal(int number, delegate* unmanaged<int, void> handler);

                [DllImport("libc")]
                private static extern int kill(int process, int number);
            }
        }

        """;

    private static string Indented(string text) => string.Join("\n", text.Split('\n').Select(static line => line.Length == 0 ? line : "    " + line));

    [Theory]
    [InlineData(Install)] // Others raise it, if anybody does.
    [InlineData("signal(15, {|TH7002:&OnSignal|});\n        raise(15);")] // Other processes send it.
    [InlineData("signal(34, {|TH7002:&OnSignal|});\n        raise(34);")] // The runtime's own.
    [InlineData(Install + "\n        raise(10);\n        kill(getpid(), 10);")] // To the thread, and to the process.
    [InlineData(Install + "\n        kill(1, 10);")] // Somebody else.
    [InlineData(Install + "\n        kill(-getpid(), 10);")]
    [InlineData(Install + "\n        tgkill(getpid(), s_other, 10);")]
    [InlineData(Install + "\n        raise(s_other);")]
    [InlineData(Install + "\n        Siginfo info = new() { si_code = -1, si_value = { sival_ptr = s_other } };\n        s_other = 5;\n        rt_tgsigqueueinfo(getpid(), gettid(), 10, &info);")] // Not the same by then.
    [InlineData(Install + "\n        Siginfo info = new() { si_code = -6 };\n        rt_tgsigqueueinfo(getpid(), gettid(), 10, &info);")] // As if tgkill had sent it.
    [InlineData(Install + "\n        if (raise(10) > 0) { return; }")]
    [InlineData(Install + "\n        if (raise(10) == 0) { return; }")]
    [InlineData(Install + "\n        s_other = raise(10);")]
    [InlineData(Install + "\n        if (raise(10) != 0) { throw new System.ComponentModel.Win32Exception(); }")] // errno.
    [InlineData(Install + "\n        if (raise(10) != 0) { s_other = Marshal.GetLastPInvokeError(); }")]
    [InlineData(Install + "\n        raise(10 /* now */);")]
    [InlineData(Install + "\n        new System.Threading.Thread(static () => { raise(10); }).Start();")]
    [InlineData(Install + "\n        new System.Threading.Thread(Work).Start();", "private static void Work() { raise(10); }\n\n    " + Method)]
    [InlineData(Install + "\n        Work();", "private static async void Work() { raise(10); }\n\n    " + Method)]
    [InlineData(Install + "\n        System.Func<int, int> it = raise; raise(10);")]
    [InlineData(Install + "\n        raise(10);", Method + "\n\n    private static void Stop() => signal(10, null);")]
    [InlineData(Install + "\n        raise(10);", Method + "\n\n    [DllImport(\"libc\")] private static extern int pthread_sigmask(int how, ulong* set, ulong* old);")] // Held back meanwhile.
    [InlineData(Install + "\n        raise(10);", Method + "\n\n    [DllImport(\"libc\")] private static extern int timer_create(int clock, nint how, nint* timer);")]
    [InlineData(Install + "\n        raise(10);", Method + "\n\n    [DllImport(\"libc\")] private static extern int sigwait(ulong* set, int* number);")]
    [InlineData(Install + "\n        raise(10);", "[UnmanagedCallersOnly]\n    private static void OnSignal(int number) => s_count = number;")]
    [InlineData(Install + "\n        raise(10);", Method + "\n\n    private static class Nested { internal static void Now() { int s_onSignal = 1; _ = s_onSignal; raise(10); } }")]
    [InlineData(Install + "\n        Other.Now();", Method + "\n\n    internal static class Other { internal static void Now() => raise(10); }")] // Another type does not see the source.
    [InlineData("raise(10);\n        nint old = " + Install)]
    [InlineData("Sigaction action = new() { sa_sigaction = (void*){|TH7002:(delegate* unmanaged<int, Siginfo*, void*, void>)&OnSignal|}, sa_flags = 0x10000004 };\n        sigaction(36, &action, null);\n        sigqueue(getpid(), 36, 7);", "[UnmanagedCallersOnly]\n    private static void OnSignal(int number, Siginfo* info, void* context) => s_count += info->si_pid;")]
    [InlineData("Sigaction action = new() { sa_sigaction = (void*){|TH7002:(delegate* unmanaged<int, Siginfo*, void*, void>)&OnSignal|}, sa_flags = 0x10000004 };\n        sigaction(36, &action, null);\n        sigqueue(getpid(), 36, 7);", "[UnmanagedCallersOnly]\n    private static void OnSignal(int number, Siginfo* info, void* context) => info->si_value.sival_ptr = 3;")]
    [InlineData(Install + "\n        raise(10);\n        {|CS0103:missing|}();")]
    public Task Nothing_is_offered_where_it_would_be_something_else(string statements, string method = Method)
    {
        string source = Program(statements, method, "");
        return VerifyAsync(source, source);
    }

    [Fact]
    public Task Nothing_is_offered_in_a_library_whose_threads_nobody_sees()
    {
        string source = Program($"{Install}\n        raise(10);", Method, "");
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    [Fact]
    public Task A_handler_does_not_raise_by_way_of_a_static()
    {
        string source = Program(Install, "[UnmanagedCallersOnly]\n    private static void OnSignal(int number) { s_count++; {|TH3003:kill({|TH3003:getpid()|}, 10)|}; }", "");
        return VerifyAsync(source, source);
    }

    private static Task VerifyAsync(string before, string after) =>
        new VerifyCS.Test { TestCode = before, FixedCode = after, TestState = { OutputKind = OutputKind.ConsoleApplication } }.RunAsync();

    private static string Program(string statements, string method, string field, bool isMended = false) =>
        $$"""
        {{(isMended ? "using System.Runtime.CompilerServices;\n" : "")}}using System.Runtime.InteropServices;
        using TopHalf;

        namespace N;

        internal struct Sigval { public nint sival_ptr; }

        internal struct Siginfo { public int si_signo, si_code, si_pid; public Sigval si_value; }

        [StructLayout(LayoutKind.Explicit)]
        internal unsafe struct Sigaction
        {
            [FieldOffset(0)] public void* sa_sigaction;
            [FieldOffset(136)] public int sa_flags;
        }

        internal static unsafe partial class C
        {
            private static int s_count, s_other;

            {{field}}private static void Main()
            {
                {{statements}}
            }
        }

        internal static unsafe partial class C
        {
            {{method}}

            [DllImport("libc")]
            private static extern nint signal(int number, delegate* unmanaged<int, void> handler);

            [DllImport("libc")]
            private static extern int sigaction(int number, Sigaction* action, Sigaction* old);

            [DllImport("libc")]
            private static extern int raise(int number);

            [DllImport("libc")]
            private static extern int kill(int process, int number);

            [DllImport("libc")]
            private static extern int tgkill(int process, int thread, int number);

            [DllImport("libc")]
            private static extern int pthread_kill(nint thread, int number);

            [DllImport("libc")]
            private static extern int sigqueue(int process, int number, nint value);

            [DllImport("libc")]
            private static extern int sigqueue(int process, int number, Sigval value);

            [DllImport("libc")]
            private static extern int rt_tgsigqueueinfo(int process, int thread, int number, Siginfo* information);

            [DllImport("libc")]
            private static extern int setitimer(int which, nint value, nint old);

            [DllImport("libc")]
            private static extern nint pthread_self();

            [DllImport("libc")]
            private static extern int getpid();

            [DllImport("libc")]
            private static extern int gettid();
        }

        """;
}
