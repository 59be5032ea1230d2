using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TopHalf.Analyzers;
using TopHalf.Testing;
using Xunit;

namespace TopHalf.CodeFixes;

/// <summary>TH7002's fixes where Tmds.LibC 0.5.0 and Mono.Unix 7.1.0 declare what the program calls: parts of theirs, compiled as they are.</summary>
public sealed class TH7002_LibrariesTests
{
    private const string Method = "[UnmanagedCallersOnly]\n    private static void OnSignal(int number) => s_count++;";
    private const string Marks = "[InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]\n    ";
    private const string Handler = Marks + "private static void OnSignal(ref int state, in InterruptContext context) => s_count++;";
    private const string Action = "sigaction action = default;\n        action.sa_handler = {|TH7002:(delegate* unmanaged<int, void>)&OnSignal|};\n        action.sa_flags = ";
    private const string Install = Action + "LibC.SA_RESTART | LibC.SA_ONSTACK;\n        LibC.sigaction(LibC.SIGUSR1, &action, null);";
    private const string OfThread = "s_onSignal ??= SoftwareInterrupt.Start<int>(OnSignal, new SoftwareInterruptOptions { Target = InterruptTarget.CurrentThread });";
    private const string OfProcess = "s_onSignal ??= SoftwareInterrupt.Start<int>(OnSignal, new SoftwareInterruptOptions { Target = InterruptTarget.Process });";

    private static readonly PortableExecutableReference s_tmds = Library("Tmds.LibC", """
        using System.Runtime.InteropServices;
        namespace Tmds.Linux
        {
            public struct pid_t { private int __value; }
            [StructLayout(LayoutKind.Explicit)] public unsafe struct sigset_t { [FieldOffset(0)] private fixed byte __data[128]; }
            [StructLayout(LayoutKind.Explicit)] public unsafe struct sigval { [FieldOffset(0)] public int sigval_int; [FieldOffset(0)] public void* sigval_ptr; }
            public unsafe struct siginfo_t { public int si_signo, si_errno, si_code, __pad; public pid_t si_pid; private int __uid; public sigval si_value; }
            public unsafe struct sigaction
            {
                private void* __handler;
                public void* sa_handler { get => __handler; set => __handler = value; }
                public void* sa_sigaction { get => __handler; set => __handler = value; }
                public sigset_t sa_mask;
                public int sa_flags { get; set; }
                public void* sa_restorer { get; set; }
            }
            public static unsafe partial class LibC
            {
                public static int SIGUSR1 => 10; public static int SIGALRM => 14; public static int SIGTERM => 15;
                public static int SIGRTMIN => _SIGRTMIN();
                public static int SA_SIGINFO => 4; public static int SA_ONSTACK => 0x08000000; public static int SA_RESTART => 0x10000000; public static int SA_RESETHAND => unchecked((int)0x80000000);
                public static int Limit => 0x10000000;
                [DllImport("libc.so.6", EntryPoint = "__libc_current_sigrtmin")] private static extern int _SIGRTMIN();
                [DllImport("libc.so.6", SetLastError = true)] public static extern int sigaction(int signum, sigaction* act, sigaction* oldact);
                [DllImport("libc.so.6", SetLastError = true)] public static extern int sigfillset(sigset_t* set);
                [DllImport("libc.so.6")] public static extern int raise(int sig);
                [DllImport("libc.so.6", SetLastError = true)] public static extern int kill(pid_t pid, int signum);
                [DllImport("libc.so.6", SetLastError = true)] public static extern int sigqueue(pid_t pid, int sig, sigval value);
                [DllImport("libc.so.6")] public static extern pid_t getpid();
            }
        }
        """);

    private static readonly PortableExecutableReference s_mono = Library("Mono.Posix.NETStandard", """
        namespace Mono.Unix
        {
            public class UnixSignal { public UnixSignal(Native.Signum signum) { } }
        }
        namespace Mono.Unix.Native
        {
            public delegate void SignalHandler(int signal);
            public enum Signum { SIGUSR1 = 10, SIGUSR2 = 12, SIGTERM = 15 }
            public static class Stdlib
            {
                public static SignalHandler signal(Signum signum, SignalHandler handler) => handler;
                public static int raise(Signum sig) => 0;
            }
            public static class Syscall
            {
                public static int kill(int pid, Signum sig) => 0;
                public static int getpid() => 0;
            }
        }
        """);

    [Theory]
    [InlineData(Install + "\n        LibC.raise(LibC.SIGUSR1);", OfThread + "\n        s_onSignal!.Raise();")]
    [InlineData(Action + "LibC.SA_RESTART;\n        LibC.sigfillset(&action.sa_mask);\n        if (LibC.sigaction(10, &action, null) != 0) { throw new System.Exception(\"sigaction\"); }\n        LibC.kill(LibC.getpid(), LibC.SIGUSR1);", OfProcess + "\n        s_onSignal!.Raise();")]
    [InlineData("sigaction action = new() { sa_handler = {|TH7002:(delegate* unmanaged<int, void>)&OnSignal|}, sa_flags = LibC.SA_RESTART };\n        LibC.sigaction(LibC.SIGUSR1, &action, null);\n        LibC.sigqueue(LibC.getpid(), LibC.SIGUSR1, new sigval { sigval_ptr = (void*)7 });", OfProcess + "\n        s_onSignal!.Raise((nint)(void*)7);")]
    public Task The_structs_and_constants_of_Tmds_are_known(string statements, string mended) =>
        VerifyAsync<TH7002_SoftwareInterruptFix>(s_tmds, Tmds(statements, Method), Tmds(mended, Handler, "SoftwareInterrupt<int>"));

    [Fact]
    public Task The_payload_of_Tmds_is_known() =>
        VerifyAsync<TH7002_SoftwareInterruptFix>(
            s_tmds,
            Tmds(
                "sigaction action = default;\n        action.sa_sigaction = (void*){|TH7002:(delegate* unmanaged<int, siginfo_t*, void*, void>)&OnSignal|};\n        action.sa_flags = LibC.SA_RESTART | LibC.SA_SIGINFO;\n        LibC.sigaction(LibC.SIGUSR1, &action, null);\n        LibC.sigqueue(LibC.getpid(), LibC.SIGUSR1, new sigval { sigval_ptr = (void*)7 });",
                "[UnmanagedCallersOnly]\n    private static void OnSignal(int number, siginfo_t* info, void* context) => s_count += (int)info->si_value.sigval_ptr;"),
            Tmds(OfProcess + "\n        s_onSignal!.Raise((nint)(void*)7);", Marks + "private static void OnSignal(ref int state, in InterruptContext context) => s_count += (int)(void*)context.Payload;", "SoftwareInterrupt<int>"));

    [Fact]
    public Task A_timer_of_the_programs_own_may_go_with_the_handler_of_Tmds() =>
        VerifyAsync<TH7002_InterruptTimerFix>(
            s_tmds,
            Tmds(Install.Replace("SIGUSR1", "SIGALRM", System.StringComparison.Ordinal) + "\n        Itimerval every = new() { it_interval = { tv_sec = 1 }, it_value = { tv_sec = 1 } };\n        setitimer(0, &every, null);", Method),
            Tmds("s_onSignal ??= InterruptTimer.Start<int>(OnSignal, TimeSpan.FromSeconds(1));", Handler, "InterruptTimer<int>", imports: "using System;\n"));

    [Theory]
    [InlineData(Action + "LibC.SA_RESTART;\n        LibC.sigaction(LibC.SIGTERM, &action, null);\n        LibC.raise(LibC.SIGTERM);")]
    [InlineData(Action + "LibC.SA_RESTART;\n        LibC.sigaction(LibC.SIGRTMIN, &action, null);\n        LibC.raise(LibC.SIGRTMIN);")] // What that is, the C library says.
    [InlineData(Action + "LibC.SA_RESTART | LibC.SA_RESETHAND;\n        LibC.sigaction(LibC.SIGUSR1, &action, null);\n        LibC.raise(LibC.SIGUSR1);")]
    [InlineData(Action + "LibC.Limit;\n        LibC.sigaction(LibC.SIGUSR1, &action, null);\n        LibC.raise(LibC.SIGUSR1);")]
    [InlineData(Action + "0;\n        LibC.sigaction(LibC.SIGUSR1, &action, null);\n        LibC.raise(LibC.SIGUSR1);")] // System calls are not restarted.
    [InlineData(Install + "\n        LibC.sigqueue(LibC.getpid(), LibC.SIGUSR1, new sigval { sigval_int = 7 });")]
    [InlineData(Install + "\n        using var other = PosixSignalRegistration.Create((PosixSignal)10, static context => { });\n        LibC.raise(LibC.SIGUSR1);")] // Both would get it.
    public Task Nothing_is_offered_where_what_Tmds_is_told_is_something_else(string statements)
    {
        string source = Tmds(statements, Method);
        return VerifyAsync<TH7002_SoftwareInterruptFix>(s_tmds, source, source);
    }

    [Fact]
    public Task Of_structs_that_are_called_alike_nothing_is_known()
    {
        PortableExecutableReference alike = Library("Other", """
            namespace Tmds.Linux
            {
                public unsafe struct sigaction { public void* sa_handler { get => null; set { } } public int sa_flags { get => 0; set { } } }
                public static unsafe class LibC { public static int SIGUSR1 => 14; public static int SA_RESTART => 1; public static int SA_ONSTACK => 2; public static int sigaction(int signum, sigaction* act, sigaction* oldact) => 0; public static int raise(int sig) => 0; }
            }
            """);
        string source = Tmds(Install + "\n        LibC.raise(LibC.SIGUSR1);", Method);
        return VerifyAsync<TH7002_SoftwareInterruptFix>(alike, source, source);
    }

    [Theory]
    [InlineData("Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);", OfThread + "\n        s_onSignal!.Raise();")]
    [InlineData("Stdlib.signal(Signum.SIGUSR2, {|TH7002:C.OnSignal|});\n        Syscall.kill(Syscall.getpid(), Signum.SIGUSR2);", "s_onSignal ??= SoftwareInterrupt.Start<int>(C.OnSignal, new SoftwareInterruptOptions { Target = InterruptTarget.Process });\n        s_onSignal!.Raise();")]
    public Task A_delegate_that_Mono_installs_becomes_a_handler(string statements, string mended) =>
        VerifyAsync<TH7002_SoftwareInterruptFix>(
            s_mono, Mono(statements, "// Counts.\n    private static void OnSignal(int number) => s_count++;"),
            Mono(mended, "// Counts.\n    " + Handler, "private static SoftwareInterrupt<int>? s_onSignal;\n\n    ", "using System.Runtime.CompilerServices;\n"));

    [Fact]
    public Task A_delegate_of_the_programs_own_becomes_a_handler()
    {
        const string Own = "\n\n    internal delegate void Handler(int number);\n\n    [DllImport(\"libc\")]\n    private static extern nint signal(int number, Handler handler);";
        return VerifyAsync<TH7002_SoftwareInterruptFix>(
            s_tmds, Tmds("if (signal(10, {|TH7002:OnSignal|}) == -1) { throw new System.Exception(); }\n        LibC.raise(10);", "private static void OnSignal(int number) => s_count++;" + Own),
            Tmds(OfThread + "\n        s_onSignal!.Raise();", Handler + Own, "SoftwareInterrupt<int>"));
    }

    [Theory]
    [InlineData("Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);\n        _ = new Mono.Unix.UnixSignal(Signum.SIGUSR1);", "private static void OnSignal(int number) => s_count++;")]
    [InlineData("Stdlib.signal(Signum.SIGTERM, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGTERM);", "private static void OnSignal(int number) => s_count++;")]
    [InlineData("SignalHandler before = Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);", "private static void OnSignal(int number) => s_count++;")]
    [InlineData("SignalHandler it = OnSignal;\n        Stdlib.signal(Signum.SIGUSR1, {|TH7002:it|});\n        Stdlib.raise(Signum.SIGUSR1);", "private static void OnSignal(int number) => s_count++;")]
    [InlineData("Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);\n        {|TH6001:OnSignal(1)|};", "private static void OnSignal(int number) => s_count++;")] // Ordinary code calls it, too.
    [InlineData("Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);", "[System.Obsolete] private static void OnSignal(int number) => s_count++;")]
    [InlineData("Stdlib.signal(Signum.SIGUSR1, {|TH7002:OnSignal|});\n        Stdlib.raise(Signum.SIGUSR1);", "private static void OnSignal(int number) => s_count = number;")]
    public Task Nothing_is_offered_where_Monos_delegate_is_more(string statements, string method)
    {
        string source = Mono(statements, method);
        return VerifyAsync<TH7002_SoftwareInterruptFix>(s_mono, source, source);
    }

    private static PortableExecutableReference Library(string name, string source)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(source)], TestReferences.All, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success);
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static Task VerifyAsync<TFix>(MetadataReference library, string before, string after)
        where TFix : EditingCodeFix, new() =>
        new CSharpCodeFixVerifier<SignalContextAnalyzer, TFix>.Test
        {
            TestCode = before, FixedCode = after, TestState = { OutputKind = OutputKind.ConsoleApplication, AdditionalReferences = { library } },
        }.RunAsync();

    private static string Tmds(string statements, string method, string field = "", string imports = "") =>
        $$"""
        {{imports}}{{(field.Length > 0 ? "using System.Runtime.CompilerServices;\n" : "")}}using System.Runtime.InteropServices;
        using Tmds.Linux;
        using TopHalf;

        namespace N;

        internal struct Timeval { public long tv_sec, tv_usec; }

        internal struct Itimerval { public Timeval it_interval, it_value; }

        internal static unsafe class C
        {
            private static int s_count, s_other;

            {{(field.Length > 0 ? $"private static {field}? s_onSignal;\n\n    " : "")}}private static void Main()
            {
                {{statements}}
            }

            {{method}}

            [DllImport("libc")]
            private static extern int setitimer(int which, Itimerval* value, Itimerval* old);
        }

        """;

    private static string Mono(string statements, string method, string field = "", string imports = "") =>
        $$"""
        {{imports}}using Mono.Unix.Native;
        using TopHalf;

        namespace N;

        internal static class C
        {
            private static int s_count, s_other;

            {{field}}private static void Main()
            {
                {{statements}}
            }

            {{method}}
        }

        """;
}
