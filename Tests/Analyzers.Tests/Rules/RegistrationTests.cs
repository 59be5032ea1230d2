namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH7002 to TH7004: what ordinary code does to signals and sources.</summary>
public sealed class RegistrationTests
{
    private const string Installers =
        """
        struct Action1 { public nint sa_handler; public nint Other; }
        static unsafe class Libc
        {
            [DllImport("libc")] public static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [DllImport("libc", EntryPoint = "signal")] public static extern nint Install(int number, nint handler);
            [DllImport("libc")] public static extern int sigaction(int number, Action1* action, Action1* old);
            public static void sigset(string name, Action action) { }
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
    [InlineData("Action1 action = default; action.sa_handler = (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|};")]
    [InlineData("Action1 action = new() { sa_handler = (nint){|TH7002:(delegate* unmanaged<int, void>)&OnSignal|} };")]
    public Task A_method_that_is_installed_by_hand_is_reported(string statement) => Ordinary(statement);

    [Theory]
    [InlineData("Libc.other(12, &OnSignal);")]
    [InlineData("Libc.Install(12, 1);")]
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
        Verify.File(
            Installers +
            $$"""

            static unsafe class Program1
            {
                static InterruptTimer<int>? s_timer;
                static {{result}} Run() { {{statement}} }
                static InterruptTimer<int> Start() => InterruptTimer.Start<int>(OnTick, 0, TimeSpan.FromMilliseconds(1));
                static void Keep(InterruptSource source) { }
                [UnmanagedCallersOnly] static void OnSignal(int number) { }
                static void OnManaged(int number) { }
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int state, in InterruptContext context) => state++;
            }
            """);
}
