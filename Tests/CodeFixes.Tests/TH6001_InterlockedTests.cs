using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6001_InterlockedFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6001_InterlockedTests
{
    // The handler reads all the fields, so every update of one elsewhere is a finding.
    private const string Handler = """

        static partial class C
        {
            static int s_int;
            static long s_long;
            static uint s_uint;
            static ulong s_ulong;
            static nint s_nint;
            static short s_short;
            static double s_double;
            static Kind s_kind;
            static State s_state;
            static Packed s_packed;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) =>
                ticks = unchecked(s_int + s_long + s_uint + (long)s_ulong + s_nint + s_short + (long)s_double + (long)s_kind + s_state.Count + s_packed.Count + s_packed.State.Count);
        }

        enum Kind { None }

        struct State { public int Count; }

        [StructLayout(LayoutKind.Sequential, Pack = 1)]
        struct Packed { public byte First; public int Count; public State State; }
        """;

    [Theory]
    [InlineData("{|TH6001:s_int++|};", "Interlocked.Increment(ref s_int);")]
    [InlineData("{|TH6001:++s_int|};", "Interlocked.Increment(ref s_int);")]
    [InlineData("{|TH6001:s_long--|};", "Interlocked.Decrement(ref s_long);")]
    [InlineData("{|TH6001:--s_uint|};", "Interlocked.Decrement(ref s_uint);")]
    [InlineData("{|TH6001:s_ulong++|};", "Interlocked.Increment(ref s_ulong);")]
    [InlineData("{|TH6001:C.s_int++|};", "Interlocked.Increment(ref C.s_int);")]
    [InlineData("{|TH6001:s_state.Count++|};", "Interlocked.Increment(ref s_state.Count);")]
    [InlineData("{|TH6001:s_int += 2|};", "Interlocked.Add(ref s_int, 2);")]
    [InlineData("{|TH6001:s_int += n * 2|};", "Interlocked.Add(ref s_int, n * 2);")]
    [InlineData("{|TH6001:s_int += s_other|};", "Interlocked.Add(ref s_int, s_other);")]
    [InlineData("{|TH6001:s_int += 'a'|};", "Interlocked.Add(ref s_int, 'a');")]
    [InlineData("{|TH6001:s_long += n|};", "Interlocked.Add(ref s_long, n);")]
    [InlineData("{|TH6001:s_uint += 2|};", "Interlocked.Add(ref s_uint, 2);")]
    [InlineData("{|TH6001:s_int += (int)n2|};", "Interlocked.Add(ref s_int, (int)n2);")]
    [InlineData("{|TH6001:s_uint += (uint)n - 1u|};", "Interlocked.Add(ref s_uint, (uint)n - 1u);")]
    [InlineData("{|TH6001:s_int -= 2|};", "Interlocked.Add(ref s_int, -2);")]
    [InlineData("{|TH6001:s_int -= n|};", "Interlocked.Add(ref s_int, -n);")]
    [InlineData("{|TH6001:s_int -= n + 1|};", "Interlocked.Add(ref s_int, -(n + 1));")]
    [InlineData("{|TH6001:s_int -= -n|};", "Interlocked.Add(ref s_int, -(-n));")]
    [InlineData("{|TH6001:s_long -= n|};", "Interlocked.Add(ref s_long, -(long)n);")]
    [InlineData("{|TH6001:s_long -= 2|};", "Interlocked.Add(ref s_long, -2);")]
    [InlineData("{|TH6001:s_int = s_int + 2|};", "Interlocked.Add(ref s_int, 2);")]
    [InlineData("{|TH6001:s_int = (n * 2 + s_int)|}; // c", "Interlocked.Add(ref s_int, n * 2); // c")]
    [InlineData("{|TH6001:s_long = s_long - n|};", "Interlocked.Add(ref s_long, -(long)n);")]
    [InlineData("{|TH6001:C.s_state.Count = C.s_state.Count + 1|};", "Interlocked.Add(ref C.s_state.Count, 1);")]
    [InlineData("int value = ({|TH6001:s_int = s_int + n|});", "int value = (Interlocked.Add(ref s_int, n));")]
    [InlineData("{|TH6001:s_int |= 2|};", "Interlocked.Or(ref s_int, 2);")]
    [InlineData("{|TH6001:s_ulong &= ~2UL|};", "Interlocked.And(ref s_ulong, ~2UL);")]
    [InlineData("{|TH6001:s_long |= n|};", "Interlocked.Or(ref s_long, n);")]
    [InlineData("{|TH6001:s_int = s_int | n|};", "Interlocked.Or(ref s_int, n);")]
    [InlineData("{|TH6001:s_int = n & s_int|};", "Interlocked.And(ref s_int, n);")]
    [InlineData("int value = {|TH6001:++s_int|};", "int value = Interlocked.Increment(ref s_int);")]
    [InlineData("int value = {|TH6001:s_int++|};", "int value = Interlocked.Increment(ref s_int) - 1;")]
    [InlineData("uint value = {|TH6001:s_uint--|} * 2;", "uint value = (Interlocked.Decrement(ref s_uint) + 1) * 2;")]
    [InlineData("int value = {|TH6001:s_int += n|};", "int value = Interlocked.Add(ref s_int, n);")]
    [InlineData("if (({|TH6001:s_int -= n|}) == 0) { }", "if ((Interlocked.Add(ref s_int, -n)) == 0) { }")]
    [InlineData("for (; n < 3; {|TH6001:s_int++|}) { }", "for (; n < 3; Interlocked.Increment(ref s_int)) { }")]
    [InlineData("Action act = () => {|TH6001:s_int++|};", "Action act = () => Interlocked.Increment(ref s_int);")]
    [InlineData("Func<int> get = () => {|TH6001:s_int++|};", "Func<int> get = () => Interlocked.Increment(ref s_int) - 1;")]
    [InlineData("{|TH6001:s_int++|}; // c", "Interlocked.Increment(ref s_int); // c")]
    [InlineData("// a\n        {|TH6001:s_int++|} /* c */ ;", "// a\n        Interlocked.Increment(ref s_int) /* c */ ;")]
    [InlineData("unchecked { {|TH6001:s_int++|}; }", "unchecked { Interlocked.Increment(ref s_int); }")]
    [InlineData("a[{|TH6001:s_int++|}] = {|TH6001:--s_int|};", "a[Interlocked.Increment(ref s_int) - 1] = Interlocked.Decrement(ref s_int);")]
    public Task An_update_becomes_the_Interlocked_call_that_does_the_same(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before), Program(after, threading: true));

    [Theory]
    [InlineData("n = checked({|TH6001:s_int++|});")]
    [InlineData("checked { {|TH6001:s_int += 2|}; }")]
    [InlineData("{|TH6001:s_nint++|};")]
    [InlineData("{|TH6001:s_short++|};")]
    [InlineData("{|TH6001:s_double++|};")]
    [InlineData("{|TH6001:s_kind++|};")]
    [InlineData("{|TH6001:s_packed.Count++|};")]
    [InlineData("{|TH6001:s_packed.State.Count++|};")]
    [InlineData("{|TH6001:s_int *= 2|};")]
    [InlineData("{|TH6001:s_int ^= 2|};")]
    [InlineData("{|TH6001:s_int ^= s_other += 2|};")]
    [InlineData("n = ({|TH6001:s_int |= 2|});")]
    [InlineData("{|TH6001:s_int += /* why */ 2|};")]
    [InlineData("{|TH6001:s_int += s_int|};")]
    [InlineData("{|TH6001:s_int = n - s_int|};")]
    [InlineData("{|TH6001:s_int = s_int + Get()|};")]
    [InlineData("{|TH6001:s_int = s_int * 2 + n|};")]
    [InlineData("{|TH6001:s_int = checked(s_int + n)|};")]
    [InlineData("{|TH6001:s_int = (int)(s_int + n2)|};")]
    [InlineData("{|TH6001:s_short = (short)(s_short + 1)|};")]
    [InlineData("{|TH6001:s_int += Get()|};")]
    [InlineData("{|TH6001:s_int += n++|};")]
    [InlineData("{|TH6001:s_int += a[0] = 2|};")]
    [InlineData("{|TH6001:s_int += new Number()|};")]
    [InlineData("{|TH6001:s_uint -= 2|};")]
    [InlineData("{|TH6001:s_int -= int.MinValue|};")]
    [InlineData("{|CS0266:{|TH6001:s_int += 2.5|}|};")]
    [InlineData("{|TH6001:s_int += {|CS0103:missing|}|};")]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string statement) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Fact]
    public Task Nothing_is_offered_in_a_project_that_checks_overflow()
    {
        string source = Program("{|TH6001:s_int++|}; n = unchecked(s_other++);");
        return new VerifyCS.Test { TestCode = source, FixedCode = source, CheckOverflow = true }.RunAsync();
    }

    [Fact]
    public Task Partial_classes_nested_types_and_file_scoped_namespaces() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, Users("{|TH6001:s_count++|}", "{|TH6001:Outer.Inner.s_count -= 2|}") } },
            FixedState =
            {
                Sources =
                {
                    Shared,
                    "using System.Threading;\n\n" + Users("Interlocked.Increment(ref s_count)", "Interlocked.Add(ref Outer.Inner.s_count, -2)"),
                },
            },
        }.RunAsync();

    [Fact]
    public Task Names_that_clash_are_written_in_full() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, Users("{|TH6001:s_count++|}", "Get()") + "static class Interlocked;\n" } },
            FixedState =
            {
                Sources = { Shared, Users("System.Threading.Interlocked.Increment(ref s_count)", "Get()") + "static class Interlocked;\n" },
            },
        }.RunAsync();

    [Fact]
    public Task A_using_static_is_left_as_it_is() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, "using static System.Threading.Interlocked;\n\n" + Users("{|TH6001:s_count++|}", "Get()") } },
            FixedState =
            {
                Sources =
                {
                    Shared,
                    "using System.Threading;\nusing static System.Threading.Interlocked;\n\n" + Users("Interlocked.Increment(ref s_count)", "Get()"),
                },
            },
        }.RunAsync();

    [Fact]
    public Task Top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Shared, "// Counts.\n{|TH6001:N.Outer.Inner.s_count++|};\n" }, OutputKind = OutputKind.ConsoleApplication },
            FixedState =
            {
                Sources = { Shared, "// Counts.\nusing System.Threading;\n\nInterlocked.Increment(ref N.Outer.Inner.s_count);\n" },
            },
        }.RunAsync();

    private const string Shared = """
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class Outer
        {
            public static partial class Inner
            {
                public static int s_count;

                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void OnTick(ref int ticks, in InterruptContext context) => ticks = s_count;
            }
        }

        """;

    private static string Users(string first, string second) =>
        $$"""
        namespace N;

        static partial class Outer
        {
            public static partial class Inner
            {
                static void First() => {{first}};

                static int Get() => 0;

                static void Second() => {{second}};
            }
        }

        """;

    private static string Program(string statement, bool threading = false) =>
        $$"""
        using System;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        static partial class C
        {
            static int s_other;

            static void Update(int n, long n2, int[] a)
            {
                {{statement}}
            }

            static int Get() => s_other;
        }

        struct Number
        {
            public static implicit operator int(Number number) => 1;
        }

        """ + Handler;

    [Theory]
    [InlineData("{|TH6001:s_x++|};", "System.Threading.Volatile.Write(ref s_x, 2);", "Interlocked.Increment(ref s_x);")]
    [InlineData("{|TH6001:s_x += 3|};", "System.Threading.Interlocked.Decrement(ref s_x);", "Interlocked.Add(ref s_x, 3);")]
    [InlineData("s_x++;", "state = System.Threading.Volatile.Read(ref s_x);", null)]
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
