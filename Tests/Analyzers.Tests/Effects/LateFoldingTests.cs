namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Indexes that a mask keeps in range, and of which the JIT may find too late that they are constant. Its own word is in JitLimitsTests.</summary>
public sealed class LateFoldingTests
{
    private const string Span = "Span<int> span = new(state.Pointer, 16); ";

    private const string Members =
        """
        static int s_a, s_b, s_c;
        [InlineArray(16)] struct Row { int _first; } static Row s_row;
        struct Pair { public int First, Second; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Six() { s_c = 6; return s_c / -109; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int None(ref State state) => state.Count - state.Count;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Thrice(int n) => n * 3 + 1;
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static int Opaque(int n) => n - n;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int At(int* p, int i) { int k = i + 3; Span<int> s = new(p, 16); return s[k & 15]; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int AtTwice(int* p, int i) => At(p, i * 2);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int AtTested(int* p, int i) { Span<int> s = new(p, 16); return (uint)i < (uint)s.Length ? s[i] : 0; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int AtOut(int* p, int i) { Same(i, out int k); Span<int> s = new(p, 16); return s[k & 15]; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Same(int i, out int k) => k = i;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int AtBit(int* p, bool b) => new Span<int>(p, 16)[*(byte*)&b & 15];
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Other(int* p, int i, int j) => new Span<int>(p, 16)[i & 15] + j;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Divided(int a, int i) => i > 0 ? a / i : a / ((i & 63) + 1);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Direct(int* p, int i) => p[i & 15];
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)] static int Apart(int* p, int i) => new Span<int>(p, 16)[i & 15];
        struct Table
        {
            public int Value;
            public int this[int i] { [MethodImpl(MethodImplOptions.AggressiveInlining)] get { ReadOnlySpan<int> s = [1, 2, 3, 4]; return s[i & 3]; } }
            public int Index { [MethodImpl(MethodImplOptions.AggressiveInlining)] set { ReadOnlySpan<int> s = [1, 2, 3, 4]; Value = s[value & 3]; } }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Table operator +(Table t, int i) { ReadOnlySpan<int> s = [1, 2, 3, 4]; t.Value = s[i & 3]; return t; }
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public static implicit operator Table(int i) { ReadOnlySpan<int> s = [1, 2, 3, 4]; return new Table { Value = s[i & 3] }; }
        }
        """;

    private const string Others =
        """

        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Less(int a, int b, out int c) => c = a - b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Take(ref int a, int b) => a -= b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void TakeToo(ref int a, int b) => Take(ref a, b);
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Take(ref int a, ref int b) => a -= b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Keep(ref int a, int b) => a = b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Swap(ref int a, ref int b) { int c = a; a = b; b = c; }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Distance(in int a, in int b) => a - b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Distance(int* a, int* b) => *a - *b;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Distance(in Pair a, in Pair b) => a.First - b.First;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Width(in Pair a) => a.Second - a.First;
        [StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public int Number; [FieldOffset(0)] public uint Bits; }
        struct Difference(int a, int b) { public int Value = a - b; }
        struct Tally
        {
            public int Value;
            public Tally(int value) { Value = value; }
            public Tally(int a, int b) { Value = a - b; }
            public Tally(int a, int b, int c) : this(a, b) { }
            public int Kept { get; set; }
            public int Less { [MethodImpl(MethodImplOptions.AggressiveInlining)] set => Value -= value; }
            public readonly int this[int i] { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => Value - i; }
            public readonly int Get() => Value;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Take(int n) => Value -= n;
            [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Set(int a, int b) => Value = a - b;
        }
        """;

    [Theory]
    [InlineData("state.Count = {|TH4003:span[(state.Count - state.Count) & 15]|};")]
    [InlineData("int k = state.Count; state.Count = {|TH4003:span[(state.Count - k) & 15]|};")]
    [InlineData("ref int k = ref state.Count; state.Count = {|TH4003:span[(state.Count ^ k) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Pointer[6] ^ *(state.Pointer + 6)) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Count + -state.Count) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Count + state.Count * -1) & 15]|};")]
    [InlineData("int k = state.Count - state.Count; k /= 3; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count; int m = (int)state.Size; m = k; state.Count = {|TH4003:span[(state.Count - m) & 15]|};")]
    [InlineData("Pair k = new() { First = state.Count }; k.Second = state.Count; state.Count = {|TH4003:span[(k.First - k.Second) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[None(ref state) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[Six() & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[Thrice(state.Count - state.Count) & 15]|};")]
    [InlineData("s_a = 5; state.Count = {|TH4003:span[s_a & 15]|};")]
    [InlineData("s_a = s_b; state.Count = {|TH4003:span[(s_a - s_b) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[System.Numerics.BitOperations.TrailingZeroCount(100L) / ((state.Count & 63) + 1) & 15]|};")]
    [InlineData("int k = (state.Count - state.Count) & 15; if ((uint)k < (uint)span.Length) { state.Count = {|TH4003:span[k]|}; }")]
    [InlineData("state.Count = {|TH4003:s_row[(state.Count - state.Count) & 15]|};")]
    [InlineData("s_a = s_b; s_b = s_a + 1; s_a = 5; state.Count = {|TH4003:span[s_b & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Pointer[6] ^ *(state.Pointer + 3 + 3)) & 15]|};")]
    [InlineData("int* p = state.Pointer + 3; state.Count = {|TH4003:span[(state.Pointer[6] ^ p[3]) & 15]|};")]
    [InlineData("int c = 6; state.Count = {|TH4003:span[(state.Pointer[6] ^ state.Pointer[c]) & 15]|};")]
    [InlineData("int c = 6; if (state.Size > 3) { c = 5; } state.Count = {|TH4003:span[(state.Pointer[c] ^ state.Pointer[c]) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Pointer[state.Count & 15] ^ state.Pointer[state.Count & 15]) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(state.Pointer[6] ^ state.Pointer[(state.Count & 0) + 6]) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[(span[3] ^ state.Pointer[3]) & 15]|};")]
    [InlineData("Span<int> part = new(state.Pointer + 1, 8); state.Count = {|TH4003:span[(part[2] ^ state.Pointer[3]) & 15]|};")]
    [InlineData("int k = state.Count; k++; state.Count = {|TH4003:span[(k - (state.Count + 1)) & 15]|};")]
    [InlineData("int k = state.Count; if (state.Size > 3) { k = (int)state.Total; } state.Count = {|TH4003:span[(k ^ state.Count) & 15]|};")]
    [InlineData("state.Pointer[6] ^= state.Pointer[6]; int k = state.Pointer[6]; k ^= state.Pointer[6]; state.Count = {|TH4003:span[k & 15]|};")]
    public Task A_difference_of_what_may_be_equal_or_a_constant_that_is_seen_late_is_reported(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("state.Count = span[(state.Pointer[3] ^ state.Pointer[6]) & 15];")]
    [InlineData("int* p = state.Pointer + 3; state.Count = span[(state.Pointer[3] ^ p[3]) & 15];")]
    [InlineData("int c = 5; state.Count = span[(state.Pointer[6] ^ state.Pointer[c]) & 15];")]
    [InlineData("state.Count = span[(state.Pointer[state.Count & 15] - state.Pointer[(int)state.Size & 15]) & 15];")]
    [InlineData("state.Count = span[(span[3] ^ span[4]) & 15];")]
    [InlineData("for (int i = 0; i < 5; i++) { state.Count = span[(i ^ state.Count) & 15]; }")]
    [InlineData("int k = (int)state.Total; if (state.Size > 3) { k = 5; } state.Count = span[(k ^ state.Count) & 15];")]
    [InlineData("state.Count = span[(System.Numerics.BitOperations.TrailingZeroCount(100) + state.Count) & 15];")]
    [InlineData("state.Count = span[System.Math.Max(3, 5) & 15];")]
    [InlineData("state.Count = span[(state.Count - (int)state.Size) & 15];")]
    [InlineData("int k = (int)state.Size; state.Count = span[(state.Count ^ k) & 15];")]
    [InlineData("state.Count = span[(state.Pointer[6] - state.Count) & 15];")]
    [InlineData("state.Count = span[(state.Count - 5) & 15];")]
    [InlineData("state.Count = span[(state.Count + state.Count) & 15];")]
    [InlineData("state.Count = span[(state.Count | state.Count) & 15];")]
    [InlineData("state.Count = span[Thrice(state.Count) & 15];")]
    [InlineData("state.Count = span[Opaque(state.Count) & 15];")]
    [InlineData("state.Count = span[(Opaque(3) - Opaque(3)) & 15];")]
    [InlineData("s_a = s_b; s_b = s_a + 1; state.Count = span[s_a & 15];")]
    [InlineData("s_a++; state.Count = span[s_a & 15];")]
    [InlineData("s_a = (s_a + 1) & 15; state.Count = span[s_a & 15];")]
    [InlineData("state.Count = span[(s_a - s_b) & 15];")]
    [InlineData("state.Count = 5; state.Count = span[state.Count & 15];")]
    [InlineData("state.Count = span[System.Numerics.BitOperations.TrailingZeroCount(state.Total) & 15];")]
    [InlineData("const int k = 5; int m = k; state.Count = span[m];")]
    public Task What_is_read_once_is_clean(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("bool b = state.Count == state.Count; state.Count = {|TH4003:span[*(byte*)&b & 15]|};")]
    [InlineData("bool b = state.Count >= state.Count; byte k = *(byte*)&b; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("bool b = !(state.Count <= state.Count); state.Count = {|TH4003:span[Unsafe.As<bool, byte>(ref b) & 15]|};")]
    [InlineData("int k = state.Count; bool b = k != state.Count; state.Count = {|TH4003:span[Unsafe.BitCast<bool, byte>(b) & 15]|};")]
    [InlineData("int k = state.Value > state.Value ? 1 : 0; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count < state.Count ? 1 : 0; state.Count = {|TH4003:span[k & 15]|};")]
    public Task A_comparison_of_what_may_be_equal_that_is_read_as_a_number_is_reported(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("bool b = state.Count == (int)state.Size; state.Count = span[*(byte*)&b & 15];")]
    [InlineData("bool b = state.Count == 5; state.Count = span[Unsafe.As<bool, byte>(ref b) & 15];")]
    [InlineData("bool b = state.Value == state.Value; state.Count = span[*(byte*)&b & 15];")]
    [InlineData("int k = state.Count == state.Count ? 3 : 5; state.Count = span[k & 15];")]
    [InlineData("int k = state.Count < (int)state.Size ? 1 : 0; state.Count = span[k & 15];")]
    public Task A_comparison_of_two_places_or_one_that_chooses_other_numbers_is_clean(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("state.Count = {|TH4003:At(state.Pointer, state.Count - state.Count)|};")]
    [InlineData("state.Count = {|TH4003:AtTwice(state.Pointer, state.Count - state.Count)|};")]
    [InlineData("int k = state.Count; state.Count = {|TH4003:AtTested(state.Pointer, k ^ state.Count)|};")]
    [InlineData("state.Count = {|TH4003:AtTested(state.Pointer, (byte)state.Count + 1000)|};")]
    [InlineData("state.Count = {|TH4003:AtOut(state.Pointer, state.Count - state.Count)|};")]
    [InlineData("state.Count = {|TH4003:AtBit(state.Pointer, state.Count == state.Count)|};")]
    [InlineData("state.Count = {|TH4003:Other(state.Pointer, state.Count - state.Count, 3)|};")]
    [InlineData("Table t = default; state.Count = {|TH4003:t[state.Count - state.Count]|};")]
    [InlineData("Table t = default; {|TH4003:t.Index = state.Count - state.Count|};")]
    [InlineData("Table t = default; t = {|TH4003:t + (state.Count - state.Count)|};")]
    [InlineData("Table t = default; {|TH4003:t += state.Count - state.Count|};")]
    [InlineData("Table t = {|TH4003:state.Count - state.Count|};")]
    public Task What_is_given_to_a_callee_that_indexes_by_it_is_reported_where_it_is_given(string statements) => Verify.Handler(statements, Members);

    [Theory]
    [InlineData("state.Count = At(state.Pointer, state.Count - (int)state.Size);")]
    [InlineData("state.Count = AtTwice(state.Pointer, state.Count);")]
    [InlineData("state.Count = AtTested(state.Pointer, state.Count);")]
    [InlineData("state.Count = At(state.Pointer, 5);")]
    [InlineData("state.Count = Other(state.Pointer, state.Count, state.Count - state.Count);")]
    [InlineData("state.Count = Divided(state.Count, state.Count - state.Count);")]
    [InlineData("state.Count = Direct(state.Pointer, state.Count - state.Count);")]
    [InlineData("state.Count = Apart(state.Pointer, state.Count - state.Count);")]
    [InlineData("Table t = default; state.Count = t[state.Count - (int)state.Size]; t.Index = state.Count; t += state.Count; Table u = state.Count;")]
    public Task What_is_read_once_or_indexes_nothing_or_stays_a_call_is_given_freely(string statements) => Verify.Handler(statements, Members);

    [Theory]
    [InlineData("Less(state.Count, state.Count, out int k); state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count; Take(ref k, state.Count); state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count; TakeToo(ref k, state.Count); state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = state.Count, j = state.Count; Take(ref k, ref j); state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("Same(state.Count - state.Count, out int k); state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("Tally t = new() { Value = state.Count }; t.Take(state.Count); state.Count = {|TH4003:span[t.Value & 15]|};")]
    [InlineData("Tally t = default; t.Set(state.Count, state.Count); state.Count = {|TH4003:span[t.Value & 15]|};")]
    [InlineData("Tally t = default; t.Kept = state.Count - state.Count; state.Count = {|TH4003:span[t.Kept & 15]|};")]
    [InlineData("Tally t = new() { Value = state.Count }; t.Less = state.Count; state.Count = {|TH4003:span[t.Value & 15]|};")]
    [InlineData("Tally t = new() { Value = state.Count }; state.Count = {|TH4003:span[t[state.Count] & 15]|};")]
    [InlineData("Tally t = new() { Value = state.Count - state.Count }; state.Count = {|TH4003:span[t.Get() & 15]|};")]
    [InlineData("Tally t = new(state.Count, state.Count); state.Count = {|TH4003:span[t.Value & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[new Tally(state.Count, state.Count).Value & 15]|};")]
    [InlineData("Tally t = new(state.Count, state.Count, 3); state.Count = {|TH4003:span[t.Value & 15]|};")]
    [InlineData("Difference d = new(state.Count, state.Count); state.Count = {|TH4003:span[d.Value & 15]|};")]
    [InlineData("int k = 0; ref int r = ref k; r = state.Count - state.Count; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = 0; int* r = &k; *r = state.Count - state.Count; state.Count = {|TH4003:span[k & 15]|};")]
    public Task A_constant_that_others_write_to_a_local_is_seen_too_late(string statements) => Verify.Handler(Span + statements, Members + Others);

    [Theory]
    [InlineData("Same(state.Count, out int k); state.Count = span[k & 15];")]
    [InlineData("int k = state.Count; Keep(ref k, state.Count); state.Count = span[k & 15];")]
    [InlineData("int k = state.Count, j = (int)state.Size; Swap(ref k, ref j); state.Count = span[k & 15];")]
    [InlineData("Tally t = new() { Value = state.Count }; t.Kept = state.Count; state.Count = span[t.Value & 15] + span[t.Kept & 15] + span[t.Get() & 15];")]
    [InlineData("Tally t = new(state.Count); state.Count = span[t.Value & 15];")]
    [InlineData("int k = 0; ref int r = ref k; r = state.Count; state.Count = span[k & 15];")]
    public Task Numbers_that_others_write_to_a_local_are_as_good_as_those_that_it_is_set_to(string statements) => Verify.Handler(Span + statements, Members + Others);

    [Theory]
    [InlineData("state.Count = {|TH4003:span[Distance(state.Count, state.Count) & 15]|};")]
    [InlineData("state.Count = {|TH4003:span[Distance(state.Pointer, state.Pointer) & 15]|};")]
    [InlineData("Pair p = default; state.Count = {|TH4003:span[Distance(p, p) & 15]|};")]
    [InlineData("ref int r = ref state.Pointer[3]; r = ref state.Count; state.Count = {|TH4003:span[(r - state.Count) & 15]|};")]
    [InlineData("Pair* p = (Pair*)state.Pointer; state.Count = {|TH4003:span[(p->Second - state.Pointer[1]) & 15]|};")]
    [InlineData("Union* p = (Union*)state.Pointer; state.Count = {|TH4003:span[(p->Number - (int)p->Bits) & 15]|};")]
    [InlineData("int k = Unsafe.ReadUnaligned<int>(state.Pointer); state.Count = {|TH4003:span[(k - *state.Pointer) & 15]|};")]
    public Task One_place_by_two_names_is_told_apart_by_nobody_but_the_JIT(string statements) => Verify.Handler(Span + statements, Members + Others);

    [Theory]
    [InlineData("Pair p = default; state.Count = span[Width(p) & 15];")]
    [InlineData("ref int r = ref state.Pointer[3]; r = ref state.Count; state.Count = span[r & 15];")]
    [InlineData("Pair* p = (Pair*)state.Pointer; state.Count = span[(p->Second - p->First) & 15] + span[(p[1].First - p[2].First) & 15];")]
    [InlineData("ushort* p = (ushort*)state.Pointer; state.Count = span[(p[0] ^ p[1]) & 15];")]
    [InlineData("int k = Unsafe.ReadUnaligned<int>(state.Pointer); state.Count = span[(k - state.Count) & 15];")]
    public Task Different_places_are_told_apart(string statements) => Verify.Handler(Span + statements, Members + Others);

    [Theory]
    [InlineData("int k = state.Count.Equals(state.Count) ? 1 : 0; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int k = (state.Count, state.Size) == (state.Count, state.Size) ? 1 : 0; state.Count = {|TH4003:span[k & 15]|};")]
    [InlineData("int? k = state.Count - state.Count; state.Count = {|TH4003:span[k.GetValueOrDefault() & 15]|};")]
    [InlineData("int? k = state.Count; state.Count = span[k.GetValueOrDefault() & 15];")]
    public Task A_comparison_by_a_call_and_a_number_that_may_be_missing_are_computations_too(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("if (state.Count > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (state.Count < 0) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (16 <= state.Count) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("if (state.Count < 98) { return; } int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; }")]
    [InlineData("int j = state.Count; if (j == 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("bool b = state.Count > 98; if (b) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    [InlineData("switch (state.Count) { case 98: int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } break; }")]
    [InlineData("if (state.Count is > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { {|TH4003:span[k]|} = 1; } }")]
    public Task A_test_of_the_index_that_another_test_of_the_same_place_contradicts_is_reported(string statements) => Verify.Handler(Span + statements, Members);

    [Theory]
    [InlineData("if (state.Count > 3) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("if (state.Size > 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("if (state.Count != 98) { int k = state.Count; if ((uint)k < (uint)span.Length) { span[k] = 1; } }")]
    [InlineData("int n = (int)state.Size; if (n >= 0 && state.Count > 98) { Span<int> s = new(state.Pointer, n); int k = state.Count; if ((uint)k < (uint)s.Length) { s[k] = 1; } }")]
    public Task A_test_that_agrees_or_is_of_another_place_is_clean(string statements) => Verify.Handler(Span + statements, Members);
}
