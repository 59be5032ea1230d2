using Xunit;
using VerifyCS = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Analyzers.SignalContextAnalyzer, TopHalf.CodeFixes.TH1006_TableFix>;

namespace TopHalf.CodeFixes;

public sealed class TH1006_TableTests
{
    private const string Reads = "state = {|TH1006:{|TH1006:s_limits|}[state & 3]|};";
    private const string Clean = "state = s_limits[state & 3];";

    [Theory]
    [InlineData("private static readonly int[] s_limits = [1, 2, 3, 4]; // c", "private static ReadOnlySpan<int> s_limits => [1, 2, 3, 4]; // c")]
    [InlineData("static readonly int[] s_limits = { 1, 2, 3, 4 };", "static ReadOnlySpan<int> s_limits => [1, 2, 3, 4];")]
    [InlineData("static readonly int[] s_limits = new[] { 1, N, 3, 4 };", "static ReadOnlySpan<int> s_limits => [1, N, 3, 4];")]
    [InlineData("static readonly int[] s_limits = new int[4] { 1, 2, 3, 4 };", "static ReadOnlySpan<int> s_limits => [1, 2, 3, 4];")]
    [InlineData("readonly static byte[] s_limits = [1, 2, 3, 4];", "static ReadOnlySpan<byte> s_limits => [1, 2, 3, 4];")]
    [InlineData("/// <summary>Limits.</summary>\n    static readonly int[] s_limits =\n    {\n        1, 2, // low\n        3, 4, // high\n    };", "/// <summary>Limits.</summary>\n    static ReadOnlySpan<int> s_limits =>\n    [\n        1, 2, // low\n        3, 4, // high\n    ];")]
    public Task Numbers_that_are_only_read_go_into_the_image(string before, string after) =>
        VerifyCS.VerifyCodeFixAsync(Program(before, Reads), Program(after, Clean, imports: "using System;\n"));

    [Fact]
    public Task Loops_and_lengths_are_kept() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("static readonly int[] s_limits = [1, 2, 3, 4];", "foreach (int x in {|TH1006:s_limits|}) { state += x; }\n        state += {|TH1006:{|TH1006:s_limits|}.Length|} + Sum({|TH1006:s_limits|});"),
            Program("static ReadOnlySpan<int> s_limits => [1, 2, 3, 4];", "foreach (int x in s_limits) { state += x; }\n        state += s_limits.Length + Sum(s_limits);", imports: "using System;\n"));

    [Fact]
    public Task A_span_of_ones_own_is_not_mistaken() =>
        VerifyCS.VerifyCodeFixAsync(
            Program("static readonly int[] s_limits = [1, 2, 3, 4];", Reads, more: "class ReadOnlySpan;"),
            Program("static System.ReadOnlySpan<int> s_limits => [1, 2, 3, 4];", Clean, more: "class ReadOnlySpan;"));

    [Theory]
    [InlineData("internal static readonly int[] s_limits = [1, 2, 3, 4];", Reads)]
    [InlineData("static int[] s_limits = [1, 2, 3, 4];", Reads)]
    [InlineData("static readonly int[] s_limits = [1, 2, 3, M()]; static int M() => 3;", Reads)]
    [InlineData("static readonly int[] s_limits = new int[4];", Reads)]
    [InlineData("static readonly int[] s_limits = [1, 2, 3, 4]; static void M() => s_limits[0] = 3;", Reads)]
    [InlineData("static readonly int[] s_limits = [1, 2, 3, 4]; static int[] M() => s_limits;", Reads)]
    [InlineData("static readonly int[] s_limits = [1, 2, 3, 4]; static ref int M() => ref s_limits[0];", Reads)]
    [InlineData("static readonly int[] s_limits = [1, 2, 3, 4];", "state = {|TH1006:{|TH1006:s_limits|}[state]|};")] // Nothing proves the index.
    [InlineData("static readonly int[] s_limits = [1, 2, 3, {|CS0103:missing|}];", Reads)]
    public Task Nothing_is_offered_where_it_would_not_be_the_same(string field, string statement)
    {
        string source = Program(field, statement);
        return VerifyCS.VerifyCodeFixAsync(source, source);
    }

    private static string Program(string field, string statement, string imports = "", string more = "") =>
        $$"""
        {{imports}}using System.Runtime.CompilerServices;
        using TopHalf;

        namespace N;

        static partial class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context)
            {
                {{statement}}
            }

            const int N = 2;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            static int Sum(System.ReadOnlySpan<int> numbers) => numbers.Length;
        }

        static partial class C
        {
            {{field}}
        }

        {{more}}
        """;
}
