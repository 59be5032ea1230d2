using Microsoft.CodeAnalysis;
using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH3003_ManagedConventionFix>;

namespace TopHalf.CodeFixes;

public sealed class TH3003_ManagedConventionTests
{
    private const string Export = "NativeLibrary.GetExport(NativeLibrary.Load(\"libc.so.6\"), \"getsid\")";

    [Theory]
    [InlineData("TH3003", "delegate* unmanaged<int, int>")]
    [InlineData("TH3003", "delegate* unmanaged[Cdecl]<int, int>")]
    [InlineData("TH3004", "delegate* unmanaged[SuppressGCTransition]<int, int>")]
    public Task The_pointer_becomes_managed(string rule, string type) =>
        VerifyCS.VerifyCodeFixAsync(
            Program($"{{|{rule}:s_get(0)|}} + {{|{rule}:C.s_get(1)|}} /* c */", $"// Sessions.\n    private static readonly {type} s_get = ({type}){Export}; // c"),
            Program("s_get(0) + C.s_get(1) /* c */", $"// Sessions.\n    private static readonly delegate*<int, int> s_get = (delegate*<int, int>){Export}; // c"));

    [Theory]
    [InlineData("static readonly delegate* unmanaged<int, byte> s_get = (delegate* unmanaged<int, byte>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"getsid\");")]
    [InlineData("static readonly delegate* unmanaged<int, double> s_get = (delegate* unmanaged<int, double>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"getsid\");")]
    [InlineData("static readonly delegate* unmanaged<int, int> s_get = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"abs\");")]
    [InlineData("static readonly delegate* unmanaged<int, int> s_get = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.Load(\"other\"), \"getsid\");")]
    [InlineData($"static delegate* unmanaged<int, int> s_get = (delegate* unmanaged<int, int>){Export};")]
    [InlineData($"static readonly delegate* unmanaged<int, int> s_get = (delegate* unmanaged<int, int>){Export};\n    static delegate* unmanaged<int, int> Get() => s_get;")]
    [InlineData("static readonly delegate* unmanaged<int, int> s_get = {|CS0103:missing|};")]
    public Task Nothing_is_offered_where_the_call_would_be_another(string field) =>
        VerifyCS.VerifyCodeFixAsync(Program("(long){|TH3003:s_get(0)|}", field), Program("(long){|TH3003:s_get(0)|}", field));

    [Fact]
    public Task Also_where_a_callee_calls_it_in_another_file_and_in_top_level_statements() =>
        new VerifyCS.Test
        {
            TestState = { Sources = { Handler("{|TH3003:Native.Get()|}"), Callee("delegate* unmanaged<int, int>") }, OutputKind = OutputKind.ConsoleApplication },
            FixedState = { Sources = { Handler("Native.Get()"), Callee("delegate*<int, int>") } },
        }.RunAsync();

    private static string Handler(string call) =>
        $$"""
        using System.Runtime.CompilerServices;
        using TopHalf;
        using N;

        InterruptHandler<long> handler = OnTick;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void OnTick(ref long ticks, in InterruptContext context) => ticks = {{call}};

        """;

    private static string Callee(string type) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;

        namespace N;

        static unsafe partial class Native
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            internal static int Get() => s_get(0);
        }

        static unsafe partial class Native
        {
            static readonly {{type}} s_get =
                ({{type}}){{Export}};
        }

        """;

    private static string Program(string call, string field) =>
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

            {{field}}
        }

        """;
}
