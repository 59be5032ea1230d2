using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH3003_FunctionPointerFix>;

namespace TopHalf.CodeFixes;

public sealed class TH3003_FunctionPointerTests
{
    [Theory]
    [InlineData("[DllImport(\"libc\")]", "static extern int getpid();", "{|TH3003:getpid()|}", "static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"getpid\");", "s_getpid()")]
    [InlineData("[DllImport(\"libc.so.6\"), SuppressGCTransition]", "private static extern int getpid();", "{|TH3004:C.getpid()|} /* c */", "private static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), \"getpid\");", "C.s_getpid() /* c */")]
    [InlineData("// Its session.\n    [DllImport(\"c\", EntryPoint = \"getsid\")]", "internal static extern int Session(int process);", "{|TH3003:Session(0)|} + 1", "internal static readonly delegate*<int, int> s_Session = (delegate*<int, int>)NativeLibrary.GetExport(NativeLibrary.Load(\"c\"), \"getsid\");", "s_Session(0) + 1")]
    [InlineData("[DllImport(\"libc\")]", "static extern nuint strlen(byte* text);", "(long){|TH3003:strlen((byte*)ticks)|}", "static readonly delegate*<byte*, nuint> s_strlen = (delegate*<byte*, nuint>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"strlen\");", "(long)s_strlen((byte*)ticks)")]
    public Task A_function_that_a_handler_may_call_is_called_through_a_pointer(string attribute, string import, string before, string field, string after) =>
        VerifyCS.VerifyCodeFixAsync(
            Program(before, $"{attribute}\n    {import}"), Program(after, $"{field}\n\n    {attribute}\n    {import}"));

    [Theory]
    [InlineData("[DllImport(\"libc\", SetLastError = true)]\n    static extern int getpid();", "{|TH3003:getpid()|}")]
    [InlineData("[DllImport(\"other\")]\n    static extern int getpid();", "{|TH3003:getpid()|}")]
    [InlineData("[DllImport(\"libc\")]\n    static extern byte getpid();", "{|TH3003:getpid()|}")]
    [InlineData("[DllImport(\"libc\")]\n    static extern nint malloc(nint size);", "{|TH3003:malloc(1)|}")] // It is wrong by itself.
    [InlineData("[DllImport(\"libc\")]\n    static extern nint write(int file, byte* bytes, nint count);", "{|TH3003:write(1, null, 0)|}")] // It waits.
    [InlineData("[DllImport(\"libc\")]\n    static extern int getsid(int process);", "{|TH3003:getsid(process: 0)|}")]
    [InlineData("[DllImport(\"libc\")]\n    static extern int getpid();\n\n    static int s_getpid;", "{|TH3003:getpid()|}")]
    [InlineData("[DllImport(\"libc\")]\n    static extern int getpid();", "getpid({|CS0103:missing|})")]
    public Task Nothing_is_offered_where_the_call_would_be_another(string import, string call) => VerifyCS.VerifyCodeFixAsync(Program(call, import), Program(call, import));

    [Fact]
    public Task Methods_become_unsafe_and_natives_of_their_own_class_are_found_down_the_chain() =>
        VerifyCS.VerifyCodeFixAsync(Chain("{|TH3003:Process()|}", "{|TH3003:Native.getppid()|}", "Native.getpid()", "", "", "", ""), Chain(
            "Process()", "Native.s_getppid()", "Native.s_getpid()", "unsafe ",
            "unsafe ",
            "public static readonly unsafe delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"getpid\");\n\n    ",
            "internal static readonly unsafe delegate*<int> s_getppid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"getppid\");\n\n    "));

    private static string Chain(string own, string other, string call, string handler, string callee, string first, string second) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        namespace N;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static {{handler}}void OnTick(ref long ticks, in InterruptContext context) => ticks = {{own}} + {{other}};

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static {{callee}}int Process() => {{call}};
        }

        static class Native
        {
            {{first}}[DllImport("libc")]
            public static extern int getpid();

            // The parent's.
            {{second}}[DllImport("libc")]
            internal static extern int getppid();
        }

        """.Replace("    // The parent's.\n    internal static readonly", "    internal static readonly", System.StringComparison.Ordinal)
            .Replace("\"getppid\");\n\n    [Dll", "\"getppid\");\n\n    // The parent's.\n    [Dll", System.StringComparison.Ordinal);

    [Fact]
    public Task Names_that_clash_are_written_in_full_and_a_using_static_finds_the_pointer() =>
        VerifyCS.VerifyCodeFixAsync(
            Imported("{|TH3003:getpid()|}", "", ""),
            Imported(
                "s_getpid()", "unsafe ",
                "public static readonly unsafe delegate*<int> s_getpid = (delegate*<int>)System.Runtime.InteropServices.NativeLibrary.GetExport(System.Runtime.InteropServices.NativeLibrary.Load(\"libc\"), \"getpid\");\n\n    "));

    [Fact]
    public Task Generated_imports_are_called_through_a_pointer_too() =>
        VerifyCS.VerifyCodeFixAsync(
            Generated("{|TH3003:Native.getpid()|}", ""),
            Generated(
                "Native.s_getpid()",
                "internal static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"getpid\");\n\n    "));

    // The second part stands for the generator's.
    private static string Generated(string call, string field) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        static unsafe class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => ticks = {{call}};
        }

        static unsafe partial class Native
        {
            {{field}}[LibraryImport("libc")]
            internal static partial int getpid();
        }

        static unsafe partial class Native
        {
            internal static partial int getpid() => 0;
        }

        """;

    private static string Imported(string call, string handler, string field) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;
        using static Native;

        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static {{handler}}void OnTick(ref long ticks, in InterruptContext context) => ticks = {{call}};
        }

        static class Native
        {
            {{field}}[System.Runtime.InteropServices.DllImport("libc")]
            public static extern int getpid();
        }

        static class NativeLibrary;

        """;

    [Fact]
    public Task Top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { TopLevel("", "{|TH3003:Native.getpid()|}", "") }, OutputKind = OutputKind.ConsoleApplication },
            FixedState =
            {
                Sources =
                {
                    TopLevel("unsafe ", "Native.s_getpid()",
                        "internal static readonly unsafe delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"libc\"), \"getpid\");\n\n    "),
                },
            },
        }.RunAsync();

    private static string TopLevel(string handler, string call, string field) =>
        $$"""
        // Program.
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        InterruptHandler<long> handler = OnTick;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static {{handler}}void OnTick(ref long ticks, in InterruptContext context) => ticks = {{call}}; // who

        static class Native
        {
            {{field}}[DllImport("libc")]
            internal static extern int getpid();
        }

        """;

    private static string Program(string call, string import) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        static unsafe class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                ticks = {{call}};
            }

            {{import}}
        }

        """;
}
