using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_VolatileFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6002_VolatileTests
{
    // The handler writes all the fields, so every plain access elsewhere is a finding.
    private const string Handler = """

        static partial class C
        {
            static bool s_done;
            static byte s_byte;
            static int s_int;
            static ulong s_ulong;
            static nint s_nint;
            static double s_double;
            static char s_char;
            static Kind s_kind;
            static State s_state;
            static Packed s_packed;
            static int Auto { get; set; }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                s_done = true;
                s_byte = 1;
                s_int = 1;
                s_ulong = 1;
                s_nint = 1;
                s_double = 1;
                s_char = 'a';
                s_kind = Kind.None;
                s_state.Count = 1;
                s_packed.Count = 1;
                Auto = 1;
            }
        }

        enum Kind { None }

        struct State { public int Count; }

        [StructLayout(LayoutKind.Sequential, Pack = 4)]
        struct Packed { public byte First; public int Count; }
        """;

    [Theory]
    [InlineData("while (!{|TH6002:s_done|}) { }", "while (!Volatile.Read(ref s_done)) { }")]
    [InlineData("int n = {|TH6002:s_int|};", "int n = Volatile.Read(ref s_int);")]
    [InlineData("int n = {|TH6002:C.s_int|} + {|TH6002:s_byte|};", "int n = Volatile.Read(ref C.s_int) + Volatile.Read(ref s_byte);")]
    [InlineData("int n = {|TH6002:s_state.Count|};", "int n = Volatile.Read(ref s_state.Count);")]
    [InlineData("int n = (int){|TH6002:s_double|};", "int n = (int)Volatile.Read(ref s_double);")]
    [InlineData("string text = {|TH6002:s_int|}.ToString();", "string text = Volatile.Read(ref s_int).ToString();")]
    [InlineData("string text = $\"{{|TH6002:s_int|},3:X}\";", "string text = $\"{Volatile.Read(ref s_int),3:X}\";")]
    [InlineData("int n = Get({|TH6002:s_int|} /* c */);", "int n = Get(Volatile.Read(ref s_int) /* c */);")]
    [InlineData("Func<ulong> get = () => {|TH6002:s_ulong|};", "Func<ulong> get = () => Volatile.Read(ref s_ulong);")]
    [InlineData("if ({|TH6002:s_int|} is 1 or 2) { }", "if (Volatile.Read(ref s_int) is 1 or 2) { }")]
    [InlineData("(int a, int b) = ({|TH6002:s_int|}, 1);", "(int a, int b) = (Volatile.Read(ref s_int), 1);")]
    [InlineData("ref int r = ref s_int; int n = {|TH6002:r|};", "ref int r = ref s_int; int n = Volatile.Read(ref r);")]
    [InlineData("{|TH6002:s_done|} = false;", "Volatile.Write(ref s_done, false);")]
    [InlineData("{|TH6002:s_byte|} = 5;", "Volatile.Write(ref s_byte, 5);")]
    [InlineData("{|TH6002:s_nint|} = Get(1);", "Volatile.Write(ref s_nint, Get(1));")]
    [InlineData("{|TH6002:s_state.Count|} = 1; // c", "Volatile.Write(ref s_state.Count, 1); // c")]
    [InlineData("// a\n        {|TH6002:s_int|} /* b */ = 1;", "// a\n        Volatile.Write(ref s_int, 1);")]
    [InlineData("{|TH6002:s_int|} = {|TH6002:s_byte|};", "Volatile.Write(ref s_int, Volatile.Read(ref s_byte));")]
    [InlineData("async Task SetAsync() => {|TH6002:s_int|} = await Task.FromResult(1);", "async Task SetAsync() => Volatile.Write(ref s_int, await Task.FromResult(1));")]
    [InlineData("for (; ; {|TH6002:s_int|} = 1) { }", "for (; ; Volatile.Write(ref s_int, 1)) { }")]
    public Task An_access_becomes_the_Volatile_call_that_does_the_same(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, threading: true));

    [Theory]
    [InlineData("Kind kind = {|TH6002:s_kind|};")] // Volatile has no overload for it.
    [InlineData("char c = {|TH6002:s_char|};")]
    [InlineData("{|TH6002:s_kind|} = Kind.None;")]
    [InlineData("int n = {|TH6002:Auto|};")] // No variable.
    [InlineData("{|TH6002:Auto|} = 1;")]
    [InlineData("int n = {|TH6002:s_int|} = 1;")] // The value is used.
    [InlineData("(int a, {|TH6002:s_int|}) = (1, 2);")]
    [InlineData("{|TH6002:s_int|} = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Names_that_clash_are_written_in_full() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("int n = {|TH6002:s_int|};") + "static class Volatile;\n",
            Program("int n = System.Threading.Volatile.Read(ref s_int);") + "static class Volatile;\n");

    [Fact]
    public Task Partial_classes_and_file_scoped_namespaces() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, User("{|TH6002:s_count|}", "{|TH6002:s_count|} = 2") } },
            FixedState = { Sources = { Shared, "using System.Threading;\n\n" + User("Volatile.Read(ref s_count)", "Volatile.Write(ref s_count, 2)") } },
        }.RunAsync();

    [Fact]
    public Task Top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, "// Waits.\nwhile ({|TH6002:N.Outer.s_count|} == 0) { }\n" }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { Shared, "// Waits.\nusing System.Threading;\n\nwhile (Volatile.Read(ref N.Outer.s_count) == 0) { }\n" } },
        }.RunAsync();

    private const string Shared = """
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class Outer
        {
            public static int s_count;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int ticks, in InterruptContext context) => s_count = 1;
        }

        """;

    private static string User(string read, string write) =>
        $$"""
        namespace N;

        static partial class Outer
        {
            static int Read() => {{read}};

            static void Write() => {{write}};
        }

        """;

    private static string Program(string statement, bool threading = false) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        {{(threading ? "using System.Threading;\n" : "")}}using System.Threading.Tasks;
        using TopHalf;

        static partial class C
        {
            static void Use()
            {
                {{statement}}
            }

            static int Get(int value) => value;
        }

        """ + Handler;

    [Theory]
    [InlineData("state = {|TH6002:s_x|};", "System.Threading.Volatile.Write(ref s_x, 2);", "state = Volatile.Read(ref s_x);")]
    [InlineData("{|TH6002:s_x|} = 3;", "state = System.Threading.Volatile.Read(ref s_x);", "Volatile.Write(ref s_x, 3);")]
    [InlineData("state = s_x;", "state = s_x;", null)]
    public Task In_a_handler_that_another_may_disturb(string before, string other, string? after) =>
        VerifyCS.VerifyCodeFixAsync(Handlers(before, other), Handlers(after ?? before, other, threading: after is not null));

    private static string Handlers(string statement, string other, bool threading = false) =>
        $$"""
        using System.Runtime.CompilerServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        static unsafe class C
        {
            static int s_x;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnFirst(ref long state, in InterruptContext context)
            {
                {{statement}}
            }

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnSecond(ref long state, in InterruptContext context)
            {
                {{other}}
            }
        }
        """;
}
