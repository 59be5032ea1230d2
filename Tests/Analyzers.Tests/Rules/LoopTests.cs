using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH2003 and TH4005: what ends a loop.</summary>
public sealed class LoopTests
{
    private const string Members =
        """
        static int s_flag; static int s_lock;
        struct Numbers { int _n; public int Current => _n; public Numbers GetEnumerator() => this; [MethodImpl(MethodImplOptions.AggressiveInlining)] public bool MoveNext() => ++_n < 3; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Take(ref State state) => state.Count-- > 0;
        """;

    [Theory]
    [InlineData("for (int i = 0; i < 8; i++) { state.Count++; }")]
    [InlineData("for (int i = 8; i > 0; i--) { state.Count++; }")]
    [InlineData("for (int i = 0; i < state.Count; i += 2) { state.Total++; }")]
    [InlineData("for (int i = 0, e = state.Count; i != e; ++i) { state.Total++; }")]
    [InlineData("int n = state.Count; while (n-- > 0) { state.Total++; }")]
    [InlineData("int n = state.Count; while (--n > 0 && state.Total > 3);")]
    [InlineData("int n = 0; do { n++; } while (n < 9);")]
    [InlineData("long v = state.Total; while (v > 9) { v >>= 1; state.Count++; }")]
    [InlineData("uint v = state.Size; while (v != 0) { v &= v - 1; state.Count++; }")]
    [InlineData("int i = 0; while (true) { if (i >= 4) { break; } i++; }")]
    [InlineData("int i = 0; while (true) { if (i == 4) { return; } i++; }")]
    [InlineData("for (int* p = state.Pointer, e = state.Pointer + 8; p < e; p++) { state.Count += *p; }")]
    [InlineData("foreach (byte b in \"abc\"u8) { state.Count += b; }")]
    [InlineData("while (true) { state.Count++; break; }")]
    [InlineData("while (false) { state.Count++; }")]
    [InlineData("do { state.Count++; } while (false);")]
    public Task A_loop_that_counts_is_clean(string loop) => Verify.HandlerWithAdvice(loop, Members);

    [Theory]
    [InlineData("int old; do { old = Volatile.Read(ref s_flag); } while (Interlocked.CompareExchange(ref s_flag, old + 1, old) != old);")]
    [InlineData("int old = s_flag; while (true) { int seen = Interlocked.CompareExchange(ref s_flag, old + 1, old); if (seen == old) { break; } old = seen; }")]
    public Task A_retry_that_the_interrupted_thread_cannot_disturb_is_clean(string loop) => Verify.HandlerWithAdvice(loop, Members);

    [Theory]
    [InlineData("{|TH2003:while|} (true) { state.Count++; }")]
    [InlineData("{|TH2003:for|} (;;) { }")]
    [InlineData("{|TH2003:do|} { state.Count++; } while (true);")]
    [InlineData("{|TH2003:while|} (true) { for (int i = 0; i < 3; i++) { break; } }")]
    [InlineData("{|TH2003:while|} (true) { void Local() { return; } }")]
    public Task A_loop_without_a_way_out_is_reported(string loop) => Verify.HandlerWithAdvice(loop, Members);

    [Theory]
    [InlineData("{|TH2003:while|} (s_flag == 0) { }")]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref s_flag) == 0) { }")]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref s_flag) == 0) { System.Runtime.Intrinsics.X86.X86Base.Pause(); }")]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref s_flag) == 0) { state.Count++; }")]
    [InlineData("{|TH2003:while|} (state.Count == 0) { state.Total++; }")]
    [InlineData("{|TH2003:while|} (*state.Pointer == 0) { }")]
    [InlineData("{|TH2003:while|} (Interlocked.CompareExchange(ref s_lock, 1, 0) != 0) { }")]
    [InlineData("{|TH2003:while|} (Interlocked.Exchange(ref s_lock, 1) != 0) { }")]
    [InlineData("{|TH2003:while|} (true) { int v = Volatile.Read(ref s_flag); if (v != 0) { break; } }")]
    [InlineData("{|TH2003:for|} (int i = 0; s_flag == 0; i++) { }")]
    [InlineData("int n = state.Count; {|TH2003:while|} (n > 0) { state.Total++; }")]
    public Task A_loop_that_only_others_can_end_is_reported(string loop) => Verify.HandlerWithAdvice(loop, Members);

    [Theory]
    [InlineData("{|TH4005:while|} (state.Count > 0) { state.Count--; }")]
    [InlineData("{|TH4005:while|} (*state.Pointer != 0) { state.Pointer++; }")]
    [InlineData("int* p = state.Pointer; {|TH4005:while|} (*p != 0) { p++; }")]
    [InlineData("int* p = state.Pointer; {|TH4005:while|} (*p != 0) { *p = *p >> 1; }")]
    [InlineData("{|TH4005:while|} (Take(ref state)) { }")]
    [InlineData("{|TH4005:while|} (Interlocked.Exchange(ref s_flag, 0) != 0) { state.Count++; }")]
    [InlineData("{|TH4005:foreach|} (int i in new Numbers()) { state.Count += i; }")]
    [InlineData("int i = 0; {|TH4005:while|} (i < 8) { if (state.Count > 0) { i++; } }")]
    [InlineData("int i = 0; {|TH4005:while|} (i < 8) { if (state.Count > 0) { continue; } i++; }")]
    [InlineData("for (int i = 0; i < 8; i++) { {|TH4005:while|} (state.Count > 0) { state.Count--; } }")]
    [InlineData("int n = 4; int* p = &n; {|TH4005:while|} (n > 0) { *p -= 1; }")]
    [InlineData("ref int n = ref state.Count; {|TH4005:while|} (n > 0) { n -= 1; }")]
    public Task A_loop_whose_rounds_cannot_be_counted_is_advised_against(string loop) => Verify.HandlerWithAdvice(loop, Members);

    [Fact]
    public Task A_loop_of_a_callee_is_reported_at_the_call() =>
        Verify.HandlerWithAdvice(
            "{|#0:Wait()|};",
            "static int s_flag; [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Wait() { {|#1:while|} (s_flag == 0) { } }",
            new DiagnosticResult("TH2003", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithMessage(
                "'OnTick' calls 'Wait', which loops until something changes that the loop itself does not change: the interrupted thread stands still meanwhile, and with it what it would do to end the loop. Look once and return; the next interrupt looks again."));

    [Fact]
    public Task Loops_elsewhere_are_free() => Verify.Members("static int s_flag; static void Main2() { while (Volatile.Read(ref s_flag) == 0) { } }");

    [Fact]
    public Task The_message_about_rounds_is_advice() =>
        Verify.HandlerWithAdvice(
            "{|#0:while|} (state.Count > 0) { state.Count--; }", "",
            new DiagnosticResult("TH4005", DiagnosticSeverity.Info).WithLocation(0).WithMessage(
                "'OnTick' loops, and how often cannot be seen: the interrupted thread stands still as long. Count the rounds, and leave the rest to the next interrupt or to the bottom half."));
}
