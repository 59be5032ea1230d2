// Where the JIT leaves a check in, or a call, although nothing can fail: each limit that the analyzer's Facts, LateFolding, DeadReads and Inlining know of, as the
// JIT of this machine has it. What lies just within a limit stands beside it. Each was a handler that the analyzer passed and the verifier refused.
using TopHalf.Generator.Tests.Judging;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class JitLimitsTests
{
    private const string Span = "System.Span<int> s = new(state.Ints, State.Elements); ";
    private const string Table = "System.Span<byte> s = new(state.Bytes, 256); ";
    private const string Unknown = "int n = state.I32; if (n < 0) return; System.Span<int> s = new(state.Ints, n); ";
    internal static readonly string Members = Less(24) + Less(31) + Less(64) +
        """
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int At(int* p, int i) => new System.Span<int>(p, 16)[i & 15];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Tested(int* p, int i) { System.Span<int> s = new(p, 16); return (uint)i < (uint)s.Length ? s[i] : 0; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Divided(int a, int i) => i > 0 ? a / i : a / ((i & 63) + 1);
        private static int s_a, s_b, s_c;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Six() { s_c = 6; return s_c / -109; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int None(ref State state) => state.I32 - state.I32;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Thrice(int n) => n * 3 + 1;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Between(int* p, int a, int b) => new System.Span<int>(p, 16)[(a - b) & 15];
        [MethodImpl(Callee)] private static int Opaque(int n) => n * 3 + 1;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Lowest() => System.Numerics.BitOperations.TrailingZeroCount(100L);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int LowestOf(ulong n) => System.Numerics.BitOperations.TrailingZeroCount(n);
        private static byte s_byte;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Table(byte* p, int i) => new System.Span<byte>(p, 256)[i & 255];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int TableMask(byte* p, int i) => new System.Span<byte>(p, 256)[(i + 1) & 255];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int TableCast(byte* p, int i) => new System.Span<byte>(p, 256)[(byte)i];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int ByteParam(int* p, byte i) => new System.Span<int>(p, 16)[i >> 4];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int CastParam(int* p, int i) => new System.Span<int>(p, 16)[(byte)i >> 4];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int ShiftParam(int* p, int i) => new System.Span<int>(p, 16)[(i & 127) >> 3];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int ModParam(int* p, uint i) => new System.Span<int>(p, 16)[(int)(i % 16)];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static byte ByteOf(int n) => (byte)n;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static byte ByteXor(int n) => (byte)(n ^ 70);
        [MethodImpl(Callee)] private static byte ByteOpaque(int n) => (byte)(n ^ 70);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static byte NarrowXor(byte a, byte b) => (byte)(a ^ b);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static byte Same(byte a) => a;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int SumOf(System.ReadOnlySpan<byte> t) { int n = 0; foreach (byte b in t) n += b; return n; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int SumFor(System.ReadOnlySpan<byte> t) { int n = 0; for (int i = 0; i < t.Length; i++) n += t[i]; return n; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static void AppendOf(ref State state, System.ReadOnlySpan<byte> t) { foreach (byte b in t) { if (state.I32 < 100) state.Bytes[state.I32++] = b; else if (state.J32 == 0) state.J32 = Opaque(state.J32); } }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int FirstOf(System.ReadOnlySpan<byte> t) => t.Length > 0 ? t[0] : 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int LastOf(System.ReadOnlySpan<byte> t) => t.Length > 0 ? t[t.Length - 1] : 0;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static int SumRow(System.Span<int> t) { int n = 0; foreach (int b in t) n += b; return n; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] private static long LowestLong() => System.Numerics.BitOperations.TrailingZeroCount(100L);
        """;

    private static string Less(int tests) =>
        $"[MethodImpl(MethodImplOptions.AggressiveInlining)] private static int Less{tests}(int a, int b) {{ {string.Concat(Enumerable.Range(0, tests).Select(static n => $"if (a < {(n * 7) + 3}) b += {n}; "))} return b; }}\n";

    [Fact]
    public void What_the_JIT_does_not_prove_is_reported()
    {
        string[] bodies =
        [
            // Folded when the reads are merged, behind the numbering of values.
            Span + "s[(state.I32 - state.I32) & 15] = 1;",
            Span + "int k = state.I32; s[(state.I32 - k) & 15] = 1;",
            Span + "Inner k = state.Nested; s[(state.Nested.A - k.A) & 15] = 1;",
            Span + "ref int k = ref state.I32; s[(state.I32 - k) & 15] = 1;",
            Span + "s[(state.Ints[6] ^ *(state.Ints + 6)) & 15] = 1;",
            Span + "s[(state.I32 + -state.I32) & 15] = 1;",
            Span + "int k = state.I32 - state.I32; k = k / 3; s[k & 15] = 1;",
            Span + "s[((state.I32 - state.I32) * state.J32) & 15] = 1;",
            Span + "int k = (state.I32 - state.I32) & 15; if ((uint)k < (uint)s.Length) s[k] = 1;",
            "int k = Thrice(state.I32 - state.I32); k = k & (k / 57 >> state.J32); state.I64 = state.Row[k & 15];",
            Span + "s[None(ref state) & 15] = 1;",
            Span + "s[Six() & 15] = 1;",
            Span + "s_a = 5; s[s_a & 15] = 1;",
            Span + "s_a = s_b; s[(s_a - s_b) & 15] = 1;",
            "state.J32 = Between(state.Ints, state.I32, state.I32);",

            // Counted at once, but as a number of 64 bits.
            Span + "s[(System.Numerics.BitOperations.TrailingZeroCount(100L) / ((state.I32 & 63) + 1)) & 15] = 1;",
            "state.I64 = state.Row[(System.Numerics.BitOperations.TrailingZeroCount(100L) / ((state.I32 & 63) + 1)) & 15];",
            "state.J32 = Lowest();",
            "state.J32 = LowestOf(100);",

            // Contradicted by what is known of the same place.
            "if (state.I32 > 98) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",
            "if (state.I32 < 0) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",
            "if (state.I32 < 98) return; " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1;",
            "int j = state.I32; if (j > 98) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",
            "bool b = state.I32 > 98; if (b) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",

            // What is left of a computation that nobody needs.
            Span + "int u = state.I32; int y = System.Math.Max(state.Ints[state.J32 & 15], s[u & 15]);",
            Span + "int u = state.I32; if (state.Ints[state.J32 & 15] + s[u & 15] > 3) { }",
            Span + "int u = state.I32; int y = 3; if (state.Ints[state.J32 & 15] + s[u & 15] > 3) { y = 5; } y = state.U8; state.J32 = y;",
            Span + "int u = state.I32; (int A, int B) y = (state.Ints[state.J32 & 15] + s[u & 15], state.J32); state.J32 = y.B;",
            Span + "int u = state.I32; int y = 3; y = System.Math.Max(state.Ints[state.J32 & 15], s[u & 15]); y = 4; state.J32 = y;",

            // The same in what is inlined.
            "state.J32 = At(state.Ints, state.I32 - state.I32);",
            "int k = state.I32; state.J32 = At(state.Ints, k ^ state.I32);",
            "state.J32 = Tested(state.Ints, state.I32 - state.I32);",
            "state.J32 = Tested(state.Ints, System.Numerics.BitOperations.PopCount(state.U32));",

            "state.J32 = Tested(state.Ints, state.U8 + 1000);",

            // Conditions as numbers.
            Span + "int k = state.F32 > state.F32 ? 1 : 0; s[k & 15] = 1;",
            Span + "bool b = state.I32 == state.I32; s[*(byte*)&b & 15] = 1;",
            Span + "bool b = state.I32 >= state.I32; s[System.Runtime.CompilerServices.Unsafe.As<bool, byte>(ref b) & 15] = 1;",
            Span + "int k = state.I32 < state.I32 ? 1 : 0; s[k & 15] = 1;",
            Span + "int k = state.I32 > 5 ? 1 : 0; s[k] = 1;",
            Span + "int k = (state.I32 > 5 ? 1 : 0) + 2; s[k] = 1;",
            Span + "bool b = state.I32 > 5; int k = *(byte*)&b; if ((uint)k < (uint)s.Length) s[k] = 1;",
            Span + "bool b = state.I32 > 5; s[System.Runtime.CompilerServices.Unsafe.As<bool, byte>(ref b) & 1] = 1;",

            // Ranges that it does not look for.
            Span + "s[(state.I32 & 127) % 16] = 1;",
            Span + "s[(int)(state.U64 % 16)] = 1;",
            Span + "s[(byte)(state.U8 & 18) % 2] = 1;",
            Span + "s[(state.I32 & 127) >>> 3] = 1;",
            Span + "s[(state.I32 & 15) & state.J32] = 1;",
            Span + "int k = System.Numerics.BitOperations.PopCount(state.U32); if ((uint)k < (uint)s.Length) s[k] = 1;",
            Span + "int k = System.Math.Max(166, state.J32); if ((uint)k < (uint)s.Length) s[k] = 1;",

            Span + "int k = state.U8 - 1000; if (k < s.Length && k >= 0) s[k] = 1;",

            // Casts to small types, which it drops.
            Span + "s[(byte)(state.U8 ^ 70) >> 4] = 1;",
            Span + "s[(byte)(state.I32 | state.J32) >> 6] = 1;",
            Span + "int x = state.I32 ^ state.J32; s[(byte)x >> 4] = 1;",
            Span + "s[(state.U8 >> 4) & 31] = 1;",
            Table + "s[(byte)(state.I32 + 1)] = 1;",
            Table + "s[(state.I32 ^ state.J32) & 255] = 1;",
            "state.J32 = ByteParam(state.Ints, (byte)(state.I32 ^ 3));",
            "state.J32 = TableCast(state.Bytes, state.I32 + 1);",
            "int n = state.I16; if (n >= 0) { System.Span<int> s = new(state.Ints, n); if (s.Length > 7) { int k = (state.J64 >= state.I64 ? state.U8 : s_byte) % 8; s[k] = 1; } }",

            // Half of the test is folded away.
            Span + "for (int i = 63; i > 0; i--) { int k = i + state.U8; if (k < s.Length && k >= 0) s[k] = 1; }",
            Span + "for (int i = 63; i > 0; i--) { int k = i + 5; if (k >= 0 && k < s.Length) s[k] = 1; }",
            Span + "int k = System.Math.Min(-1000000, state.I32) + state.I16; if (k < s.Length && k >= 0) s[k] = 1;",
            Span + "int k = System.Math.Max(100, state.I32) + state.U8; if ((uint)k < (uint)s.Length) s[k] = 1;",

            // Parts, loops and tests.
            Span + "state.J32 = s[..^8].Length;",
            Span + "state.J32 = s.Slice(state.I32 & 7, 8).Length;",
            Unknown + "for (int i = s.Length - 1; i >= 0; i--) s[i] = 3;",
            Unknown + "for (int i = s.Length; i-- > 0;) s[i] = 3;",
            Unknown + "for (int i = 1; i < s.Length; i++) s[i - 1] = 3;",
            "for (int i = 15; i >= 0; i--) state.Row[i] = 3;",
            Unknown + "int k = state.J32; if (k >= 0 & k < s.Length) s[k] = 3;",
            Unknown + "int k = state.J32; switch (state.J32) { case 3: if (k >= 0 && k < s.Length) s[k] = 1; break; }",
            Unknown + "if ((long)s.Length > 7) s[3] = 1;",
            Unknown + "int k = state.J32 > 5 ? 0 : 5; if (s.Length >= 8) s[k] = 1;",

            // A length that has no sign, and that nothing has tested.
            "System.Span<int> s = new(state.Ints, state.U8); state.J32 = s.Length;",
            "System.Span<int> s = new(state.Ints, state.I32 & 15); state.J32 = s.Length;",
        ];

        CampaignResult result = Judge(bodies);

        Assert.True(result.Agreement.FlaggedRefused == bodies.Length, string.Join("\n\n", result.Failures) + result.Agreement);
    }

    [Fact]
    public void What_lies_within_is_clean_and_passed()
    {
        string[] bodies =
        [
            Span + "s[(state.I32 - state.J32) & 15] = 1;",
            Span + "s[(state.I32 - state.Nested.A) & 15] = 1;",
            Span + "int k = state.I32; s[(state.J32 ^ k) & 15] = 1;",
            Span + "s[(state.Ints[6] - state.Fixed[6]) & 15] = 1;",
            Span + "s[(state.I32 - 5) & 15] = 1;",
            Span + "s[Thrice(state.I32) & 15] = 1;",
            Span + "s[Opaque(5) & 15] = 1;",
            Span + "s_a++; s[s_a & 15] = 1;",
            Span + "s_a = (s_a + 1) & 15; s[s_a & 15] = 1;",
            Span + "state.I32 = 5; s[state.I32 & 15] = 1;",
            Span + "s[(System.Numerics.BitOperations.TrailingZeroCount(state.I64) / ((state.I32 & 63) + 1)) & 15] = 1;",
            "state.J32 = LowestOf(state.U64);",
            "state.J64 = LowestLong();",
            "if (state.I32 > 3) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",
            "if (state.J32 > 98) { " + Span + "int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; }",
            "if (state.I32 > 98) { int n = state.U8; if (n >= 0) { System.Span<int> s = new(state.Ints, n); int k = state.I32; if ((uint)k < (uint)s.Length) s[k] = 1; } }",
            Span + "int u = state.I32; int y = System.Math.Max(state.Ints[state.J32 & 15], s[u & 15]); state.J32 = y;",
            Span + "int u = state.I32; int y = s[u & 15];",
            Span + "int u = state.I32; int y = System.Math.Max(s[u & 15], state.Ints[state.J32 & 15]);",
            Span + "int u = state.I32; if (state.Ints[state.J32 & 15] + s[u & 15] > 3) { state.J32 = 4; }",
            Span + "int u = state.I32; int y = 3; if (state.Ints[state.J32 & 15] + s[u & 15] > 3) { y = 5; } state.J32 = y;",
            "state.J32 = At(state.Ints, state.I32 - state.J32) + At(state.Ints, 5);",
            "state.J32 = Tested(state.Ints, state.I32 + 1);",
            "state.J32 = Divided(state.J32, state.I32 - state.I32);",
            Span + "bool b = state.I32 == state.J32; s[*(byte*)&b & 15] = 1;",
            Span + "int k = state.I32 == state.I32 ? 3 : 5; s[k & 15] = 1;",
            Span + "int k = state.I32 > 5 ? 2 : 7; s[k] = 1;",
            Span + "s[state.U8 % 16] = 1; s[(int)(state.U32 % 16)] = 1; s[(int)(state.U32 >> 28)] = 1;",
            Span + "int k = System.Numerics.BitOperations.PopCount(state.U32) & 31; if ((uint)k < (uint)s.Length) s[k] = 1;",
            Unknown + "int k = System.Numerics.BitOperations.PopCount(state.U32); if ((uint)k < (uint)s.Length) s[k] = 1;",
            Span + "s[(byte)(state.U8 + 70) >> 4] = 1; s[(byte)(state.I32 - state.J32) >> 4] = 1; s[(byte)state.I64 >> 4] = 1;",
            Table + "s[(byte)state.I32] = 1; s[(state.I32 >> 3) & 255] = 1; s[(state.J32 ^ state.I32) & 127] = 1;",
            "state.J32 = ByteParam(state.Ints, state.U8) + TableCast(state.Bytes, state.I32);",
            Span + "for (int i = 0; i < 63; i++) { int k = i + state.U8; if (k < s.Length && k >= 0) s[k] = 1; }",
            Span + "int k = state.I32 + state.U8; if (k < s.Length && k >= 0) s[k] = 1;",
            Span + "s.Slice(0, 8)[state.I32 & 7] = 1; s[..8][state.J32 & 7] = 1; s[^8..^2][5] = 1;",
            Span + "System.Span<int> t = s.Slice(2, 12).Slice(3)[1..5]; t[state.I32 & 3] = 1; t[^1] = 2;",
            Span + "for (int i = s.Length - 1; i >= 0; i--) s[i] = 3;",
            Unknown + "int l = s.Length; for (int i = 0; i < l; i++) s[i] = 3;",
            Unknown + "for (int i = 0; i < n; i += 1) s[i] = 3;",
            Unknown + "for (int i = 0; i < s.Length && s[i] != 3; i++) state.J32++;",
            Unknown + "int k = state.J32; int l = s.Length; if ((uint)k < (uint)l) s[k] = 3;",
            Unknown + "int k = state.J32; if (k >= 0 && k < s.Length) s[k] = 3;",
            Unknown + "int k = state.J32; if (k < 0) return; if (k >= s.Length) return; s[k] = 3;",
            Unknown + "int k = state.J32; if ((uint)k <= (uint)s.Length) state.J32 = s.Slice(k).Length + s[..k].Length;",
            Unknown + "if (s.Length >= 8) s[state.J32 & 7] = 3;",
            "int n = state.I32; if (n >= 0) { System.Span<int> s = new(state.Ints, n); state.J32 = s.Length; }",
            "int n = state.I32; if (n < 0) return; System.Span<int> s = new(state.Ints, n); state.J32 = s.Length;",
        ];

        CampaignResult result = Judge(bodies);

        Assert.Empty(result.Failures);
        Assert.True(result.Agreement.PassedAccepted == bodies.Length, result.Agreement.ToString());
    }

    private static CampaignResult Judge(string[] bodies) => new Campaign(runsOfEach: 0, static _ => { }).Run(
        HandWritten.Batch([.. bodies.Select(static (body, i) => HandWritten.Handler(i, body, Members))]));
}
