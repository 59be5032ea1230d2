using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

/// <summary>Code as it is while somebody types it: the analyzer says what it can, and throws nothing.</summary>
public sealed class BrokenCodeTests
{
    private const string Whole = Verify.Usings +
        """
        unsafe struct State { public int Count; public sigset Set; }
        unsafe struct sigset { public fixed ulong Bits[16]; }
        unsafe struct sigaction { public void* sa_handler; }
        unsafe struct sigevent { public nint sigev_notify_function; }
        static unsafe partial class Native
        {
            public static readonly delegate*<int> s_getpid = (delegate*<int>)NativeLibrary.GetExport(NativeLibrary.Load("libc"), "getpid");
            public static readonly delegate*<nuint, void*> s_malloc = (delegate*<nuint, void*>)Find("malloc");
            public static readonly delegate* unmanaged<int> s_other;
            static Native() { nint library = NativeLibrary.Load("libc"); s_other = (delegate* unmanaged<int>)NativeLibrary.GetExport(library, "write"); }
            static nint Find(string name) => NativeLibrary.TryGetExport(0, name, out nint found) ? found : throw new Exception();
            [DllImport("libc", EntryPoint = "exit")] public static extern void Leave(int code);
            [DllImport("libc")] public static extern int sigfillset(sigset* set);
            [DllImport("libc")] public static extern int sigaddset(sigset* set, int signal);
            [DllImport("libc")] public static extern int pthread_sigmask(int how, sigset* set, sigset* old);
            [DllImport("libc")] public static extern nint signal(int number, delegate* unmanaged<int, void> handler);
            [DllImport("libc")] public static extern nint bsd_signal(int number, Action<int> handler);
        }
        static unsafe class Program1
        {
            static readonly Action<int> s_kept = n => { };
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context)
            {
                state.Count = Native.s_getpid() + Native.s_other();
                void* block = Native.s_malloc(16);
                Native.Leave(1);
                Span<int> span = new((int*)&block, 2);
                for (int i = 0; i < span.Length; i++) { if (i == 1 || span[i] > 2) { continue; } span[i & 1] += state.Count switch { 1 => Part(i), _ => 3 } + (state.Count > 2 ? span[i & 1] : Part(2)); }
                while (state.Count is 3 or > 5) { state.Count--; if (state.Count == 9) break; }
            }

            static int Part(int n) { int m = n; do { m++; } while ((m & 7) != 0 && m < 9); return (m & 7) + 1; }

            [UnmanagedCallersOnly] static void OnSignal(int number) { object o = new object(); }
            static void Run()
            {
                sigset set;
                Native.sigfillset(&set);
                Native.sigaddset(&set, 34);
                Native.pthread_sigmask(0, &set, null);
                Native.signal(12, &OnSignal);
                nint stub = Marshal.GetFunctionPointerForDelegate(s_kept);
                sigaction action = new() { sa_handler = (void*)stub };
                sigevent e = new() { sigev_notify_function = (nint)(delegate* unmanaged<int, void>)&OnSignal };
                Native.bsd_signal(12, s_kept);
            }
        }
        """;

    [Fact]
    public async Task The_whole_is_sound_and_has_findings()
    {
        Findings findings = await Analyze(Whole);
        Assert.Empty(findings.Errors);
        Assert.Equal(["TH1001", "TH3003", "TH3008", "TH4005", "TH5001", "TH5003", "TH7002", "TH7005", "TH7006"], findings.Rules);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    public async Task However_little_is_typed_nothing_is_thrown(int remainder)
    {
        // The end is missing, or one token in the middle.
        SyntaxToken[] tokens = [.. (await CSharpSyntaxTree.ParseText(Whole).GetRootAsync()).DescendantTokens().Where(token => token.SpanStart > Verify.Usings.Length)];
        for (int i = remainder; i < tokens.Length; i += 12)
        {
            string broken = i % 8 < 4 ? Whole[..tokens[i].SpanStart] : Whole.Remove(tokens[i].SpanStart, tokens[i].Span.Length);
            Assert.DoesNotContain("AD0001", (await Analyze(broken)).Rules);

            // What is known of .NET 8 only follows the method from its begin.
            Assert.DoesNotContain("AD0001", (await Analyze(broken, isForOldest: true)).Rules);
        }
    }

    [Theory]
    [InlineData("int k = k & 15; new Span<int>(&k, 16)[k] = 3;")]
    [InlineData("int k = m; int m = k; Span<int> s = new((int*)&block, 16); if (k == m) { s[k & 15] = s[m]; s[k + 1] -= m - k; state.Count /= k; }")]
    [InlineData("int* p = q; int* q = p; *p = 3; p->ToString();")]
    [InlineData("bool b = c; bool c = b; Span<int> s = new((int*)&block, 16); if (b) { s[state.Count & 15] = 3; }")]
    [InlineData("Span<int> s = s; Span<int> t = s[..3]; for (int i = i; i < s.Length; i++) { s[i] = t[i]; }")]
    [InlineData("Span<int> s = new((int*)&block, 16); int crc = state.Count; for (int i = 0; i < 16; i++) { crc = s[(crc ^ i) & 15] ^ (crc >> 4); } state.Count = crc;")]
    [InlineData("Span<int> s = new((int*)&block, 16); int x = state.Count, y = 1; while (x > 0) { x = s[(x ^ y) & 15] - y; y = s[(y - x) & 15] ^ x; s[(x == y ? 3 : 1) & 15] ^= x; }")]
    public async Task Variables_that_are_set_by_way_of_each_other_end_the_search(string statements)
    {
        string source = Whole.Replace("Native.Leave(1);", statements, StringComparison.Ordinal);
        Assert.NotEqual(Whole, source);

        Assert.DoesNotContain("AD0001", (await Analyze(source)).Rules);
        Assert.DoesNotContain("AD0001", (await Analyze(source, isForOldest: true)).Rules);
    }

    private static async Task<Findings> Analyze(string source, bool isForOldest = false)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Example",
            [CSharpSyntaxTree.ParseText(source)],
            isForOldest ? OldestReferences.All : TestReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        IEnumerable<Diagnostic> found = await compilation.WithAnalyzers([new SignalContextAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return new(
            [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())],
            [.. found.Select(diagnostic => diagnostic.Id).Distinct().Order(StringComparer.Ordinal)]);
    }

    private sealed record Findings(string[] Errors, string[] Rules);
}
