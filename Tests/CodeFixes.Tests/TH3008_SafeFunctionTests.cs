using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH3008_SafeFunctionFix>;

namespace TopHalf.CodeFixes;

public sealed class TH3008_SafeFunctionTests
{
    [Theory]
    [InlineData("{|TH3008:s_function(1)|};", "s_function(1);", "exit", "_exit", "int, void")]
    [InlineData("{|TH3008:C.s_function(1)|}; // c", "C.s_function(1); // c", "quick_exit", "_exit", "int, void")]
    [InlineData("ticks = {|TH3008:s_function()|};", "ticks = s_function();", "pthread_yield", "sched_yield", "int")]
    [InlineData("{|TH3008:s_function(0, null, null)|};", "s_function(0, null, null);", "sigprocmask", "pthread_sigmask", "int, void*, void*, int")]
    public Task The_pointer_is_resolved_to_a_function_that_may_be_called(string before, string after, string function, string safe, string types) =>
        VerifyCS.VerifyCodeFixAsync(Program(before, function, types), Program(after, safe, types));

    [Theory]
    [InlineData("ticks = (long){|TH3008:s_function(64)|};", "malloc", "nint, nint")]
    [InlineData("ticks = {|TH3008:s_function(0, null, null)|};", "sigprocmask", "int, void*, void*, int")]
    [InlineData("s_function({|CS0103:missing|});", "exit", "int, void")]
    public Task Nothing_is_offered_where_no_other_does_the_same(string statement, string function, string types) =>
        VerifyCS.VerifyCodeFixAsync(Program(statement, function, types), Program(statement, function, types));

    [Fact]
    public Task Also_where_a_callee_calls_it_in_another_file() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Handler("{|TH3008:End()|}"), Callee("exit") } },
            FixedState = { Sources = { Handler("End()"), Callee("_exit") } },
        }.RunAsync();

    private static string Handler(string call) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context) => {{call}};
        }

        """;

    private static string Callee(string function) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class C
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void End() => s_end(1);

            static readonly delegate*<int, void> s_end = (delegate*<int, void>)Resolve("{{function}}"); // ends

            static nint Resolve(string name) => NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), name);
        }

        """;

    private static string Program(string statement, string function, string types) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        static unsafe class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                {{statement}}
            }

            static readonly delegate*<{{types}}> s_function = (delegate*<{{types}}>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "{{function}}");
        }

        """;
}
