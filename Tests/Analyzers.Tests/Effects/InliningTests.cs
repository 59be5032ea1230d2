using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Effects;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>The size that is estimated from source, held against the IL that the compiler emits.</summary>
public sealed class InliningTests
{
    private const string Prelude =
        """
        using System; using System.Runtime.CompilerServices; using System.Threading;
        unsafe struct State { public int Count; public long Total; public int* Pointer; public double Value; public fixed byte Buffer[8]; public volatile int Flag; public readonly int Get() => Count; }
        static unsafe class C
        {
            static int s_count;
            static void Callee(ref int n) { }
        """;

    [Theory]
    [InlineData("static int M(ref State s) => s.Count;")]
    [InlineData("static void M(ref State s) => s.Count++;")]
    [InlineData("static void M(ref State s) => s.Total += 3;")]
    [InlineData("static void M(ref State s) { s.Count = 1; s.Total = 2; }")]
    [InlineData("static void M(ref State s, int n) { s.Count = n; s.Value = 1.5; }")]
    [InlineData("static int M(int a, int b) => a < b ? a : b;")]
    [InlineData("static int M(int a, int b, int c, int d, int e) => a + b * c - d / 3 + e;")]
    [InlineData("static void M(int* p, int i) => p[i] = p[i + 1];")]
    [InlineData("static int M(int* p) => *p;")]
    [InlineData("static void M(State* s) => s->Buffer[3] = 4;")]
    [InlineData("static void M() => s_count = 100000;")]
    [InlineData("static long M() => 0x123456789ABC;")]
    [InlineData("static long M() { s_count = s_count; return 141; }")]
    [InlineData("static ulong M() { s_count = s_count; return 3000000000; }")]
    [InlineData("static bool M(int a) => a != 3 && a <= 5;")]
    [InlineData("static void M(int n) { int k = n; Callee(ref k); }")]
    [InlineData("static int M(State s) => s.Get();")]
    [InlineData("static int M(ref State s) => Interlocked.Increment(ref s.Count);")]
    [InlineData("static int M(ref State s) => s.Flag;")]
    [InlineData("static uint M(int n) => (uint)n >> 3;")]
    [InlineData("static (int, int) M(int n) => (n, 1);")]
    [InlineData("static void M(ref State s) { if (s.Count > 0) { s.Count = 0; } }")]
    [InlineData("static int M(int n) => n switch { 1 => 2, _ => 3 };")]
    [InlineData("static bool M(int n) => n is 1 or 5;")]
    [InlineData("static int M(int? n) => n ?? 4;")]
    [InlineData("static State M() => default;")]
    [InlineData("static void M(ref State s) { ref long t = ref s.Total; t++; }")]
    [InlineData("static ReadOnlySpan<long> M() => [1, 2, 4, 8, 16, 32, 64, 128];")]
    [InlineData("static ReadOnlySpan<byte> M() => [1, 2, 4, 8, 16, 32, 64, 128];")]
    [InlineData("static int M(int n) { ReadOnlySpan<int> s = [1, n]; return s.Length; }")]
    [InlineData("static Span<int> M() => (int[])[1, 2, 3];")]
    public void The_estimate_is_never_too_small_where_it_decides(string method)
    {
        (int estimate, int actual) = Measure(method);
        Assert.False(estimate <= Inlining.AlwaysInlineSize && actual > Inlining.AlwaysInlineSize, $"estimated {estimate}, emitted {actual}");
    }

    [Theory]
    [InlineData("static int M(ref State s) => s.Count;")]
    [InlineData("static void M(ref State s) => s.Count = 1;")]
    [InlineData("static int M(int a, int b) => a < b ? a : b;")]
    [InlineData("static int M(int* p) => *p;")]
    [InlineData("static ReadOnlySpan<long> M() => [1, 2, 4, 8, 16, 32, 64, 128];")]
    [InlineData("static ReadOnlySpan<byte> M() => [1, 2, 4, 8, 16, 32, 64, 128, 0, 0];")]
    public void Accessors_and_one_liners_count_as_small(string method)
    {
        (int estimate, int actual) = Measure(method);
        Assert.InRange(actual, 1, Inlining.AlwaysInlineSize);
        Assert.InRange(estimate, 1, Inlining.AlwaysInlineSize);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public Task A_method_with_more_locals_than_the_JIT_inlines_is_reported(int locals, bool clean) => Verify.Handler(
        clean ? "state.Count = Many(state.Count);" : "state.Count = {|TH5003:Many(state.Count)|};",
        $$"""
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static int Many(int n)
        {
            {{string.Concat(Enumerable.Range(0, locals).Select(i => $"int v{i} = n * {i + 3}; "))}}
            return {{string.Join(" ^ ", Enumerable.Range(0, locals).Select(i => $"v{i}"))}};
        }
        """);

    [Theory]
    [InlineData(15, true)]
    [InlineData(20, false)]
    public Task Calls_that_go_deeper_than_the_JIT_inlines_are_reported(int depth, bool clean) => Verify.Members(
        string.Concat(Enumerable.Range(0, depth).Select(i =>
            $"[MethodImpl(MethodImplOptions.AggressiveInlining)] static int F{i}(int n) => {(i == 0 ? "n" : $"F{i - 1}(n * 3) ^ n")};\n"))
        + $$"""
        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void {{(clean ? "OnTick" : "{|TH5003:OnTick|}")}}(ref State state, in InterruptContext context) => state.Count = F{{depth - 1}}(state.Count);
        """);

    [Theory]
    [InlineData("static int Lowest() => BitOperations.TrailingZeroCount(100L);", "{|TH5003:Lowest()|}")]
    [InlineData("static int Lowest() { int k = BitOperations.TrailingZeroCount(100UL); return k + 1; }", "{|TH5003:Lowest()|}")]
    [InlineData("static int Lowest(ulong n) => BitOperations.TrailingZeroCount(n);", "{|TH5003:Lowest(100)|}")]
    [InlineData("static int Lowest(ulong n) => BitOperations.TrailingZeroCount(n);", "Lowest((ulong)state.Total)")]
    [InlineData("static long Lowest() => BitOperations.TrailingZeroCount(100L);", "(int)Lowest()")]
    [InlineData("static int Lowest() => BitOperations.TrailingZeroCount(100);", "Lowest()")]
    public Task A_count_of_the_zeros_of_a_wide_constant_is_not_inlined_where_it_is_returned(string member, string call) =>
        Verify.Handler($"state.Count = {call.Replace("BitOperations", "System.Numerics.BitOperations", StringComparison.Ordinal)};",
            "[MethodImpl(MethodImplOptions.AggressiveInlining)] " + member.Replace("BitOperations", "System.Numerics.BitOperations", StringComparison.Ordinal));

    private static (int Estimate, int Actual) Measure(string method)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Sizes",
            [CSharpSyntaxTree.ParseText(Prelude + method + "}")],
            TestReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        SyntaxTree tree = compilation.SyntaxTrees[0];
        MethodDeclarationSyntax syntax = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Single(candidate => candidate.Identifier.Text == "M");
        int estimate = Inlining.Size(compilation.GetSemanticModel(tree).GetOperation(syntax)!);

        using MemoryStream image = new();
        Assert.Empty(compilation.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        using PEReader reader = new(new MemoryStream(image.ToArray()));
        MetadataReader metadata = reader.GetMetadataReader();
        MethodDefinition definition = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Single(candidate => metadata.StringComparer.Equals(candidate.Name, "M"));
        return (estimate, reader.GetMethodBody(definition.RelativeVirtualAddress).GetILReader().Length);
    }
}
