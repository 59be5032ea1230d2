using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH3006_KnownTargetFix>;

namespace TopHalf.CodeFixes;

public sealed class TH3006_KnownTargetTests
{
    private const string Export = "(delegate*<int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"getppid\")";

    [Theory]
    [InlineData($"static delegate*<int> s_get = {Export};", $"static readonly delegate*<int> s_get = {Export};")]
    [InlineData($"// The parent's.\n    private static delegate*<int> s_get = {Export}; // c", $"// The parent's.\n    private static readonly delegate*<int> s_get = {Export}; // c")]
    [InlineData($"internal static delegate*<int> s_get = {Export};\n    static bool Has() => s_get != null;", $"internal static readonly delegate*<int> s_get = {Export};\n    static bool Has() => s_get != null;")]
    public Task A_field_that_nobody_sets_becomes_readonly(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program("{|TH3006:s_get()|} + {|TH3006:C.s_get()|}", before), Program("s_get() + C.s_get()", after));

    [Theory]
    [InlineData($"static delegate*<int> s_get = {Export};\n    static void Set() => {{|TH6002:s_get|}} = null;")]
    [InlineData($"static delegate*<int> s_get = {Export};\n    static void Set() {{ fixed (delegate*<int>* p = &s_get) {{|TH6004:*p|}} = null; }}")]
    [InlineData("static delegate*<int> s_get = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"rand\");")] // TH3008 would follow.
    [InlineData("static delegate*<int> s_get = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load(\"other\"), \"getppid\");")]
    [InlineData("static delegate*<byte> s_get = (delegate*<byte>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), \"getppid\");")]
    [InlineData("static delegate*<int> s_get;")]
    [InlineData("static delegate*<int> s_get = {|CS0103:missing|};")]
    [InlineData("static readonly delegate*<int> s_get = &Get;\n    static int Get() => 1;")] // Not made for it.
    public Task Nothing_is_offered_where_the_target_stays_unknown(string field) =>
        VerifyCS.VerifyCodeFixAsync(Program("{|TH3006:s_get()|}", field), Program("{|TH3006:s_get()|}", field));

    [Fact]
    public Task A_method_whose_address_a_field_holds_is_called_itself() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("{|TH3006:s_get()|} + {|TH3006:s_other()|}", Methods), Program("Get() + Other.Get()", Methods));

    private const string Methods = """
        static readonly delegate*<int> s_get = &Get;
            static readonly delegate*<int> s_other = &Other.Get;

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static int Get() => 1;

            static class Other
            {
                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                public static int Get() => 2;
            }
        """;

    private static string Program(string call, string field) =>
        $$"""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using TopHalf;

        namespace N;

        static unsafe partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref long ticks, in InterruptContext context)
            {
                ticks = {{call}};
            }
        }

        unsafe partial class C
        {
            {{field}}
        }

        """;
}
