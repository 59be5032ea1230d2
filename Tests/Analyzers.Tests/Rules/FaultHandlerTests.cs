namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH7008: a handler of a fault, installed by hand, that returns to the instruction that faulted.</summary>
public sealed class FaultHandlerTests
{
    private const string Libc =
        """
        enum Signum { SIGTRAP = 5, SIGUSR1 = 10, SIGSEGV = 11 }
        unsafe struct Action1 { public nint sa_handler; public int sa_flags; }
        static unsafe class Libc
        {
            [DllImport("libc")] public static extern nint signal(int number, nint handler);
            [DllImport("libc", EntryPoint = "signal")] public static extern nint Install(Signum number, Action<int> handler);
            [DllImport("libc")] public static extern int sigaction(int number, Action1* action, Action1* old);
            [DllImport("libc", EntryPoint = "sigaction")] public static extern int Act(int number, in Action1 action, nint old);
            [DllImport("libc")] public static extern void _exit(int code);
            [DllImport("libc", EntryPoint = "_exit")] public static extern void Die(int code);
            [DllImport("libc")] public static extern int mprotect(nint address, nuint length, int access);
            [DllImport("libc")] public static extern nint write(int file, byte* text, nuint length);
        }

        """;

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(11)]
    public Task A_handler_of_a_fault_that_returns_is_reported(int signal) => Body("s_faults = 1;", signal, isReported: true);

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(34)]
    public Task A_handler_of_another_signal_may_return(int signal) => Body("s_faults = 1;", signal, isReported: false);

    [Theory]
    [InlineData("", true)]
    [InlineData("return;", true)]
    [InlineData("Libc._exit(1);", false)]
    [InlineData("Libc.Die(1);", false)]
    [InlineData("Environment.FailFast(null);", false)]
    [InlineData("Environment.Exit(1);", false)]
    [InlineData("throw null!;", false)]
    [InlineData("while (true) { }", false)]
    [InlineData("for (; ; ) { if (s_faults > 3) { break; } }", true)]
    [InlineData("for (; ; ) { if (s_faults > 3) { Libc._exit(1); } }", false)]
    [InlineData("if (s_faults > 3) { Libc._exit(1); }", true)]
    [InlineData("if (s_faults > 3) { Libc._exit(1); } else { Environment.FailFast(null); }", false)]
    [InlineData("if (s_faults > 3) { return; } Libc._exit(1);", true)]
    [InlineData("switch (s_faults) { case 1: Libc._exit(1); break; default: Libc._exit(2); break; }", false)]
    [InlineData("switch (s_faults) { case 1: Libc._exit(1); break; }", true)]
    [InlineData("try { s_faults = 1; } finally { Libc._exit(1); }", false)]
    [InlineData("try { return; } finally { if (s_faults > 3) { Libc._exit(1); } }", true)]
    [InlineData("try { Libc._exit(1); } finally { s_faults = 1; }", false)]
    [InlineData("Stop();", false)]
    [InlineData("StopLater();", false)]
    [InlineData("Stop(s_faults > 3);", true)]
    [InlineData("void Local() => Libc._exit(1); Local();", false)]
    [InlineData("void Local() => Libc._exit(1);", true)]
    [InlineData("if (s_faults > 3 && Never()) { }", true)]
    [InlineData("bool never = Never();", false)]
    public Task Every_path_has_to_end_the_process(string body, bool isReported) => Body(body, 11, isReported);

    [Theory]
    [InlineData("Libc.mprotect(0, 4096, 3);", false)]
    [InlineData("Libc.signal(11, 0);", false)]
    [InlineData("Mend();", false)]
    [InlineData("s_old(number);", false)]
    [InlineData("s_before(number);", false)]
    [InlineData("byte b = 0; Libc.write(2, &b, 1);", true)]
    [InlineData("Note();", true)]
    public Task One_that_may_have_mended_the_cause_or_gone_out_of_the_way_may_return(string body, bool isReported) => Body(body, 11, isReported);

    [Theory]
    [InlineData("*(nint*)(context + 168) += 2;", "(delegate* unmanaged<int, nint, nint, void>)&OnFault")]
    [InlineData("s_faults = (int)info;", "{|TH7008:(delegate* unmanaged<int, nint, nint, void>)&OnFault|}")]
    public Task One_that_uses_the_context_may_change_where_the_thread_goes_on(string body, string handler) =>
        Verify.FileWithAdvice(
            Libc + $$"""
            static unsafe class Program1
            {
                static int s_faults;
            #pragma warning disable TH7002 // Not what this is about.
                static void Start() => Libc.signal(11, (nint){{handler}});
                [UnmanagedCallersOnly] static void OnFault(int number, nint info, nint context) { {{body}} }
            }
            """);

    [Theory]
    [InlineData("Action1 action = default; action.sa_handler = (nint){|TH7008:(delegate* unmanaged<int, void>)&OnFault|}; Libc.sigaction(11, &action, null);")]
    [InlineData("Action1 action = new() { sa_handler = (nint){|TH7008:(delegate* unmanaged<int, void>)&OnFault|} }; Libc.Act(11, action, 0);")]
    [InlineData("Action1 action; action = new Action1 { sa_handler = (nint){|TH7008:(delegate* unmanaged<int, void>)&OnFault|} }; Libc.Act(11, in action, 0);")]
    [InlineData("Action1 action = new() { sa_handler = (nint)(delegate* unmanaged<int, void>)&OnFault }; Libc.Act(12, in action, 0);")]
    [InlineData("Action1 action = new() { sa_handler = (nint)(delegate* unmanaged<int, void>)&OnFault }, other = default; Libc.Act(11, in other, 0);")]
    [InlineData("Action1 action = new() { sa_handler = (nint)(delegate* unmanaged<int, void>)&OnStop }; Libc.Act(11, in action, 0);")]
    [InlineData("Libc.Install(Signum.SIGSEGV, {|TH7008:OnManaged|});")]
    [InlineData("Libc.Install(Signum.SIGTRAP, OnManaged);")]
    [InlineData("Libc.Install(Signum.SIGSEGV, {|TH7008:number => { }|});")]
    [InlineData("Libc.Install(Signum.SIGSEGV, number => Libc._exit(1));")]
    [InlineData("const int Segv = 11; nint handler = (nint)(delegate* unmanaged<int, void>)&OnFault; Libc.signal(Segv, {|TH7008:handler|});")]
    [InlineData("Libc.signal(Environment.ProcessId, (nint)(delegate* unmanaged<int, void>)&OnFault);")]
    [InlineData("Libc.signal(11, 1);")]
    [InlineData("void Local(int number) { } Libc.Install(Signum.SIGSEGV, {|TH7008:Local|});")]
    [InlineData("void Local(int number) => Libc._exit(1); Libc.Install(Signum.SIGSEGV, Local);")]
    public Task However_it_is_installed(string statement) =>
        Verify.FileWithAdvice(
            Libc + $$"""
            static unsafe class Program1
            {
            #pragma warning disable TH7002, TH3003 // Not what this is about.
                static void Start() { {{statement}} }
                [UnmanagedCallersOnly] static void OnFault(int number) { }
                [UnmanagedCallersOnly] static void OnStop(int number) => Libc._exit(1);
                static void OnManaged(int number) { }
            }
            """);

    // What it does in signal context is not what this is about.
    private static Task Body(string body, int signal, bool isReported) =>
        Verify.FileWithAdvice(
            Libc + $$"""
            static unsafe class Program1
            {
                static int s_faults;
                static delegate* unmanaged<int, void> s_old;
                static Action<int>? s_before;
            #pragma warning disable TH1001, TH1006, TH2003, TH3001, TH3002, TH3003, TH3006, TH3008, TH4001, TH4002, TH4005, TH5003, TH5004, TH7002 // As said above.
                static void Start() => Libc.signal({{signal}}, (nint){{(isReported ? "{|TH7008:(delegate* unmanaged<int, void>)&OnFault|}" : "(delegate* unmanaged<int, void>)&OnFault")}});
                [UnmanagedCallersOnly] static void OnFault(int number) { {{body}} }
                static void Stop() => Libc._exit(1);
                static void StopLater() { if (Volatile.Read(ref s_faults) > 1) { Stop(); } else { Stop(); } }
                static void Stop(bool really) { if (really) { Stop(); } }
                static bool Never() { Stop(); return false; }
                static void Mend() => Libc.mprotect(0, 4096, 3);
                static void Note() { byte b = 0; Libc.write(2, &b, 1); }
            }
            """);
}
