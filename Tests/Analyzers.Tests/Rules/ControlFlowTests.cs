using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH4001 to TH4004: exceptions, explicit and implicit, and the stack.</summary>
public sealed class ControlFlowTests
{
    [Theory]
    [InlineData("{|TH4001:throw new InvalidOperationException(\"no\");|}")]
    [InlineData("state.Count = state.Count > 0 ? 1 : {|TH4001:throw new Exception()|};")]
    public Task Throwing_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("{|TH4002:try { state.Count++; } catch { }|}")]
    [InlineData("{|TH4002:try { state.Count++; } finally { state.Count--; }|}")]
    [InlineData("{|TH4002:using (default(Handle)) { }|}")]
    [InlineData("{|TH4002:using Handle handle = default;|}")]
    public Task Exception_regions_are_reported(string statement) =>
        Verify.Handler(statement, "struct Handle : IDisposable { public void Dispose() { } }");

    [Theory]
    [InlineData("state.Count = {|TH4003:span[state.Count]|};")]
    [InlineData("int i = state.Count; state.Count = {|TH4003:span[i]|};")]
    [InlineData("state.Count = {|TH4003:span[0]|};")]
    [InlineData("for (int i = 0; i <= span.Length; i++) { state.Count += {|TH4003:span[i]|}; }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { i++; state.Count += {|TH4003:span[i]|}; }")]
    [InlineData("for (int i = -1; i < span.Length; i++) { state.Count += {|TH4003:span[i]|}; }")]
    [InlineData("for (int i = 0; i < span.Length; i++) { span = default; state.Count += {|TH4003:span[i]|}; }")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { i = 5; state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("int i = state.Count; if ((uint)i >= (uint)span.Length) { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("int i = state.Count; if (i < span.Length) { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("if (!span.IsEmpty) { state.Count = {|TH4003:span[1]|}; }")]
    [InlineData("var x = {|TH4003:span[1..]|};")]
    [InlineData("state.Count = {|TH4003:span[^1]|};")]
    [InlineData("var x = {|TH4003:span.Slice(1)|};")]
    [InlineData("if (span.Length > 0) { state.Count = {|TH4003:span[^2]|}; }")]
    [InlineData("if (span.Length > 0) { span = Unknown(); state.Count = {|TH4003:span[^1]|}; }")]
    [InlineData("if (span.Length > 1) { state.Count = 1; } state.Count = {|TH4003:span[span.Length - 1]|};")]
    [InlineData("int i = span.Length - state.Count; if (i >= 0 && i < span.Length) { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("byte i = (byte)(state.Count + 1); if (i < span.Length) { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { i = span[i]; state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; int i = state.Count; if ((uint)i < 9) { {|TH4003:buffer[i]|} = 1; }")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; int i = state.Count; if (i is >= 0 and <= 8) { {|TH4003:buffer[i]|} = 1; }")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; byte i = (byte)(state.Count + 1); if ((uint)i < 8) { {|TH4003:buffer[i]|} = 1; }")]
    public Task A_span_access_that_is_not_proved_in_range_is_reported(string statement) =>
        Verify.Handler("ReadOnlySpan<byte> span = Unknown(); " + statement, "[AsyncSignalSafe] static ReadOnlySpan<byte> Unknown() => default;");

    [Theory]
    [InlineData(24, "if ((uint)i < (uint)span.Length) { state.Count = span[i]; }")]
    [InlineData(40, "if ((uint)i < (uint)span.Length) { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData(24, "foreach (byte b in span) { state.Count += b; }")]
    [InlineData(40, "{|TH4003:foreach (byte b in span) { state.Count += b; }|}")]
    [InlineData(40, "state.Count = \"abcd\"u8[i & 3];")]
    public Task An_index_that_only_a_test_keeps_in_range_is_reported_beyond_as_many_tests_as_the_JIT_makes_use_of(int tests, string statement) =>
        Verify.Handler("ReadOnlySpan<byte> span = Unknown(); int i = Test(state.Count); " + statement, $$"""
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static ReadOnlySpan<byte> Unknown() => default;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Test(int i) { {{ManyTests(tests)}} return i; }
            """);

    [Theory]
    [InlineData("AggressiveInlining", "{|TH4003:span[i]|}")]
    [InlineData("AggressiveOptimization | MethodImplOptions.NoInlining", "span[i]")]
    public Task Tests_of_a_callee_count_unless_it_is_not_inlined(string options, string element) =>
        Verify.Handler($"ReadOnlySpan<byte> span = Unknown(); int i = Find(state.Count); if ((uint)i < (uint)span.Length) {{ state.Count = {element}; }}", $$"""
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static ReadOnlySpan<byte> Unknown() => default;
            [MethodImpl(MethodImplOptions.{{options}})] static int Find(int i) { {{ManyTests(40)}} return i; }
            """);

    [Theory]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { state.Count = span[i]; } state.Count = Test(state.Count);")]
    [InlineData("foreach (byte b in span) { state.Count += b; } state.Count = Test(state.Count);")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { state.Count = span[i]; } else { state.Count = Test(state.Count); }")]
    [InlineData("int i = state.Count; if ((uint)i >= (uint)span.Length) { state.Count = Test(state.Count); } else { state.Count = {|TH4003:span[i]|}; }")]
    [InlineData("foreach (byte b in span) { state.Count += b; } state.Count = Test(state.Count); {|TH4003:foreach (byte b in span) { state.Count += b; }|}")]
    [InlineData("for (int j = 0; j < 3; j++) { int i = state.Count; if ((uint)i < (uint)span.Length) { state.Count = {|TH4003:span[i]|}; } state.Count = Test(state.Count); }")]
    public Task Tests_take_no_room_from_an_index_before_them_unless_a_loop_goes_back(string statements) =>
        Verify.Handler("ReadOnlySpan<byte> span = Unknown(); " + statements, $$"""
            [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static ReadOnlySpan<byte> Unknown() => default;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Test(int i) { {{ManyTests(40)}} return i; }
            """);

    private static string ManyTests(int count) => string.Concat(Enumerable.Range(0, count).Select(static n => $"if (i < {n}) i += {n}; "));

    // What the catalogue of the oracle proves on each runtime.
    [Theory]
    [InlineData("state.Count = Table[0] + Text[3];")]
    [InlineData("state.Count = Table[state.Count & 3] + Text[^1];")]
    [InlineData("for (int i = 0; i < 4; i++) { state.Count += Table[i]; }")]
    [InlineData("ReadOnlySpan<int> table = Table; for (int i = 0; i < table.Length; i++) { state.Count += table[i]; }")]
    [InlineData("for (int i = 0; i < Many.Length; i++) { state.Total += Many[i]; }")]
    [InlineData("foreach (long each in Many) { state.Total += each; }")]
    [InlineData("state.Count = {|TH4003:Table[state.Count & 7]|};")]
    [InlineData("state.Count = {|TH4003:Table[state.Count]|};")]
    [InlineData("state.Count = {|TH4003:Kept[0]|};")]
    public Task A_table_says_how_long_it_is(string statement) =>
        Verify.Handler(statement, """
            static ReadOnlySpan<int> Table => [1, 2, 3, 4];
            static ReadOnlySpan<long> Many => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
            static ReadOnlySpan<byte> Text { get => "abcd"u8; }
            static ReadOnlySpan<int> Kept { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => [1, 2, 3, 4]; }
            """);

    [Theory]
    [InlineData("for (int i = 0; i < span.Length; i++) { state.Count += span[i]; }")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { state.Count = span[i]; }")]
    [InlineData("int i = state.Count; if ((uint)span.Length > (uint)i) { state.Count = span[i]; }")]
    [InlineData("int i = state.Count; if ((uint)i >= (uint)span.Length) { return; } state.Count = span[i];")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length && span[i] == 3) { state.Count = 1; }")]
    [InlineData("if (span.Length > 2) { state.Count = span[2]; }")]
    [InlineData("if (span.Length >= 3) { state.Count = span[2]; }")]
    [InlineData("if (span.Length < 3) { return; } state.Count = span[2];")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; buffer[7] = 1;")]
    [InlineData("foreach (byte b in span) { state.Count += b; }")]
    [InlineData("if (!span.IsEmpty) { state.Count = span[0]; }")]
    [InlineData("if (span.Length > 0) { state.Count = span[^1] + span[span.Length - 1]; }")]
    [InlineData("if (span.Length < 2) { return; } state.Count = span[^2];")]
    [InlineData("int i = state.Count; if ((uint)i < (uint)span.Length) { i = span[i]; state.Count = i; }")]
    [InlineData("byte i = (byte)state.Count; if (i < span.Length) { state.Count = span[i]; }")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; int i = state.Count; if ((uint)i < 5) { buffer[i] = 1; }")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; int i = state.Count; if (i is < 0 or > 7) { return; } buffer[i] = 1;")]
    [InlineData("Span<byte> buffer = stackalloc byte[8]; byte i = (byte)state.Count; if (i <= 7) { buffer[i] = 1; }")]
    public Task A_span_access_that_the_jit_proves_in_range_is_clean(string statement) =>
        Verify.Handler("ReadOnlySpan<byte> span = Unknown(); " + statement, "[AsyncSignalSafe] static ReadOnlySpan<byte> Unknown() => default;");

    [Theory]
    [InlineData("state.Count = {|TH4003:10 / state.Count|};")]
    [InlineData("state.Count = {|TH4003:10 % state.Count|};")]
    [InlineData("{|TH4003:state.Count /= state.Count|};")]
    [InlineData("int d = state.Count; if (d != 0) { state.Count = {|TH4003:state.Count / d|}; }")]
    [InlineData("int d = state.Count; if (d != 0) { state.Count = {|TH4003:int.MinValue / d|}; }")]
    [InlineData("int d = state.Count; if (d < 0) { state.Total = {|TH4003:state.Total / d|}; }")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } state.Count = {|TH4003:state.Count / d|};")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } d--; state.Size = {|TH4003:9u / (uint)d|};")]
    [InlineData("int d = state.Count; if (d == 0) { d = state.Count; } state.Size = {|TH4003:9u / (uint)d|};")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } else { d = 0; } state.Size = {|TH4003:9u / (uint)d|};")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } for (int i = 0; i < 3; i++) { state.Count = {|TH4003:9 / d|}; d = 0; }")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } switch (state.Size) { case 1: d = 0; goto case 2; case 2: state.Count = {|TH4003:9 / d|}; break; }")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } again: state.Count = {|TH4003:9 / d|}; d = 0; if (state.Size-- > 3) { goto again; }")]
    [InlineData("uint d = state.Size; state.Size = {|TH4003:9u / (d > 3 ? d : state.Size)|};")]
    [InlineData("uint d = state.Size & 1; state.Size = {|TH4003:9u / d|};")]
    [InlineData("int d = state.Count; while (d > 0) { d--; state.Count = {|TH4003:9 / d|}; }")]
    [InlineData("int? n = state.Count; n = {|TH4003:n / n|};")]
    [InlineData("int d = state.Count; if (d > 0) { d--; state.Count = {|TH4003:10 / d|}; }")]
    [InlineData("int d = state.Count; if (d > 0) { state.Count = 1; } state.Count = {|TH4003:10 / d|};")]
    [InlineData("state.Count = {|TH4003:state.Count / -1|};")]
    [InlineData("state.Count = {|TH4003:state.Count / (state.Count | 1)|};")]
    [InlineData("state.Size = {|TH4003:10u / (state.Size | 0)|};")]
    [InlineData("state.Count = {|TH4003:Math.DivRem(state.Count, state.Count, out _)|};")]
    [InlineData("state.Count = {|TH4003:Math.DivRem(state.Count, 0, out _)|};")]
    [InlineData("uint d = state.Size; if (d != 0) { state.Count = {|TH4003:state.Count / (int)d|}; }")]
    [InlineData("int d = state.Count; int* p = &d; if (d > 0) { *p = 0; state.Count = {|TH4003:10 / d|}; }")]
    [InlineData("int d = state.Count; if (d > 0) { goto here; } state.Count = 1; here: state.Count = {|TH4003:10 / d|};")]
    [InlineData("int d = state.Count; if (state.Size > 3) { goto here; } if (d <= 0) { return; } here: state.Count = {|TH4003:10 / d|};")]
    [InlineData("int d = state.Count; if (d <= 0) { return; } again: state.Count = {|TH4003:10 / d|}; d--; if (state.Size > 3) { goto again; }")]
    public Task Division_by_what_may_be_zero_is_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Count = state.Count / 10;")]
    [InlineData("state.Count = state.Count % 16;")]
    [InlineData("state.Value = state.Value / state.Value;")]
    [InlineData("int d = state.Count; if (d > 0) { state.Count = 10 / d; }")]
    [InlineData("int d = state.Count; if (d <= 0) { return; } state.Count = 10 / d;")]
    [InlineData("int d = state.Count; if (d <= 0) { goto end; } state.Count = 10 / d; end: state.Count++;")]
    [InlineData("int d = state.Count; again: if (d > 0) { state.Count = 10 / d; goto again; }")]
    [InlineData("again: int d = state.Count; if (d > 0) { state.Count = 10 / d; } if (state.Size-- > 3) { goto again; }")]
    [InlineData("int d = state.Count; if (d != 0) { state.Count = 10 / d; }")]
    [InlineData("int d = state.Count; if (d != 0) { state.Count = (state.Count & 255) % d; }")]
    [InlineData("int d = state.Count; if (d < 0) { state.Count = (byte)state.Total / d; }")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } state.Count = 10 / d;")]
    [InlineData("int d = state.Count; if (d < 1) d = 1; state.Count /= d;")]
    [InlineData("int d = state.Count; if (d == 0) { d = 1; } if (state.Size > 3) { state.Count = 10 / d; d = 0; }")]
    [InlineData("uint d = state.Size; for (int i = 0; i < 3; i++) { if (d == 0) { d = 1; } state.Size = 9u / d; d = 0; }")]
    [InlineData("uint d = state.Size; if (d != 0) { state.Total = state.Total / d; }")]
    [InlineData("uint d = state.Size; state.Size = 9u / (d == 0 ? 1 : d);")]
    [InlineData("uint d = state.Size | 1; state.Size = 9u / d;")]
    [InlineData("int d = state.Count | 1; state.Count = 9 / d;")]
    [InlineData("int d = state.Count; if (d > 0) { d = 9 / d; state.Count = d; }")]
    [InlineData("int a = state.Count, b = 9; while (b > 0) { (a, b) = (b, a % b); } state.Count = a;")]
    [InlineData("int? n = state.Count; n = n / 10;")]
    [InlineData("uint d = state.Size; if (d != 0) { state.Size = 10u / d; }")]
    [InlineData("uint d = state.Size; state.Size = d == 0 ? 0 : 10u / d;")]
    [InlineData("int d = state.Count; while (d > 0) { state.Total = 10 / d; break; }")]
    [InlineData("state.Size = 10u / (state.Size | 1);")]
    [InlineData("state.Count = Math.DivRem(state.Count, 10, out int rest) + rest;")]
    [InlineData("int d = state.Count; if (d > 0) { state.Count = Math.DivRem(10, d, out _); }")]
    public Task Division_by_what_is_not_zero_is_clean(string statement) => Verify.Handler(statement);

    [Fact]
    public Task Of_a_divisor_that_is_not_zero_the_message_says_what_is_left() => Verify.Handler(
        "int d = state.Count; if (d != 0) { state.Count = {|#0:state.Count / d|}; }",
        "",
        new DiagnosticResult("TH4003", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
            "'OnTick' divides by a number that may be -1, by which the smallest number cannot be divided: an exception, or a fault, in a handler cannot be caught. Write 'if (divisor > 0)' around it, or compute with unsigned numbers."));

    [Theory]
    [InlineData("state.Count = checked({|TH4003:state.Count + 1|});")]
    [InlineData("checked { {|TH4003:state.Count++|}; }")]
    [InlineData("state.Count = checked({|TH4003:(int)state.Total|});")]
    [InlineData("byte b = checked({|TH4003:(byte)(state.Count & 127)|});")]
    [InlineData("byte b = checked({|TH4003:(byte)(state.Size % 100)|});")]
    [InlineData("byte b = checked({|TH4003:(byte)(state.Count > 3 ? 3 : 200)|});")]
    [InlineData("int k = state.Count ^ 3; byte b = checked({|TH4003:(byte)(k & 255)|});")]
    [InlineData("state.Count = checked({|TH4003:(int)(state.Total & 255)|});")]
    [InlineData("state.Count = checked({|TH4003:(int)(unchecked(state.Total - 5) & 4095)|});")]
    [InlineData("state.Count = checked({|TH4003:(int)(state.Size >> 1)|});")]
    [InlineData("byte b = (byte)state.Count; checked { {|TH4003:b |= 3|}; }")]
    [InlineData("byte b = (byte)state.Count; checked { {|TH4003:b <<= 1|}; }")]
    [InlineData("byte b = (byte)state.Count; checked { {|TH4003:b /= 7|}; }")]
    [InlineData("checked { state.Count = {|TH4003:state.Pointer[state.Count]|}; }")]
    [InlineData("int? x = state.Count; state.Count = {|TH4003:x.Value|};")]
    [InlineData("int? x = state.Count; state.Count = {|TH4003:(int)x|};")]
    [InlineData("state.Count = {|TH4003:state.Count switch { 1 => 2, 3 => 4 }|};")]
    [InlineData("string? x = {|TH4003:(string?)Get()|};")]
    public Task Other_operations_that_may_throw_are_reported(string statement) => Verify.Handler(statement, "[AsyncSignalSafe] static object? Get() => null;");

    [Theory]
    [InlineData("state.Count = unchecked((int)state.Total);")]
    [InlineData("state.Total = checked(state.Count);")]
    [InlineData("byte b = checked((byte)(state.Count & 255));")]
    [InlineData("ushort b = checked((ushort)(state.Size & 65535));")]
    [InlineData("state.Count = checked((int)(state.Total & 4095));")]
    [InlineData("byte b = (byte)state.Count; state.Size = checked((uint)b);")]
    [InlineData("float f = checked((float)state.Value);")]
    [InlineData("byte b = (byte)state.Count; b |= 3; b <<= 1;")]
    [InlineData("checked { state.Count |= 3; state.Total <<= 1; state.Size /= 7; }")]
    [InlineData("checked { state.Count = state.Pointer[3] ^ ((byte*)state.Pointer)[state.Count]; }")]
    [InlineData("state.Count = state.Pointer[state.Count];")]
    [InlineData("int? x = state.Count; state.Count = x.GetValueOrDefault();")]
    [InlineData("state.Count = state.Count switch { 1 => 2, 3 => 4, _ => 5 };")]
    [InlineData("switch (state.Count) { case 1: state.Total = 2; break; case > 5 and < 9: state.Total = 3; break; }")]
    [InlineData("state.Count = (int)state.Value;")]
    public Task Operations_that_cannot_throw_are_clean(string statement) =>
        Verify.Handler(statement);

    [Theory]
    [InlineData("int n = state.Count; byte* p = {|TH4004:stackalloc byte[n]|};")]
    [InlineData("byte* p = {|TH4004:stackalloc byte[4096]|};")]
    [InlineData("byte* p = {|TH4004:stackalloc byte[512]|};")]
    [InlineData("long* p = {|TH4004:stackalloc long[64]|};")]
    [InlineData("while (state.Count-- > 0) { byte* p = {|TH4004:stackalloc byte[8]|}; }")]
    [InlineData("again: byte* p = {|TH4004:stackalloc byte[8]|}; p[0] = 1; if (state.Count-- > 0) { goto again; }")]
    [InlineData("switch (state.Count) { case 1: byte* p = {|TH4004:stackalloc byte[8]|}; p[0] = 1; goto case 2; case 2: if (state.Count-- > 0) { goto case 1; } break; }")]
    [InlineData("Huge {|TH4004:h|}; h.Numbers[0] = 1;")]
    public Task Large_or_variable_stackalloc_is_reported(string statement) => Verify.Handler(statement, "struct Huge { public fixed long Numbers[1024]; }");

    [Theory]
    [InlineData("if (state.Count > 0) { byte* p = stackalloc byte[32]; }")]
    [InlineData("if (state.Count > 0) { state.Count = 1; } byte* p = stackalloc byte[256];")]
    [InlineData("again: if (state.Count-- > 0) { goto again; } byte* p = stackalloc byte[64]; p[0] = 1;")]
    [InlineData("switch (state.Count) { case 1: goto case 2; case 2: state.Count++; break; } byte* p = stackalloc byte[64]; p[0] = 1;")]
    [InlineData("byte* p = stackalloc byte[8]; again: p[state.Count & 7]++; if (state.Count-- > 0) { goto again; }")]
    [InlineData("Huge h; h.Numbers[0] = 1; Deep();")]
    [InlineData("byte* p = stackalloc byte[256];")]
    [InlineData("long* p = stackalloc long[] { 1, 2, 3 };")]
    [InlineData("const int n = 8; Span<int> p = stackalloc int[n];")]
    public Task Small_stackalloc_is_clean(string statement) => Verify.Handler(statement, """
        struct Huge { public fixed long Numbers[254]; }
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Deep() { Huge h; h.Numbers[0] = 1; }
        """);

    [Theory]
    [InlineData("if (state.Count > 0) { byte* p = {|TH4004:stackalloc byte[33]|}; }")]
    [InlineData("if (state.Count > 0) { return; } byte* p = {|TH4004:stackalloc byte[64]|};")]
    [InlineData("if (state.Count > 0) { goto end; } byte* p = {|TH4004:stackalloc byte[64]|}; p[0] = 1; end: state.Count++;")]
    [InlineData("switch (state.Count) { case 1: byte* p = {|TH4004:stackalloc byte[64]|}; break; }")]
    public Task Stackalloc_on_one_of_several_paths_is_reported(string statement) => Verify.Handler(statement);

    [Fact]
    public Task What_a_handler_and_its_callees_keep_on_the_stack_is_added_up() =>
        Verify.Members(
            """
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void {|TH4004:OnTick|}(ref State state, in InterruptContext context) { Huge h; h.Numbers[0] = 1; Deep(); }
            struct Huge { public fixed long Numbers[254]; }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Deep() { Huge h; h.Numbers[0] = 1; Deeper(); }
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Deeper() { byte* p = stackalloc byte[32]; p[0] = 1; }
            """);

    [Theory]
    [InlineData(32, false)]
    [InlineData(64, true)]
    public Task A_callee_with_more_than_a_little_stackalloc_is_not_inlined_whatever_its_mark(int bytes, bool isReported) =>
        Verify.Handler(
            isReported ? "{|TH5003:Callee()|};" : "Callee();",
            $$"""[MethodImpl(MethodImplOptions.AggressiveInlining)] static void Callee() { byte* p = stackalloc byte[{{bytes}}]; p[0] = 1; }""");

    [Fact]
    public Task Without_zeroing_a_stackalloc_may_be_larger() =>
        Verify.Members(
            """
            [InterruptHandler, SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context) { byte* p = stackalloc byte[1024]; }
            """);

    [Theory]
    [InlineData("int? n = state.Count; byte? b = checked({|TH4003:(byte?)n|});")]
    [InlineData("state.Total = {|TH4003:Unsafe.BitCast<int, long>(state.Count)|};")]
    public Task Conversions_that_throw_are_reported(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("int? n = state.Count; byte? b = unchecked((byte?)n);")]
    [InlineData("int? n = state.Count; long? b = checked((long?)n);")]
    [InlineData("int? n = state.Count; Color? c = checked((Color?)n);")]
    [InlineData("state.Count = checked((int)Make());")]
    [InlineData("state.Size = Unsafe.BitCast<int, uint>(state.Count);")]
    public Task Conversions_that_cannot_throw_are_clean(string statement) =>
        Verify.Handler(statement, "[AsyncSignalSafe] static Color Make() => Color.Red;");

    [Theory]
    [InlineData("int d = state.Count; if ((uint)d > 0) { state.Count = {|TH4003:state.Count / d|}; }")]
    [InlineData("int d = state.Count, e = 1; ref int r = ref (state.Total > 0 ? ref d : ref e); if (d > 0) { r = 0; state.Count = {|TH4003:8 / d|}; }")]
    [InlineData("ReadOnlySpan<byte> s = \"abc\"u8; sbyte i = (sbyte)state.Count; if ((uint)(byte)i < (uint)s.Length) { state.Count = {|TH4003:s[i]|}; }")]
    [InlineData("ReadOnlySpan<byte> s = \"abc\"u8; int i = state.Count; if ((uint)i < (uint)s.Length && (i = 99) > 0) { state.Count = {|TH4003:s[i]|}; }")]
    public Task A_condition_about_other_bits_or_an_older_value_proves_nothing(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("int d = state.Count; if (d > 0) { state.Count = 8 / d; }")]
    [InlineData("uint d = state.Size; if ((int)d > 0) { state.Size = 8 / d; }")]
    [InlineData("int d = state.Count, e = 1; int r = state.Total > 0 ? d : e; if (d > 0) { state.Count = r / d; }")]
    [InlineData("ReadOnlySpan<byte> s = \"abc\"u8; byte i = (byte)state.Count; if ((uint)i < (uint)s.Length) { state.Count = s[i]; }")]
    [InlineData("ReadOnlySpan<byte> s = \"abc\"u8; int i = state.Count; if ((uint)i < (uint)s.Length && i > 0) { state.Count = s[i]; }")]
    public Task A_condition_about_the_value_itself_proves_it(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData(65, true)]
    [InlineData(64, false)]
    public Task A_long_list_of_initial_values_on_the_stack_is_copied_by_a_helper(int length, bool isReported)
    {
        string allocation = $"stackalloc int[] {{ {string.Join(", ", Enumerable.Range(1, length))} }}";
        return Verify.Handler($"int* p = {(isReported ? $"{{|TH4004:{allocation}|}}" : allocation)}; state.Count = p[0];");
    }

    [Theory]
    [InlineData("int* p = null; state.Count = {|TH4003:*p|};")]
    [InlineData("int* p = default; state.Count = {|TH4003:p[3]|};")]
    [InlineData("State* p = null; {|TH4003:p|}->Count = 3;")]
    [InlineData("{|TH4003:((State*)null)|}->Count = 3;")]
    [InlineData("state.Count = {|TH4003:*(int*)0|};")]
    public Task A_pointer_that_is_null_is_reported_where_it_is_followed(string statements) => Verify.Handler(statements);

    [Theory]
    [InlineData("int* p = null; if (state.Count > 3) { p = state.Pointer; } if (p != null) { state.Count = *p; }")]
    [InlineData("int* p = state.Pointer; state.Count = p == null ? 0 : *p;")]
    [InlineData("int* p = null; state.Pointer = p;")]
    [InlineData("nint at = 4096; state.Count = *(int*)at;")]
    public Task One_that_may_be_something_else_or_is_not_followed_is_not(string statements) => Verify.Handler(statements);
}
