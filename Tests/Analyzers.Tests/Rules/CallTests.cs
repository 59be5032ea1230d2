using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH2001 to TH3007: locks, blocking, and every kind of call.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData("{|TH2001:lock ({|TH1006:s_gate|}) { }|}")]
    [InlineData("{|TH2001:Monitor.Enter({|TH1006:s_gate|})|};")]
    public Task Locks_are_reported(string statement) => Verify.Handler(statement, "static readonly object s_gate = new();");

    [Fact]
    public Task A_synchronized_method_is_reported() =>
        Verify.Handler("{|TH2001:Other()|};", "[MethodImpl(MethodImplOptions.Synchronized | MethodImplOptions.AggressiveInlining)] static void Other() { }");

    [Theory]
    [InlineData("Interlocked.Increment(ref state.Count);")]
    [InlineData("Interlocked.CompareExchange(ref state.Total, 1, 0);")]
    [InlineData("Volatile.Write(ref state.Count, 1);")]
    [InlineData("state.Total = Volatile.Read(ref state.Total);")]
    public Task Atomic_operations_are_clean(string statement) => Verify.Handler(statement);

    [Fact]
    public Task Atomic_operations_on_references_are_reported() =>
        Verify.Handler("{|TH1007:Interlocked.Exchange({|TH1007:ref {|TH1006:s_thing|}|}, null)|};", "static object? s_thing;");

    [Theory]
    [InlineData("{|TH2002:Thread.Sleep(1)|};")]
    [InlineData("{|TH2002:Console.WriteLine()|};")]
    [InlineData("{|TH3002:{|TH2002:Console.Out|}.WriteLine()|};")]
    [InlineData("{|TH2002:System.IO.File.Delete(\"a\")|};")]
    public Task Blocking_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("var now = {|TH3003:DateTime.UtcNow|};")]
    [InlineData("state.Total = {|TH3004:Stopwatch.GetTimestamp()|};")]
    [InlineData("state.Total = {|TH3004:Environment.TickCount64|};")]
    [InlineData("{|TH3004:Thread.SpinWait(1)|};")]
    [InlineData("state.Count = {|TH3004:Marshal.GetLastSystemError()|};")]
    [InlineData("var p = {|TH3003:NativeMemory.Alloc(4)|};")]
    [InlineData("state.Count = {|TH5002:Environment.CurrentManagedThreadId|};")]
    [InlineData("state.Total = {|TH4003:Math.Abs(state.Total)|};")]
    [InlineData("state.Value = {|TH3001:Math.Sin(state.Value)|};")]
    public Task Known_unsafe_members_are_reported_by_their_cause(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Count = Math.Min(state.Count, 3);")]
    [InlineData("state.Value = Math.Abs(state.Value);")]
    [InlineData("state.Count = System.Numerics.BitOperations.PopCount(state.Size);")]
    [InlineData("System.Runtime.Intrinsics.X86.X86Base.Pause();")]
    [InlineData("Unsafe.WriteUnaligned(state.Pointer, 5L);")]
    [InlineData("state.Total = context.Timestamp + context.Overruns;")]
    [InlineData("state.Total = (long)context.Registers.Rip;")]
    public Task Known_safe_members_are_clean(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("{|TH3001:AppContext.SetData(\"a\", null)|};")]
    [InlineData("var x = {|TH3001:AppContext.BaseDirectory|};")]
    public Task What_is_not_known_is_unsafe(string statement) => Verify.Handler(statement);

    [Fact]
    public Task A_message_names_the_member_the_reason_and_the_way_out() =>
        Verify.Handler(
            "{|#0:Thread.Sleep(1)|};",
            "",
            new DiagnosticResult("TH2002", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
                "'OnTick' calls 'Thread.Sleep' (it puts the interrupted thread to sleep): the interrupted thread stands still meanwhile, perhaps inside the runtime. Use a second timer for what has to happen later."));

    [Theory]
    [InlineData("{|TH3002:Get().Do()|};")]
    [InlineData("{|TH3002:Action()()|};")]
    [InlineData("{|TH3002:Disposable().Dispose()|};")]
    public Task Dispatched_calls_are_reported(string statement) =>
        Verify.Handler(
            statement,
            """
            [AsyncSignalSafe] static Thing Get() => null!;
            [AsyncSignalSafe] static Action Action() => null!;
            [AsyncSignalSafe] static IDisposable Disposable() => null!;
            """);

    [Fact]
    public Task A_struct_that_implements_an_interface_is_called_directly() =>
        Verify.Handler("default(Handle).Dispose();", "struct Handle : IDisposable { public void Dispose() { } }");

    [Fact]
    public Task A_call_on_a_type_parameter_is_a_call_of_what_its_argument_has() =>
        Verify.Handler(
            "Run(default(Handle)); {|TH4001:Run(default(Bad))|};",
            """
            struct Handle : IDisposable { public void Dispose() { } }
            struct Bad : IDisposable { [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Dispose() => throw new Exception(); }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Run<T>(T handle) where T : unmanaged, IDisposable => handle.Dispose();
            """);

    [Fact]
    public Task A_call_on_a_type_parameter_of_a_promise_cannot_be_seen() =>
        Verify.Members(
            """
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
            static void Run<T>(T handle) where T : unmanaged, IDisposable => {|TH3002:handle.Dispose()|};
            """);

    [Theory]
    [InlineData("[DllImport(\"c\")] static extern int getpid();", "TH3003")]
    [InlineData("[SuppressGCTransition, DllImport(\"c\")] static extern int getpid();", "TH3004")]
    public Task PInvokes_are_reported(string declaration, string id) => Verify.Handler($$"""{|{{id}}:getpid()|};""", declaration);

    [Theory]
    [InlineData("static readonly delegate* unmanaged<int> s_getpid;", "TH3003")]
    [InlineData("static readonly delegate* unmanaged[Cdecl]<int> s_getpid;", "TH3003")]
    [InlineData("static readonly delegate* unmanaged[SuppressGCTransition]<int> s_getpid;", "TH3004")]
    [InlineData("static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<int> s_getpid;", "TH3004")]
    [InlineData("static delegate*<int> s_getpid;", "TH3006")]
    [InlineData("static readonly delegate*<byte> s_getpid = (delegate*<byte>)NativeLibrary.GetExport(0, \"getpid\");", "TH3006")]
    public Task Function_pointers_are_reported_by_kind(string declaration, string id) =>
        Verify.Handler($$"""{|{{id}}:s_getpid()|};""", declaration);

    [Fact]
    public Task A_managed_function_pointer_in_a_static_readonly_field_is_clean() =>
        Verify.Handler("state.Count = LibC.getpid();", "static class LibC { public static readonly delegate*<int> getpid = Find(); static delegate*<int> Find() => (delegate*<int>)NativeLibrary.GetExport(0, \"getpid\"); }");

    [Fact]
    public Task A_function_pointer_in_a_local_is_reported() =>
        Verify.Handler("delegate*<void> f = state.Count > 0 ? &Other : &More; {|TH3006:f()|};", "static void Other() { } static void More() { }");

    [Fact]
    public Task A_pointer_in_a_local_that_holds_one_method_is_a_call_of_that_method() =>
        Verify.Handler(
            "delegate*<void> f = &Other; f(); delegate*<void> g = &Throws; {|TH4001:g()|};",
            "static void Other() { } [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Throws() => throw new Exception();");

    [Fact]
    public Task A_member_declared_unsafe_is_reported_with_its_reason() =>
        Verify.Handler(
            "{|#0:Log()|};",
            "[AsyncSignalUnsafe(\"it keeps a cache\")] static void Log() { }",
            new DiagnosticResult("TH3005", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
                "'OnTick' calls 'Handlers.Log', which is declared unsafe here (it keeps a cache). Move the call to the bottom half."));

    [Theory]
    [InlineData("static int Log { [AsyncSignalUnsafe(\"x\")] get => 0; }")]
    [InlineData("[AsyncSignalUnsafe(\"x\")] static int Log => 0;")]
    public Task A_property_can_be_declared_unsafe(string property) => Verify.Handler("state.Count = {|TH3005:Log|};", property);

    [Fact]
    public Task All_members_of_a_type_declared_unsafe_are() =>
        Verify.Handler("{|TH3005:Logger.Log()|};", "[AsyncSignalUnsafe(\"x\")] static class Logger { public static void Log() { } }");

    [Fact]
    public Task Recursion_is_reported() =>
        Verify.Handler("{|TH3007:Down(3)|};", "[MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Down(int n) { if (n > 0) { Down(n - 1); } }");

    [Fact]
    public Task A_handler_that_calls_itself_is_reported() => Verify.Handler("if (state.Count > 0) { {|TH3007:OnTick(ref state, in context)|}; }");

    [Fact]
    public Task A_cycle_ends_and_is_reported_once() =>
        Verify.Handler(
            "{|TH3007:Ping(3)|};",
            """
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Ping(int n) { if (n > 0) { Pong(n - 1); } }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Pong(int n) { if (n > 0) { Ping(n - 1); } }
            """);

    [Fact]
    public Task Registration_from_a_handler_is_reported() =>
        Verify.Handler(
            "{|TH7001:Register({|TH1003:Other|})|};",
            """
            static void Register(InterruptHandler<int> handler) { }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Other(ref int state, in InterruptContext context) { }
            """);

    [Fact]
    public Task A_conditional_call_that_is_left_out_is_clean() => Verify.Handler("Debug.Assert(state.Count == 0, $\"{state.Count}\");");

    [Fact]
    public Task A_conditional_call_that_is_compiled_is_reported() =>
        TopHalf.Testing.CSharpAnalyzerVerifier<SignalContextAnalyzer>.VerifyAnalyzerAsync(
            "#define TRACE\n" + Verify.Usings +
            """
            class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void On(ref int state, in InterruptContext context) { {|TH2001:Trace.Write("")|}; Debug.Write(""); }
            }
            """);

    [Theory]
    [InlineData("static readonly delegate*<void> s_f = &Other; static void Other() { }", "{|TH3006:s_f()|};")]
    [InlineData("static void Other() { }", "delegate*<void> f = &Other; f();")]
    public Task A_static_readonly_pointer_to_a_method_leads_to_its_stub_and_one_taken_in_place_to_its_code(string member, string call) => Verify.Handler(call, member);

    [Theory]
    [InlineData("{|TH3006:s_f((byte)state.Count)|};", "static readonly delegate*<byte, int> s_f = (delegate*<byte, int>)NativeLibrary.GetExport(0, \"umask\");")]
    [InlineData("s_f(state.Count);", "static readonly delegate*<int, int> s_f = (delegate*<int, int>)NativeLibrary.GetExport(0, \"umask\");")]
    public Task A_pointer_to_native_code_takes_no_narrow_numbers(string statement, string member) => Verify.Handler(statement, member);

    [Theory]
    [InlineData("{|TH1006:Unsafe.Write(state.Pointer, default(Held))|};")]
    [InlineData("Unsafe.Write(state.Pointer, default(Plain));")]
    public Task Unsafe_access_is_for_values_without_references(string statement) =>
        Verify.Handler(statement, "struct Held { public object O; } struct Plain { public int I; }");
}
