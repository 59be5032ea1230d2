using Microsoft.CodeAnalysis;
using TopHalf.Testing;
using VerifyCS = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Analyzers.SignalContextAnalyzer>;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH3008, and what the other rules say of the native function that is called.</summary>
public sealed class NativeFunctionTests
{
    private const string Load = "NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), ";

    [Theory]
    [InlineData("malloc", "TH3008")]
    [InlineData("printf", "TH3008")]
    [InlineData("pthread_mutex_lock", "TH3008")]
    [InlineData("strtok", "TH3008")]
    [InlineData("aio_suspend", "TH3008")]
    [InlineData("timer_create", "TH3008")]
    [InlineData("no_such_function", "TH3008")]
    [InlineData("write", "TH2002")]
    [InlineData("nanosleep", "TH2002")]
    [InlineData("poll", "TH2002")]
    [InlineData("pause", "TH3008")]
    [InlineData("faccessat", "TH3008")]
    [InlineData("open", "TH3008")]
    [InlineData("sin", "TH3008")]
    public Task A_pointer_to_a_function_that_is_unsafe_or_refused_or_waits_is_reported(string function, string id) =>
        Verify.Handler($$"""state.Count = {|{{id}}:s_f()|};""", Field($"{Load}\"{function}\")"));

    [Theory]
    [InlineData("getpid")]
    [InlineData("clock_gettime")]
    [InlineData("gettid")]
    [InlineData("mprotect")]
    [InlineData("fchownat")]
    [InlineData("memcpy")]
    [InlineData("__errno_location")]
    [InlineData("sem_post")]
    public Task A_pointer_to_a_function_that_registration_accepts_is_clean(string function) =>
        Verify.Handler("state.Count = s_f();", Field($"{Load}\"{function}\")"));

    [Theory]
    [InlineData("static readonly delegate*<int> s_f = Find(\"malloc\"); static delegate*<int> Find(string name) => (delegate*<int>)NativeLibrary.GetExport(0, name);")]
    [InlineData("static readonly delegate*<int> s_f = Find(); static delegate*<int> Find() => (delegate*<int>)NativeLibrary.GetExport(0, \"malloc\");")]
    [InlineData("static readonly delegate*<int> s_f = Outer(\"malloc\"); static delegate*<int> Outer(string name) => Inner(name, 3); static delegate*<int> Inner(string what, int n) { nint p = NativeLibrary.GetExport(0, what); return n > 2 ? (delegate*<int>)p : null; }")]
    [InlineData("const string Name = \"malloc\"; static readonly delegate*<int> s_f = (delegate*<int>)NativeLibrary.GetExport(0, Name);")]
    [InlineData("static readonly nint s_address = NativeLibrary.GetExport(0, \"malloc\"); static readonly delegate*<int> s_f = (delegate*<int>)s_address;")]
    [InlineData("static readonly delegate*<int> s_f = Environment.Is64BitProcess ? (delegate*<int>)NativeLibrary.GetExport(0, \"getpid\") : (delegate*<int>)NativeLibrary.GetExport(0, \"malloc\");")]
    [InlineData("static readonly delegate*<int> s_f = Find(); static delegate*<int> Find() => NativeLibrary.TryGetExport(0, \"malloc\", out nint p) ? (delegate*<int>)p : (delegate*<int>)NativeLibrary.GetExport(0, \"getpid\");")]
    [InlineData("static readonly delegate*<int> s_f = (delegate*<int>)dlsym(0, \"malloc\"); [DllImport(\"libc\")] static extern void* dlsym(nint handle, string name);")]
    public Task The_function_is_found_wherever_a_constant_names_it(string members) => Verify.Handler("{|TH3008:s_f()|};", members);

    [Fact]
    public Task The_function_is_found_in_a_static_constructor() =>
        Verify.Handler(
            "{|TH3008:{|TH5001:LibC.F|}()|};",
            "static class LibC { public static readonly delegate*<int> F; static LibC() { nint libc = NativeLibrary.Load(\"libc\"); nint p = NativeLibrary.GetExport(libc, \"malloc\"); F = (delegate*<int>)p; } }");

    [Theory]
    [InlineData("static readonly delegate*<int> s_f;")]
    [InlineData("static readonly delegate*<int> s_f = (delegate*<int>)NativeLibrary.GetExport(0, Environment.MachineName);")]
    [InlineData("static readonly delegate*<int> s_f = Find(Environment.MachineName); static delegate*<int> Find(string name) => (delegate*<int>)NativeLibrary.GetExport(0, name);")]
    [InlineData("static readonly delegate*<int> s_f = Find(\"getpid\"); static delegate*<int> Find(string name) { name += \"x\"; return Inner(name); } static delegate*<int> Inner(string name) => (delegate*<int>)(nint)name.Length;")]
    [InlineData("static readonly delegate*<int> s_f = (delegate*<int>)Environment.TickCount64;")]
    [InlineData("static readonly delegate*<int> s_f = Again(); static delegate*<int> Again() => Again();")]
    public Task A_pointer_whose_function_cannot_be_seen_is_reported(string members) => Verify.Handler("{|TH3006:s_f()|};", members);

    [Fact]
    public Task A_field_that_is_also_written_by_reference_is_not_known() =>
        Verify.Handler(
            "{|TH3006:{|TH5001:LibC.F|}()|};",
            "static class LibC { public static readonly delegate*<int> F = (delegate*<int>)NativeLibrary.GetExport(0, \"getpid\"); static LibC() => Set(out F); static void Set(out delegate*<int> f) => f = null; }");

    [Fact]
    public Task A_function_of_another_library_is_on_no_list_whatever_its_name_is() =>
        Verify.Handler(
            "{|#0:s_f()|};",
            Field("NativeLibrary.GetExport(s_library, \"getpid\")") + " static readonly nint s_library = NativeLibrary.Load(\"libfast.so\");",
            Warning("TH3008").WithMessage(
                "'OnTick' calls 'getpid' of 'libfast.so', which is on no list of async-signal-safe functions: the interrupted thread may be inside the library, holding its locks, with its data half changed. List the pointer's field in TopHalf.SafeApis.txt if you know the function to be async-signal-safe, or move the call to the bottom half."));

    [Theory]
    [InlineData("malloc", "TH3008", "'OnTick' calls libc's 'malloc', which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it takes a lock): the interrupted thread may be inside the library, holding its locks, with its data half changed. Allocate before the handler is registered, and keep the memory in the state.")]
    [InlineData("setuid", "TH3008", "'OnTick' calls libc's 'setuid', which is on POSIX's list of async-signal-safe functions, but unsafe in glibc (it takes a lock): the interrupted thread may be inside the library, holding its locks, with its data half changed. Do it in the bottom half.")]
    [InlineData("pthread_create", "TH3008", "'OnTick' calls libc's 'pthread_create', which is on no list of async-signal-safe functions: the interrupted thread may be inside the library, holding its locks, with its data half changed. Start threads in ordinary code, and wake them through an InterruptQueue.")]
    [InlineData("open", "TH3008", "'OnTick' calls libc's 'open', which is async-signal-safe by POSIX and glibc, but may block (it can block (FIFO, tty, NFS, O_SYNC)); registration refuses it, because it takes a variable number of arguments, which a managed call does not pass as native code expects. Do it in the bottom half.")]
    [InlineData("memmem", "TH3008", "'OnTick' calls libc's 'memmem', which is async-signal-safe by glibc; registration refuses it, because it may take more stack than the verifier counts for a native function. Call one of the functions that the page of TH3008 lists, or move the call to the bottom half.")]
    [InlineData("sin", "TH3008", "'OnTick' calls libc's 'sin', which is async-signal-safe by glibc; registration refuses it, because it is none of those whose stack and effects are known. Call one of the functions that the page of TH3008 lists, or move the call to the bottom half.")]
    [InlineData("waitpid", "TH2002", "'OnTick' calls libc's 'waitpid', which is async-signal-safe by POSIX and glibc, but may block (it blocks unless WNOHANG): the interrupted thread stands still meanwhile, perhaps inside the runtime. Wait in the bottom half.")]
    public Task The_message_says_what_POSIX_and_glibc_say_and_what_to_do_instead(string function, string id, string message) =>
        Verify.Handler("{|#0:s_f()|};", Field($"{Load}\"{function}\")"), Warning(id).WithMessage(message));

    [Theory]
    [InlineData("[DllImport(\"libc\")] static extern int getpid();", "TH3003", "'OnTick' calls 'Handlers.getpid' by P/Invoke (libc's 'getpid', which is async-signal-safe by POSIX and glibc): the transition to native code changes the thread's state, and its end waits for the garbage collector. Hold the function's address in a 'static readonly' managed function pointer (delegate*<...>), or move the call to the bottom half.")]
    [InlineData("[DllImport(\"c\", EntryPoint = \"exit\")] static extern int getpid();", "TH3003", "'OnTick' calls 'Handlers.getpid' by P/Invoke (libc's 'exit', which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it may find data that the interrupted code has half changed)): the transition to native code changes the thread's state, and its end waits for the garbage collector. Use _exit.")]
    [InlineData("[SuppressGCTransition, DllImport(\"libc.so.6\", EntryPoint = \"gettimeofday\")] static extern int getpid();", "TH3004", "'OnTick' calls 'Handlers.getpid' with SuppressGCTransition (libc's 'gettimeofday', which is async-signal-safe by glibc): behind the call stands a GC poll, which parks the thread in the middle of interrupted code; the next collection then corrupts the heap. Use context.Timestamp, or InterruptClock.")]
    [InlineData("[DllImport(\"mine\")] static extern int getpid();", "TH3003", "'OnTick' calls 'Handlers.getpid' by P/Invoke: the transition to native code changes the thread's state, and its end waits for the garbage collector. Hold the function's address in a 'static readonly' managed function pointer (delegate*<...>), or move the call to the bottom half.")]
    public Task A_P_Invoke_names_the_function_of_the_C_library(string declaration, string id, string message) =>
        Verify.Handler("{|#0:getpid()|};", declaration, Warning(id).WithMessage(message));

    [Fact]
    public Task A_P_Invoke_by_LibraryImport_names_the_function_too() =>
        Verify.Handler(
            "{|#0:Allocate(4)|};",
            "[LibraryImport(\"libc\", EntryPoint = \"malloc\")] private static partial void* Allocate(nuint size); private static partial void* Allocate(nuint size) => null;",
            Warning("TH3003").WithMessage("'OnTick' calls 'Handlers.Allocate' by P/Invoke (libc's 'malloc', which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it takes a lock)): the transition to native code changes the thread's state, and its end waits for the garbage collector. Allocate before the handler is registered, and keep the memory in the state."));

    [Theory]
    [InlineData("delegate* unmanaged<int>", "TH3003", "'OnTick' calls an unmanaged function pointer (libc's 'free', which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it takes a lock)): the transition to native code changes the thread's state, and its end waits for the garbage collector. Allocate before the handler is registered, and keep the memory in the state.")]
    [InlineData("delegate* unmanaged[SuppressGCTransition]<int>", "TH3004", "'OnTick' calls an unmanaged function pointer with SuppressGCTransition (libc's 'free', which is not on POSIX's list of async-signal-safe functions, and unsafe in glibc (it takes a lock)): behind the call stands a GC poll, which parks the thread in the middle of interrupted code; the next collection then corrupts the heap. Allocate before the handler is registered, and keep the memory in the state.")]
    public Task An_unmanaged_pointer_names_the_function_too(string type, string id, string message) =>
        Verify.Handler("{|#0:s_f()|};", $"static readonly {type} s_f = ({type}){Load}\"free\");", Warning(id).WithMessage(message));

    [Fact]
    public Task A_pointer_to_a_P_Invoke_is_a_P_Invoke() =>
        Verify.Handler("{|TH3003:s_f()|};", "static readonly delegate*<int> s_f = &getpid; [DllImport(\"libc\")] static extern int getpid();");

    [Fact]
    public Task The_user_can_list_a_pointers_field()
    {
        VerifyCS.Test test = new()
        {
            TestCode = Verify.Usings +
                """
                static unsafe class C
                {
                    static readonly delegate*<int> s_safe;
                    static readonly delegate*<int> s_other;
                    static readonly delegate*<int> s_unsafe = (delegate*<int>)NativeLibrary.GetExport(0, "getpid");
                    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                    static void On(ref int state, in InterruptContext context) => state = s_safe() + {|TH3006:s_other()|} + {|TH2001:s_unsafe()|};
                }
                """,
        };
        test.TestState.AdditionalFiles.Add(("TopHalf.SafeApis.txt", "F:C.s_safe # measured\n"));
        test.TestState.AdditionalFiles.Add(("TopHalf.UnsafeApis.txt", "F:C.s_unsafe | TH2001 | it locks | Do not\n"));
        return test.RunAsync();
    }

    private static string Field(string value) => $"static readonly delegate*<int> s_f = (delegate*<int>){value};";

    private static DiagnosticResult Warning(string id) => new DiagnosticResult(id, DiagnosticSeverity.Warning).WithLocation(0);
}
