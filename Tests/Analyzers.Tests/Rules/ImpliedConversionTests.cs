namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>Conversions that C# implies without an operation of their own, and their harmless neighbours.</summary>
public sealed class ImpliedConversionTests
{
    private const string Members =
        """
        struct Allocates { public static implicit operator Allocates(int i) { new object(); return default; } }
        struct Wraps { public int I; [MethodImpl(MethodImplOptions.AggressiveInlining)] public static implicit operator Wraps(int i) => new Wraps { I = i }; }
        struct AllocatingPair { public void Deconstruct(out int a, out int b) { new object(); a = b = 0; } }
        struct PlainPair { public void Deconstruct(out int a, out int b) { a = b = 0; } }
        struct Counts { public int Current => 1; public Counts GetEnumerator() => this; public bool MoveNext() => false; }
        struct Steps { public static implicit operator int(Steps s) => 1; public static implicit operator Steps(int i) => default; }
        struct Adds { public static Adds operator ++(Adds a) => a; }
        [AsyncSignalSafe] static ReadOnlySpan<int> Ints() => default;
        [AsyncSignalSafe] static ReadOnlySpan<int?> Maybes() => default;
        [AsyncSignalSafe] static ReadOnlySpan<AllocatingPair> AllocatingPairs() => default;
        [AsyncSignalSafe] static ReadOnlySpan<PlainPair> PlainPairs() => default;
        [AsyncSignalSafe] static ReadOnlySpan<(int, int)> Tuples() => default;
        [AsyncSignalSafe] static (int, int) Pair() => default;
        [AsyncSignalSafe] static int? Maybe() => default;
        """;

    [Theory]
    [InlineData("foreach (object o in {|TH1002:Ints()|}) { }")]
    [InlineData("foreach (object o in {|TH1002:default(Counts)|}) { }")]
    [InlineData("foreach (Allocates a in {|TH1001:Ints()|}) { }")]
    [InlineData("foreach (int i in {|TH4003:Maybes()|}) { }")]
    [InlineData("checked { foreach (byte b in {|TH4003:Ints()|}) { } }")]
    [InlineData("foreach (decimal d in {|TH5004:Ints()|}) { }")]
    [InlineData("foreach ({|TH1001:var (a, b)|} in AllocatingPairs()) { }")]
    [InlineData("foreach ({|TH1002:(object a, int b)|} in Tuples()) { }")]
    public Task The_conversion_of_an_element_is_judged(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("foreach (int i in Ints()) { }")]
    [InlineData("foreach (long i in Ints()) { }")]
    [InlineData("foreach (int i in default(Counts)) { }")]
    [InlineData("foreach (Wraps a in Ints()) { }")]
    [InlineData("foreach (int? i in Maybes()) { }")]
    [InlineData("checked { foreach (long b in Ints()) { } }")]
    [InlineData("checked { unchecked { foreach (byte b in Ints()) { } } }")]
    [InlineData("foreach (byte b in Ints()) { }")]
    [InlineData("foreach (var (a, b) in PlainPairs()) { }")]
    [InlineData("foreach (var (a, b) in Tuples()) { }")]
    [InlineData("foreach ((long a, int b) in Tuples()) { }")]
    public Task A_harmless_element_is_clean(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("object o; int b; {|TH1002:(o, b) = Pair()|};")]
    [InlineData("{|TH5004:(decimal d, int b) = Pair()|};")]
    [InlineData("{|TH1001:(Allocates a, int b) = Pair()|};")]
    [InlineData("object o; int b; int c; {|TH1002:((o, b), c) = (Pair(), 1)|};")]
    public Task The_conversion_of_a_deconstructed_part_is_judged(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("(state.Count, int b) = Pair();")]
    [InlineData("(state.Total, _) = Pair();")]
    [InlineData("(Wraps a, int b) = Pair();")]
    [InlineData("(state.Count, (long a, int b)) = (1, Pair());")]
    public Task A_harmless_part_is_clean(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("object? o = {|TH1002:Maybe() ?? (object?)null|};")]
    [InlineData("decimal d = {|TH5004:Maybe() ?? {|TH5004:default(decimal)|}|};")]
    [InlineData("Allocates a = {|TH1001:Maybe() ?? default(Allocates)|};")]
    public Task The_conversion_of_a_left_side_that_is_not_null_is_judged(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("state.Count = Maybe() ?? 1;")]
    [InlineData("state.Total = Maybe() ?? 1L;")]
    [InlineData("int? n = Maybe() ?? Maybe();")]
    [InlineData("Wraps w = Maybe() ?? default(Wraps);")]
    public Task A_harmless_left_side_is_clean(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("Steps s = default; {|TH0009:s++|};")]
    [InlineData("Steps s = default; {|TH0009:--s|};")]
    public Task A_step_by_conversions_cannot_be_judged(string statement) => Verify.Handler(statement, Members);

    [Theory]
    [InlineData("Adds a = default; a++;")]
    [InlineData("state.Count++; state.Pointer++; Color c = default; c++; int? n = 1; n++; state.Value++;")]
    public Task Other_steps_are_clean(string statement) => Verify.Handler(statement, Members);
}
