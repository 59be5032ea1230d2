using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH7002 to TH7005 and TH7007: what ordinary code does to signals and sources.</summary>
public sealed class RegistrationTests
{
    private const string Installers =
        """
        struct Action1 { public nint sa_handler; public nint Other; }
        struct kernel_sigaction { public nint Handler; public ulong Flags; }
        struct sigevent { public int sigev_notify; public nint sigev_notify_function; public nint Other; }
        static unsafe class Libc
        {
            [DllImport("libc")] public static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [DllImport("libc", EntryPoint = "signal")] public static extern nint Install(int number, nint handler);
            [DllImport("libc")] public static extern int sigaction(int number, Action1* action, Action1* old);
            public static void sigset(string name, Action action) { }
            [DllImport("libc")] public static extern nint bsd_signal(int number, OnSignalDelegate handler);
            [DllImport("librt")] public static extern int timer_create(int clock, sigevent* what, nint* timer);
            [DllImport("shim", EntryPoint = "timer_create")] public static extern int StartTimer(int clock, delegate* unmanaged<nint, void> callback);
            [DllImport("libc")] public static extern int other(int number, delegate* unmanaged<int, void> handler);
        }
        delegate void OnSignalDelegate(int number);
        """;

    [Theory]
    [InlineData("Libc.signal(12, {|TH7002:&OnSignal|});")]
    [InlineData("Libc.Install(12, (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|});")]
    [InlineData("Libc.Install(12, (nint){|TH7002:(delegate*<int, void>)&OnManaged|});")]
    [InlineData("Libc.Install(12, Marshal.GetFunctionPointerForDelegate({|TH7002:new OnSignalDelegate(OnManaged)|}));")]
    [InlineData("Libc.Install(12, Marshal.GetFunctionPointerForDelegate<OnSignalDelegate>({|TH7002:OnManaged|}));")]
    [InlineData("OnSignalDelegate d = OnManaged; Libc.Install(12, {|TH7002:Marshal.GetFunctionPointerForDelegate(d)|});")]
    [InlineData("Libc.Install(12, Marshal.GetFunctionPointerForDelegate<OnSignalDelegate>({|TH7002:n => { }|}));")]
    [InlineData("nint p = (nint)(delegate* unmanaged<int, void>)&OnSignal; Libc.Install(12, {|TH7002:p|});")]
    [InlineData("Libc.signal(12, {|TH7002:s_unmanaged|});")]
    [InlineData("Libc.Install(12, {|TH7002:Marshal.GetFunctionPointerForDelegate(s_kept)|});")]
    [InlineData("nint stub = Marshal.GetFunctionPointerForDelegate(s_kept); Libc.Install(12, {|TH7002:stub|});")]
    [InlineData("Libc.bsd_signal(12, {|TH7002:OnManaged|});")]
    [InlineData("Libc.bsd_signal(12, {|TH7002:s_kept|});")]
    [InlineData("kernel_sigaction action = new() { Handler = (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|} };")]
    [InlineData("Action1 action = default; action.sa_handler = (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|};")]
    [InlineData("Action1 action = new() { sa_handler = (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|} };")]
    public Task A_method_that_is_installed_by_hand_is_reported(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("Libc.other(12, &OnSignal);")]
    [InlineData("Libc.Install(12, 1);")]
    [InlineData("nint p = NativeLibrary.GetExport(0, \"on_signal\"); Libc.Install(12, p);")]
    [InlineData("kernel_sigaction action = new() { Flags = 1 };")]
    [InlineData("Libc.sigset(\"of another kind\", () => { });")]
    [InlineData("Action1 action = default; Libc.sigaction(12, &action, null);")]
    [InlineData("Action1 action = new() { Other = (nint)(delegate* unmanaged<int, void>)&OnSignal };")]
    [InlineData("delegate* unmanaged<int, void> pointer = &OnSignal;")]
    [InlineData("using PosixSignalRegistration r = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { });")]
    public Task Other_uses_of_such_methods_and_of_such_functions_are_clean(string statement) => Ordinary(statement);

    [Fact]
    public Task What_a_method_does_that_is_installed_by_hand_is_judged_as_a_handlers() =>
        Verify.Members(
            """
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            static void Start() => signal(12, {|TH7002:&OnSignal|});
            [UnmanagedCallersOnly] static void OnSignal(int number) { object o = {|TH1001:new object()|}; }
            [UnmanagedCallersOnly] static void OnNothing(int number) { object o = new object(); }
            """);

    [Fact]
    public Task The_place_of_the_registration_is_the_last_location_of_what_is_found_there() =>
        Verify.Members(
            """
            [DllImport("libc")] static extern nint signal(int number, nint handler);
            static readonly Action<int> s_kept = OnSignal;
            static void Start() => signal(12, {|#1:Marshal.GetFunctionPointerForDelegate(s_kept)|});
            static void OnSignal(int number) { object o = {|#0:new object()|}; {|#2:Deep()|}; }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Deep() { {|#3:throw new Exception();|} }
            """,
            new DiagnosticResult("TH7002", DiagnosticSeverity.Warning).WithLocation(1),
            new DiagnosticResult("TH1001", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1),
            new DiagnosticResult("TH4001", DiagnosticSeverity.Warning).WithLocation(2).WithLocation(3).WithLocation(1));

    [Fact]
    public Task A_lambda_that_is_installed_is_judged() =>
        Verify.Members(
            """
            [DllImport("libc")] static extern nint signal(int number, Action<int> handler);
            static void Start() => signal(12, {|TH7002:n => { object o = {|TH1001:new object()|}; }|});
            """);

    [Theory]
    [InlineData("On", "signal(n, {|TH7007:&On|});", "")]
    [InlineData("On", "if (n > 3) { signal(n, {|TH7007:&On|}); }", "")]
    [InlineData("On", "Again(n);", "signal(n, {|TH7007:&On|});")]
    [InlineData("On", "void Local() => signal(n, {|TH7007:&On|}); Local();", "")]
    [InlineData("On", "sigaction action = default; action.sa_handler = (nint){|TH7007:(delegate* unmanaged<int, void>)&On|};", "")]
    [InlineData("On", "timer_create(1, {|TH7007:&On|});", "")]
    [InlineData("On", "signal(n, &Other);", "")]
    [InlineData("On", "signal(n, null);", "")]
    [InlineData("On", "", "signal(n, &On);")]
    [InlineData("On", "void Local() => signal(n, &On);", "")]
    [InlineData("Other", "Again(n);", "signal(n, &On);")]
    public Task A_handler_that_installs_itself_again_is_reported(string handler, string body, string again) =>
        Verify.Members(
            $$"""
            struct sigaction { public nint sa_handler; }
            [DllImport("libc")] static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [DllImport("librt")] static extern int timer_create(int clock, delegate* unmanaged<int, void> handler);
            #pragma warning disable TH7002, TH3003, TH5003, TH3008 // Not what this is about.
            static void Start() => signal(12, &{{handler}});
            [UnmanagedCallersOnly] static void {{handler}}(int n) { {{body}} }
            [UnmanagedCallersOnly] static void {{(handler == "On" ? "Other" : "On")}}(int n) { }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Again(int n) { {{again}} }
            """);

    [Fact]
    public Task One_handler_for_two_sources_is_fine_for_each_has_a_state_of_its_own() =>
        Ordinary("using var one = InterruptTimer.Start<int>(OnTick, 0, TimeSpan.FromMilliseconds(1)); using var two = InterruptTimer.Start<int>(OnTick, 0, TimeSpan.FromMilliseconds(2));");

    // The shapes of Tmds.LibC 0.5.0 and Mono.Unix 7.1.0.
    private const string Libraries =
        """
        namespace Tmds.Linux
        {
            public struct sigset_t { }
            public unsafe struct sigaction { public void* sa_handler { get => null; set { } } public void* sa_sigaction { get => null; set { } } public int sa_flags { get; set; } public sigset_t sa_mask; }
            public unsafe struct sigevent_t { public int sigev_notify; public void* sigev_notify_function; }
            public static unsafe class LibC { [DllImport("libc.so.6")] public static extern int sigaction(int signum, sigaction* act, sigaction* oldact); }
        }
        namespace Mono.Unix.Native
        {
            public delegate void SignalHandler(int signal);
            public enum Signum { SIGUSR1 = 10 }
            public enum SignalAction { Default, Ignore, Error }
            public static class Stdlib
            {
                public static SignalHandler signal(Signum signum, SignalHandler handler) => handler;
                public static int SetSignalAction(Signum signal, SignalAction action) => 0;
            }
        }
        """;

    [Theory]
    [InlineData("var a = default(Tmds.Linux.sigaction); a.sa_handler = {|TH7002:(delegate* unmanaged<int, void>)&OnSignal|}; Tmds.Linux.LibC.sigaction(12, &a, null);")]
    [InlineData("var a = new Tmds.Linux.sigaction { sa_sigaction = (void*){|TH7002:Marshal.GetFunctionPointerForDelegate(s_kept)|}, sa_flags = 4 };")]
    [InlineData("var e = new Tmds.Linux.sigevent_t { sigev_notify_function = {|TH7005:(delegate* unmanaged<int, void>)&OnSignal|} };")]
    [InlineData("Mono.Unix.Native.Stdlib.signal(Mono.Unix.Native.Signum.SIGUSR1, {|TH7002:OnManaged|});")]
    [InlineData("Mono.Unix.Native.SignalHandler h = n => { }; Mono.Unix.Native.Stdlib.signal(Mono.Unix.Native.Signum.SIGUSR1, {|TH7002:h|});")]
    [InlineData("Mono.Unix.Native.Stdlib.SetSignalAction(Mono.Unix.Native.Signum.SIGUSR1, Mono.Unix.Native.SignalAction.Ignore);")]
    [InlineData("var a = default(Tmds.Linux.sigaction); Tmds.Linux.LibC.sigaction(12, null, &a);")]
    public Task Handlers_are_found_that_well_known_libraries_install(string statement) =>
        Verify.FileWithAdvice(
            $$"""
            static unsafe class Program1
            {
                static readonly Mono.Unix.Native.SignalHandler s_kept = OnManaged;
                static void Run() { {{statement}} }
                [UnmanagedCallersOnly] static void OnSignal(int number) { }
                static void OnManaged(int number) { }
            }

            """ + Libraries);

    [Theory]
    [InlineData("sigevent e = default; e.sigev_notify_function = (nint){|TH7005:(delegate* unmanaged<nint, void>)&OnExpiry|}; Libc.timer_create(1, &e, null);")]
    [InlineData("sigevent e = new() { sigev_notify_function = Marshal.GetFunctionPointerForDelegate({|TH7005:new OnSignalDelegate(OnManaged)|}) };")]
    [InlineData("sigevent e = new() { sigev_notify_function = (nint){|TH7002:(delegate*<int, void>)&OnManaged|} };")]
    [InlineData("Libc.StartTimer(1, {|TH7005:&OnExpiry|});")]
    public Task A_callback_of_timer_create_is_reported(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("sigevent e = default; e.sigev_notify = 4; Libc.timer_create(1, &e, null);")]
    [InlineData("sigevent e = new() { Other = (nint)(delegate* unmanaged<nint, void>)&OnExpiry };")]
    public Task A_timer_without_a_callback_is_clean(string statement) => Ordinary(statement);

    // It may enter the runtime where its thread is taken in; called by its bare address it may not.
    [Theory]
    [InlineData("[UnmanagedCallersOnly] static void OnExpiry(nint value) { object o = new object(); }", "{|TH7005:(delegate* unmanaged<nint, void>)&OnExpiry|}")]
    [InlineData("static void OnExpiry(nint value) { object o = {|TH1001:new object()|}; }", "{|TH7002:(delegate*<nint, void>)&OnExpiry|}")]
    public Task What_a_callback_of_timer_create_does_is_judged_if_its_thread_is_unknown(string callback, string value) =>
        Verify.MembersWithAdvice(
            $$"""
            struct sigevent { public nint sigev_notify_function; }
            static sigevent Make() => new() { sigev_notify_function = (nint){{value}} };
            {{callback}}
            """);

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(65)]
    public Task A_signal_that_registration_refuses_is_reported(int signal) =>
        Ordinary($"var options = new InterruptTimerOptions {{ Signal = {{|TH7003:{signal}|}} }};");

    [Theory]
    [InlineData("12")]
    [InlineData("35")]
    [InlineData("64")]
    [InlineData("null")]
    [InlineData("Environment.ProcessId")]
    public Task A_signal_that_may_be_had_is_clean(string signal) => Ordinary($"var options = new InterruptTimerOptions {{ Signal = {signal} }};");

    [Fact]
    public Task A_signal_of_a_software_interrupt_that_registration_refuses_is_reported() =>
        Ordinary("var options = new SoftwareInterruptOptions { Signal = {|TH7003:11|} };");

    [Fact]
    public Task A_signal_of_a_file_interrupt_that_registration_refuses_is_reported() =>
        Ordinary("var options = new FileInterruptOptions { Signal = {|TH7003:34|} };");

    [Fact]
    public Task A_counter_interrupt_that_is_lost_and_its_signal_are_reported() => Verify.File("""
        class Program
        {
            static void Main() { {|TH7004:CounterInterrupt.Start<long>(Count, CounterEvent.PageFaults, 5, new CounterInterruptOptions { Signal = {|TH7003:34|} })|}; }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void Count(ref long state, in InterruptContext context) => state++;
        }
        """);

    [Fact]
    public Task A_file_interrupt_that_is_lost_is_reported_and_its_handler_is_found() => Verify.File("""
        class Program
        {
            static void Main() { {|TH7004:FileInterrupt.Start<long>(Count, 0)|}; }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void Count(ref long state, in InterruptContext context)
            {
                _ = {|TH1001:new object()|};
                state = new FileEvent(context.Payload).Descriptor;
            }
        }
        """);

    [Fact]
    public Task A_software_interrupt_that_is_lost_is_reported_and_its_handler_is_found() => Verify.File("""
        class Program
        {
            static void Main() { {|TH7004:SoftwareInterrupt.Start<long>(Count)|}; }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void Count(ref long state, in InterruptContext context) { _ = {|TH1001:new object()|}; state = context.Payload; }
        }
        """);

    [Fact]
    public Task A_software_interrupt_that_a_handler_raises_by_its_line_is_clean_and_by_its_object_is_not() => Verify.File("""
        struct State { public InterruptLine Line; }

        class Program
        {
            static readonly SoftwareInterrupt<long> s_other = null!;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void Relay(ref State state, in InterruptContext context) => state.Line.Raise(5);

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void Wrong(ref State state, in InterruptContext context) => {|TH3005:{|TH1006:s_other|}.Raise(5)|};
        }
        """);

    [Fact]
    public Task A_property_of_that_name_of_another_type_is_clean() =>
        Verify.File("class Options { public int Signal; static Options Make() => new() { Signal = 11 }; }");

    [Theory]
    [InlineData("{|TH7004:Start()|};")]
    [InlineData("_ = {|TH7004:Start()|};")]
    [InlineData("var timer = {|TH7004:Start()|};")]
    [InlineData("InterruptSource timer = {|TH7004:Start()|};")]
    public Task A_source_that_nobody_keeps_is_reported(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("using var timer = Start();")]
    [InlineData("using (Start()) { }")]
    [InlineData("using (var timer = Start()) { }")]
    [InlineData("var timer = Start(); timer.Dispose();")]
    [InlineData("var timer = Start(); Keep(timer);")]
    [InlineData("Keep(Start());")]
    [InlineData("s_timer = Start();")]
    [InlineData("Start().Dispose();")]
    [InlineData("var timers = new[] { Start() };")]
    public Task A_source_that_is_kept_is_clean(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("return Start();")]
    [InlineData("var timer = Start(); return timer;")]
    public Task A_source_that_is_given_to_the_caller_is_clean(string statement) => Ordinary(statement, "InterruptTimer<int>");

    private static Task Ordinary(string statement, string result = "void") =>
        Verify.FileWithAdvice(
            Installers +
            $$"""

            static unsafe class Program1
            {
                static InterruptTimer<int>? s_timer;
                static {{result}} Run() { {{statement}} }
                static InterruptTimer<int> Start() => InterruptTimer.Start<int>(OnTick, 0, TimeSpan.FromMilliseconds(1));
                static void Keep(InterruptSource source) { }
                [UnmanagedCallersOnly] static void OnSignal(int number) { }
                [UnmanagedCallersOnly] static void OnExpiry(nint value) { }
                static void OnManaged(int number) { }
                static readonly OnSignalDelegate s_kept = OnManaged;
                static readonly delegate* unmanaged<int, void> s_unmanaged = &OnSignal;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => state++;
            }
            """);
}
