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
    [InlineData("int last = 0, now = 0; {|TH2003:while|} (last == now) { last = now; now = Volatile.Read(ref s_flag); }")]
    [InlineData("int a = 0, b = 0; {|TH2003:while|} (a == 0) { b = s_flag; a = b; }")]
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
    [InlineData("uint a = state.Size, b = 9; {|TH4005:while|} (b != 0) { uint rest = a % b; a = b; b = rest; }")]
    [InlineData("uint a = state.Size, b = 9; {|TH4005:while|} (b != 0) { (a, b) = (b, a % b); }")]
    [InlineData("int a = 1, b = 1, c = 1; {|TH4005:while|} (a < 9) { a = b; b = c; c = a + b; }")]
    public Task A_loop_whose_rounds_cannot_be_counted_is_advised_against(string loop) => Verify.HandlerWithAdvice(loop, Members);

    private const string Callees =
        """
        #pragma warning disable TH6001, TH6002 // What the test does not call is ordinary code.
        static int s_flag, s_polls, s_other;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool IsReady(ref State state) => Volatile.Read(ref state.Count) != 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool IsSet() => s_flag != 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Deep(ref State state) => IsReady(ref state) || IsSet();
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Polls(ref State state) { state.Total++; s_polls++; return state.Count != 0; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Early() { if (s_flag == 0) { return false; } return true; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool IsFull(int* p) => *p > 3;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Look(out int seen) => seen = Volatile.Read(ref s_flag);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Twice(int n) => n * 2;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Is(ref int place, int value) => Volatile.Read(ref place) == value;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Count(ref State state) => state.Total++;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Drain(ref State state) => state.Count--;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Less(ref int place) => place--;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void More(ref int place) { place += 2; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Next(ref int place) => ++place;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Perhaps(ref int place) { if (s_flag > 0) { return; } place++; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Clear() => s_flag = 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void ClearDeep() => Clear();
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Done(ref State state) => --state.Count <= 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Store(int* p) => *p = 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Take(out int taken) { taken = s_flag; s_flag = taken >> 1; return taken != 0; }
        static bool Ready { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => s_flag != 0; }
        static bool Auto { get; set; }
        #pragma warning disable TH3007 // Not what this is about.
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Ping(int n) => n == 0 ? s_flag != 0 : Pong(n - 1);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static bool Pong(int n) => Ping(n);
        """;

    [Theory]
    [InlineData("{|TH2003:while|} (!IsReady(ref state)) { }")]
    [InlineData("{|TH2003:while|} (!IsSet()) { }")]
    [InlineData("{|TH2003:while|} (!Deep(ref state)) { }")]
    [InlineData("{|TH2003:while|} (!Polls(ref state)) { }")]
    [InlineData("{|TH2003:while|} (!Early()) { }")]
    [InlineData("{|TH2003:while|} (!Ready) { }")]
    [InlineData("{|TH2003:while|} (!Auto) { }")]
    [InlineData("{|TH2003:while|} (!IsFull(state.Pointer)) { }")]
    [InlineData("{|TH2003:while|} (!Is(ref s_flag, 3)) { }")]
    [InlineData("{|TH2003:while|} (!Is(ref state.Count, Twice(s_flag))) { }")]
    [InlineData("{|TH2003:do|} { if (IsReady(ref state)) { break; } } while (true);")]
    [InlineData("{|TH2003:while|} (true) { if (IsReady(ref state)) { return; } state.Total++; }")]
    [InlineData("int seen; {|TH2003:do|} { Look(out seen); } while (seen == 0);")]
    [InlineData("{|TH2003:while|} (!Local()) { } bool Local() => s_flag != 0;")]
    [InlineData("{|TH2003:while|} (s_flag == 0) { Count(ref state); }")]
    [InlineData("{|TH2003:while|} (s_flag == 0) { Less(ref state.Count); }")]
    [InlineData("{|TH2003:while|} (s_flag == 0) { Less(ref s_other); }")]
    [InlineData("int n = 0; {|TH2003:while|} (s_flag == 0) { Less(ref n); }")]
    [InlineData("{|TH2003:while|} (Volatile.Read(ref s_flag) == 0) { Interlocked.Increment(ref s_polls); }")]
    [InlineData("{|TH2003:while|} (s_flag == 0) { state.Count = Twice(state.Count); }")]
    public Task A_spin_that_hides_in_a_callee_is_reported(string loop) => Verify.HandlerWithAdvice(loop, Callees);

    [Theory]
    [InlineData("{|TH4005:while|} (state.Count > 0) { Drain(ref state); }")]
    [InlineData("{|TH4005:while|} (state.Count > 0) { Less(ref state.Count); }")]
    [InlineData("{|TH4005:while|} (!Done(ref state)) { }")]
    [InlineData("{|TH4005:do|} { if (Done(ref state)) { break; } } while (true);")]
    [InlineData("{|TH4005:while|} (s_flag != 0) { Clear(); }")]
    [InlineData("{|TH4005:while|} (IsSet()) { ClearDeep(); }")]
    [InlineData("{|TH4005:while|} (*state.Pointer != 0) { Store(state.Pointer); }")]
    [InlineData("{|TH4005:while|} (Take(out int taken)) { state.Count += taken; }")]
    [InlineData("int n = 9; {|TH4005:while|} (Is(ref n, 9)) { Less(ref n); }")]
    [InlineData("int n = 0; {|TH4005:while|} (n < 9) { Perhaps(ref n); }")]
    [InlineData("int n = 0; {|TH4005:while|} (n < 9) { if (state.Count > 3) { More(ref n); } }")]
    [InlineData("int n = 0, done = 0; {|TH4005:while|} (done == 0) { if (n++ > 3) { done = 1; } }")]
    [InlineData("{|TH4005:while|} (!Auto) { Auto = true; }")]
    [InlineData("{|TH4005:while|} (!Local()) { } [MethodImpl(MethodImplOptions.AggressiveInlining)] bool Local() => --state2.Count < 0;", "static State state2;")]
    public Task A_loop_that_a_callee_moves_on_is_none(string loop, string members = "") => Verify.HandlerWithAdvice(loop, Callees + "\n" + members);

    [Theory]
    [InlineData("int n = 0; while (n < 9) { More(ref n); }")]
    [InlineData("int n = 0; while (n < 9) { Step(); } void Step() => n++;")]
    [InlineData("int n = 0; while (n < 9) { Next(ref n); }")]
    [InlineData("int n = 9; while (n > 0) { Less(ref n); state.Total++; }")]
    [InlineData("int n = 0; while (true) { if (n == 4) { break; } Next(ref n); }")]
    public Task A_counter_that_a_callee_moves_is_a_counter(string loop) => Verify.HandlerWithAdvice(loop, Callees);

    [Theory]
    [InlineData("{|TH4005:while|} (!Ping(3)) { s_flag++; }")]
    [InlineData("{|TH2003:while|} (!Ping(3)) { }")]
    public Task A_callee_that_calls_itself_ends_the_search(string loop) => Verify.HandlerWithAdvice("#pragma warning disable TH3007 // Not what this is about.\n" + loop, Callees);

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
