namespace TopHalf.CodeFixes;

/// <summary>What a fix is for, in parts that a program of any shape can be put together of.</summary>
/// <param name="Fix">The fix.</param>
/// <param name="Body">The statements of the handler <c>OnTick</c>.</param>
internal sealed record FixSeed(Type Fix, string Body)
{
    private const string Handler = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] ";
    private const string Start = "using var timer$V = InterruptTimer.Start<$State>($C.OnTick, System.TimeSpan.FromSeconds(1));";
    private const string Export = "NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), ";

    private const string Arm = "Itimerspec every = new() { it_interval = new() { tv_nsec = 5000000 }, it_value = new() { tv_nsec = 5000000 } }; timer_settime(timer, 0, &every, null);";
    private const string ClockMembers = "private static long s_alarms; [UnmanagedCallersOnly] private static void OnAlarm(int number) { s_alarms++; } "
        + "[DllImport(\"libc\")] private static extern unsafe nint signal(int signal, delegate* unmanaged<int, void> handler); [DllImport(\"libc\")] private static extern unsafe int timer_create(int clock, Sigevent* how, out nint timer); "
        + "[DllImport(\"libc\")] private static extern unsafe int timer_settime(nint timer, int flags, Itimerspec* value, Itimerspec* old);";
    private const string ClockTypes = "internal struct Timespec { public long tv_sec, tv_nsec; } internal struct Itimerspec { public Timespec it_interval, it_value; } "
        + "internal struct Sigevent { public nint sigev_value; public int sigev_signo, sigev_notify, sigev_notify_thread_id; }";
    private const string SignalMembers = "private static long s_signals; [UnmanagedCallersOnly] private static void OnSignal(int number) { s_signals++; } "
        + "[DllImport(\"libc\")] private static extern unsafe nint signal(int signal, delegate* unmanaged<int, void> handler); ";

    /// <summary>Fixes that change another project than the finding's, and are tried in solutions of their own.</summary>
    public static IReadOnlyList<Type> OfOtherProjects { get; } = [typeof(TH3001_PromiseFix)];

    /// <summary>One program for each fix.</summary>
    public static IReadOnlyList<FixSeed> All { get; } =
    [
        new(typeof(TH0001_SignatureFix), "state.Count++;") { Members = Handler + "static void OnOther(ref State state) => state.Count++;" },
        new(typeof(TH0002_RemoveAsyncFix), "state.Count++;") { Members = Handler + "static async void OnOther(State state) => state.Count++;" },
        new(typeof(TH0003_AddAggressiveOptimizationFix), "state.Count++;") { Members = "[InterruptHandler] static void OnOther(ref State state, in InterruptContext context) => state.Count++;" },
        new(typeof(TH0004_LambdaToFunctionFix), "state.Count++;")
        {
            Main = "using var timer$V = InterruptTimer.Start<$State>((ref $State s, in InterruptContext c) => s.Count++, System.TimeSpan.FromSeconds(1));",
        },
        new(typeof(TH0005_PrepareFix), "state.Count++;")
        {
            Types = "internal interface INumber { [AsyncSignalSafe] long Next(); } internal struct Number : INumber { public long Next() { long sum = 0; for (int i = 0; i < 4; i++) { sum += i * i; } return sum; } }",
        },
        new(typeof(TH0006_RemovePromiseFix), "Add(ref state);") { Members = "[AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] private static void Add(ref State state) => state.Count++;" },
        new(typeof(TH0008_ReasonPlaceFix), "state.Count++;")
        {
            Remains = true,
            Members = "[System.Diagnostics.CodeAnalysis.SuppressMessage(\"TopHalf.Blocking\", \"TH2002\")] " + Handler + "static void OnOther(ref State state, in InterruptContext context) => System.Console.WriteLine(5);",
        },
        new(typeof(TH1001_StackAllocFix), "long[] bits = new long[2]; bits[0] = state.Count; state.Count = bits[1];"),
        new(typeof(TH1001_StateBufferFix), "long[] bits = new long[64]; bits[0] = state.Count; state.Count = bits[1];"),
        new(typeof(TH1002_FlagTestFix), "state.Count += state.Kinds.HasFlag(Kinds.Even) ? 2 : 1;") { State = "public long Count; public Kinds Kinds;", Types = "[System.Flags] internal enum Kinds { None = 0, Even = 1 }" },
        new(typeof(TH1003_LocalFunctionFix), "System.Func<long, long> half = value => value / 2; state.Count = half(state.Count);"),
        new(typeof(TH1006_KeepInStateFix), "state.Count += s_settings.Limit;")
        {
            Members = "internal static readonly Settings s_settings = new();", Main = Start, Types = "internal sealed class Settings { public readonly long Limit = 5; }",
        },
        new(typeof(TH1006_TableFix), "foreach (long step in s_steps) { state.Count += step; }") { Members = "private static readonly long[] s_steps = [1, 2, 4, 8];" },
        new(typeof(TH2001_MaskFix), "lock (s_gate) { s_total += 2; } state.Count++;") { Members = "private static readonly object s_gate = new(); private static long s_total;", Main = Start },
        new(typeof(TH2001_UpdateFix), "lock (s_gate) { s_total += 2; } state.Count++;")
        {
            Members = "private static readonly object s_gate = new(); private static long s_total; internal static InterruptTimer<State> s_timer = null!; "
                + "internal static void Show() { lock (s_gate) { System.Console.WriteLine(s_total); } }",
            Main = "$C.s_timer = InterruptTimer.Start<$State>($C.OnTick, System.TimeSpan.FromSeconds(1)); $C.Show();",
        },
        new(typeof(TH2001_UpdateFix), "lock (s_gate) { s_total += 2; } state.Count++;")
        {
            Variant = "on all threads",
            Members = "private static readonly object s_gate = new(); private static long s_total; internal static InterruptTimer<State> Timer { get; set; } = null!; "
                + "internal static void Clear() { lock (s_gate) { s_total = 0; } } internal static long Total() { lock (s_gate) { return s_total; } }",
            Main = "$C.Timer = InterruptTimer.Start<$State>($C.OnTick, System.TimeSpan.FromSeconds(1));",
        },
        new(typeof(TH2002_InterruptLogFix), "System.Console.WriteLine($\"tick {state.Count}\"); state.Count++;") { Main = Start },
        new(typeof(TH2003_LookOnceFix), "while (System.Threading.Volatile.Read(ref s_ready) == 0) { } state.Count++;") { Members = "private static int s_ready;" },
        new(typeof(TH3003_FunctionPointerFix), "state.Count = getsid(0);") { Members = "[DllImport(\"libc\")] private static extern int getsid(int id);" },
        new(typeof(TH3003_InterruptClockFix), "state.Count = System.Diagnostics.Stopwatch.GetTimestamp();"),
        new(typeof(TH3003_ManagedConventionFix), "state.Count = s_get(0);")
        {
            Unsafe = true, Members = $"private static readonly unsafe delegate* unmanaged<int, int> s_get = (delegate* unmanaged<int, int>){Export}\"getsid\");",
        },
        new(typeof(TH3006_KnownTargetFix), "state.Count = s_get();") { Unsafe = true, Members = $"private static unsafe delegate*<int> s_get = (delegate*<int>){Export}\"getuid\");" },
        new(typeof(TH3008_SafeFunctionFix), "s_exit(0);") { Unsafe = true, Members = $"private static readonly unsafe delegate*<int, void> s_exit = (delegate*<int, void>){Export}\"exit\");" },
        new(typeof(TH4001_LeaveHandlerFix), "if (state.Count < 0) { throw null!; } state.Count++;"),
        new(typeof(TH4002_StraightLineFix), "try { state.Count++; } finally { state.Count--; }"),
        new(typeof(TH4003_DefaultArmFix), "state.Count = state.Count switch { 0 => 1, 3 => 4 };"),
        new(typeof(TH4003_GuardDivisionFix), "state.Count = 100 / state.Count;"),
        new(typeof(TH4003_GuardIndexFix), "System.Span<byte> bytes = stackalloc byte[12]; int i = state.Step; bytes[i] = 3;") { State = "public long Count; public int Step;" },
        new(typeof(TH4003_MaskIndexFix), "System.Span<byte> bytes = stackalloc byte[16]; bytes[state.Step] = 3;") { State = "public long Count; public int Step;" },
        new(typeof(TH4003_PlainMathFix), "state.Count = System.Math.Clamp(state.Count, 0, 9);"),
        new(typeof(TH4003_SaturateFix), "state.Step = checked(state.Step + 1);") { State = "public long Count; public int Step;" },
        new(typeof(TH4003_ValueOrDefaultFix), "state.Count = state.Last.Value;") { State = "public long Count; public long? Last;" },
        new(typeof(TH4004_AllocateFirstFix), "if (state.Count > 0) { System.Span<byte> bytes = stackalloc byte[64]; bytes[0] = 1; state.Count = bytes[0]; }"),
        new(typeof(TH4005_BoundLoopFix), "while (state.Count > 0) { state.Count -= 7; }"),
        new(typeof(TH5001_FieldInitializersFix), "state.Count = Lazy.Answer;") { Types = "internal static class Lazy { public static int Answer; static Lazy() => Answer = 42; }" },
        new(typeof(TH5002_MoveToStateFix), "t_depth++; state.Count = t_depth;") { Members = "[System.ThreadStatic] private static int t_depth;" },
        new(typeof(TH5003_InlineFix), "Add(ref state); state.Count++;")
        {
            Members = "private static void Add(ref State state) { state.Count += state.Count > 5 ? 2 : 1; Twice(ref state); } private static void Twice(ref State state) { state.Count *= state.Count > 50 ? 2 : 3; }",
        },
        new(typeof(TH6001_InterlockedFix), "s_ticks++; state.Count++;") { Members = "private static long s_ticks; internal static void TakeOneBack() => s_ticks--;" },
        new(typeof(TH6002_CompareExchangeFix), "s_step = 1; state.Count++;") { Members = "private static int s_step; internal static void Step() { if (s_step == 1) { s_step = 2; } }" },
        new(typeof(TH6002_SharedMemberFix), "Step(); state.Count++;") { Members = "private static int s_step; private static void Step() => s_step++; internal static void Both() { Step(); }" },
        new(typeof(TH6002_VolatileFix), "s_done = true; state.Count++;") { Members = "private static bool s_done; internal static bool IsDone() => s_done;" },
        new(typeof(TH6002_VolatileFieldFix), "s_letter = 'a'; state.Count++;") { Members = "private static char s_letter; internal static char Letter() => s_letter;" },
        new(typeof(TH6003_SeqLockFix), "s_owner = default; state.Count++;") { Members = "private static System.Guid s_owner; internal static System.Guid Owner() => s_owner;" },
        new(typeof(TH7002_InterruptTimerFix), "state.Count++;")
        {
            Once = true,
            Members = "internal static unsafe void Install() { Action action = new() { sa_handler = &OnAlarm, sa_flags = 0x10000000 }; sigaction(14, &action, null); "
                + "Itimerval every = new() { it_interval = new() { tv_usec = 5000 }, it_value = new() { tv_usec = 5000 } }; setitimer(0, &every, null); } "
                + "private static long s_alarms; [UnmanagedCallersOnly] private static void OnAlarm(int number) { s_alarms++; } [DllImport(\"libc\")] private static extern unsafe int sigaction(int signal, Action* action, Action* old); "
                + "[DllImport(\"libc\")] private static extern unsafe int setitimer(int which, Itimerval* value, Itimerval* old);",
            Types = "internal struct Timeval { public long tv_sec, tv_usec; } internal struct Itimerval { public Timeval it_interval, it_value; } internal unsafe struct Action { public delegate* unmanaged<int, void> sa_handler; public int sa_flags; }",
        },
        new(typeof(TH7002_InterruptTimerFix), "state.Count++;")
        {
            Variant = "of a clock, to the process",
            Members = "internal static unsafe void Install() { signal($S, &OnAlarm); Sigevent how = new() { sigev_signo = $S }; timer_create(1, &how, out nint timer); " + Arm + " } " + ClockMembers,
            Types = ClockTypes,
        },
        new(typeof(TH7002_InterruptTimerFix), "state.Count++;")
        {
            Variant = "whose results are looked at, by local functions",
            Members = "internal static unsafe int Install() { return Now(); static int Now() { nint before = signal($S, &OnAlarm); if (before == -1) { return -1; } Sigevent how = new() { sigev_signo = $S }; "
                + "if (timer_create(1, &how, out nint timer) != 0) { throw new System.InvalidOperationException(\"timer_create\"); } Itimerspec every = new() { it_interval = new() { tv_nsec = 5000000 }, it_value = new() { tv_nsec = 5000000 } }; "
                + "int result; result = timer_settime(timer, 0, &every, null); if (result < 0) { return result; } return 0; } } " + ClockMembers,
            Types = ClockTypes,
        },
        new(typeof(TH7002_InterruptTimerFix), "state.Count++;")
        {
            Variant = "of a clock, to the thread",
            Main = "$C.Install();",
            Members = "internal static unsafe void Install() { signal($S, &OnAlarm); Sigevent how = new() { sigev_notify = 4, sigev_signo = $S, sigev_notify_thread_id = gettid() }; "
                + "timer_create(1, &how, out nint timer); " + Arm + " } [DllImport(\"libc\")] private static extern int gettid(); " + ClockMembers,
            Types = ClockTypes,
        },
        new(typeof(TH7002_PosixSignalFix), "state.Count++;")
        {
            Members = "internal static unsafe void Install() => sigset(12, &OnSignal); [UnmanagedCallersOnly] private static void OnSignal(int number) { } "
                + "[DllImport(\"libc\")] private static extern unsafe nint sigset(int signal, delegate* unmanaged<int, void> handler);",
        },
        new(typeof(TH7002_SoftwareInterruptFix), "state.Count++;")
        {
            Members = "internal static unsafe void Install() { signal($S, &OnSignal); } internal static void Now() { kill(System.Environment.ProcessId, $S); } " + SignalMembers
                + "[DllImport(\"libc\")] private static extern int kill(int process, int signal);",
        },
        new(typeof(TH7002_SoftwareInterruptFix), "state.Count++;")
        {
            Variant = "whose results are looked at",
            Main = "$C.Install(); $C.Now();",
            Members = "internal static unsafe void Install() { nint before = signal($S, &OnSignal); if (before == -1) { System.Console.Error.WriteLine(\"signal\"); throw new System.InvalidOperationException(); } } "
                + "internal static void Now() { if (raise($S) != 0) { System.Console.WriteLine(); } } " + SignalMembers + "[DllImport(\"libc\")] private static extern int raise(int signal);",
        },
        new(typeof(TH7002_SoftwareInterruptFix), "state.Count++;")
        {
            Variant = "of its thread",
            Main = "$C.Install(); $C.Now();",
            Members = "internal static unsafe void Install() { signal($S, &OnSignal); } internal static void Now() { raise($S); } " + SignalMembers + "[DllImport(\"libc\")] private static extern int raise(int signal);",
        },
        new(typeof(TH7003_LetChooseSignalFix), "state.Count++;") { Members = "internal static readonly InterruptTimerOptions Taken = new() { Signal = 11 };" },
        new(typeof(TH7004_DisposeAtEndFix), "state.Count++;") { Main = "InterruptTimer.Start<$State>($C.OnTick, System.TimeSpan.FromSeconds(1));" },
        new(typeof(TH7006_LetSignalsInFix), "state.Count++;")
        {
            Members = "internal static unsafe void Block() { ulong all = ulong.MaxValue; pthread_sigmask(0, &all, null); } [DllImport(\"libc\")] private static extern unsafe int pthread_sigmask(int how, ulong* set, ulong* old);",
        },
        new(typeof(TH7007_InstallOnceFix), "state.Count++;")
        {
            Members = "internal static unsafe void Install() => sigset(12, &OnSignal); [UnmanagedCallersOnly] private static unsafe void OnSignal(int number) { sigset(number, &OnSignal); } "
                + "[DllImport(\"libc\")] private static extern unsafe nint sigset(int signal, delegate* unmanaged<int, void> handler);",
        },
        new(typeof(TH7008_LeaveToRuntimeFix), "state.Count++;")
        {
            Members = "internal static unsafe void Install() { sigset(8, &OnSignal); } [UnmanagedCallersOnly] private static void OnSignal(int number) { } "
                + "[DllImport(\"libc\")] private static extern unsafe nint sigset(int signal, delegate* unmanaged<int, void> handler);",
        },
        new(typeof(DeferToBottomHalfFix), "s_list.Add(state.Count); state.Count++;") { Members = "private static readonly System.Collections.Generic.List<long> s_list = [];", Main = Start },
    ];

    /// <summary>What it is called among the programs.</summary>
    public string Name => Variant.Length == 0 ? Fix.Name : $"{Fix.Name}, {Variant}";

    /// <summary>Which of several programs for the fix it is.</summary>
    public string Variant { get; init; } = "";

    public string State { get; init; } = "public long Count;";

    /// <summary>Members of the handler's class; <c>$S</c> is a signal that no other program has.</summary>
    public string Members { get; init; } = "";

    public string Types { get; init; } = "";

    /// <summary>Statements of the entry point; <c>$C</c> is the handler's class, <c>$State</c> its state, and <c>$V</c> makes the name of a local that of one program.</summary>
    public string Main { get; init; } = "";

    /// <summary>Whether it goes on being reported until somebody has written what belongs there.</summary>
    public bool Remains { get; init; }

    /// <summary>Whether there can be only one of it in a program, as of the process's alarm.</summary>
    public bool Once { get; init; }

    /// <summary>Whether the handler is.</summary>
    public bool Unsafe { get; init; }
}
