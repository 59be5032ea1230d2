using Xunit;
using VerifyInterlocked = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6001_InterlockedFix>;
using VerifyVolatile = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH6002_VolatileFix>;

namespace TopHalf.CodeFixes;

public sealed class TH6004_RawPointerTests
{
    [Theory]
    [InlineData("int n = {|TH6004:*s_level|};", "int n = Volatile.Read(ref *s_level);")]
    [InlineData("int n = {|TH6004:s_level[i]|} + 1; // c", "int n = Volatile.Read(ref s_level[i]) + 1; // c")]
    [InlineData("long n = {|TH6004:s_pair->First|};", "long n = Volatile.Read(ref s_pair->First);")]
    [InlineData("long n = {|TH6004:(*s_pair).First|};", "long n = Volatile.Read(ref (*s_pair).First);")]
    [InlineData("{|TH6004:*s_level|} = i;", "Volatile.Write(ref *s_level, i);")]
    [InlineData("{|TH6004:s_pair->First|} = i;", "Volatile.Write(ref s_pair->First, i);")]
    [InlineData("int* p = s_level; int n = {|TH6004:*p|};", "int* p = s_level; int n = Volatile.Read(ref *p);")]
    [InlineData("System.Func<int> get = () => {|TH6004:*s_level|};", "System.Func<int> get = () => Volatile.Read(ref *s_level);")]
    public Task A_plain_access_behind_a_pointer_becomes_volatile(string before, string after) =>
        VerifyVolatile.VerifyCodeFixAsync(Program(before), Program(after, threading: true));

    [Theory]
    [InlineData("({|TH6004:*s_level|})++;")] // Interlocked
    [InlineData("{|TH6004:*s_level|} = {|TH6004:*s_level|} + 1;")]
    [InlineData("Pair pair = {|TH6004:*s_pair|};")]
    [InlineData("int n = {|TH6004:s_packed->Second|};")]
    [InlineData("int n = {|TH6004:*s_level|} = 1;")]
    [InlineData("{|TH6004:*s_level|} = {|CS0103:missing|};")]
    public Task Volatile_is_not_offered_where_it_would_not_do(string statement) => VerifyVolatile.VerifyCodeFixAsync(Program(statement), Program(statement));

    [Theory]
    [InlineData("({|TH6004:*s_level|})++;", "Interlocked.Increment(ref *s_level);")]
    [InlineData("{|TH6004:*s_level|} += i;", "Interlocked.Add(ref *s_level, i);")]
    [InlineData("{|TH6004:*s_level|} = {|TH6004:*s_level|} + i; // c", "Interlocked.Add(ref *s_level, i); // c")]
    [InlineData("{|TH6004:s_pair->First|} |= 4;", "Interlocked.Or(ref s_pair->First, 4);")]
    [InlineData("--{|TH6004:s_level[i]|};", "Interlocked.Decrement(ref s_level[i]);")]
    public Task An_update_behind_a_pointer_becomes_atomic(string before, string after) =>
        VerifyInterlocked.VerifyCodeFixAsync(Program(before), Program(after, threading: true));

    [Theory]
    [InlineData("int n = {|TH6004:*s_level|};")] // Volatile
    [InlineData("s_other += {|TH6004:*s_level|};")]
    [InlineData("s_other = {|TH6004:*s_level|} + s_other;")]
    [InlineData("{|TH6004:s_packed->Second|}++;")]
    [InlineData("{|TH6004:*s_level|} *= 2;")]
    public Task Interlocked_is_not_offered_where_nothing_or_something_else_is_updated(string statement) =>
        VerifyInterlocked.VerifyCodeFixAsync(Program(statement), Program(statement));

    private static string Program(string statement, bool threading = false) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        namespace N;

        static unsafe partial class C
        {
            static void Use(int i)
            {
                {{statement}}
            }

            static int s_other;
        }

        static unsafe partial class C
        {
            static int* s_level;
            static Pair* s_pair;
            static Packed* s_packed;

            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                *s_level = 1;
                s_pair->First = 1;
                s_packed->Second = 1;
            }
        }

        struct Pair { public long First, Second; }

        [StructLayout(LayoutKind.Sequential, Pack = 1)]
        struct Packed { public byte First; public int Second; }

        """;

    [Theory]
    [InlineData("state = {|TH6004:*s_x|};", "System.Threading.Volatile.Write(ref *s_x, 2);", "state = Volatile.Read(ref *s_x);")]
    [InlineData("state = *s_x;", "state = System.Threading.Volatile.Read(ref *s_x);", null)]
    public Task In_a_handler_that_another_may_disturb(string before, string other, string? after) =>
        VerifyVolatile.VerifyCodeFixAsync(Handlers(before, other), Handlers(after ?? before, other, threading: after is not null));

    [Fact]
    public Task An_update_in_a_handler_that_another_may_disturb() =>
        VerifyInterlocked.VerifyCodeFixAsync(
            Handlers("{|TH6004:*s_x|} += 2;", "System.Threading.Volatile.Write(ref *s_x, 2);"), Handlers("Interlocked.Add(ref *s_x, 2);", "System.Threading.Volatile.Write(ref *s_x, 2);", threading: true));

    private static string Handlers(string statement, string other, bool threading = false) =>
        $$"""
        using System.Runtime.CompilerServices;
        {{(threading ? "using System.Threading;\n" : "")}}using TopHalf;

        static unsafe class C
        {
            static int* s_x;

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
