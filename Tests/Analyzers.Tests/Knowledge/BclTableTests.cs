using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Knowledge;

// How the generated table is read, and how it goes together with what people wrote. Whether it is right, Tools.Tests proves.
public sealed class BclTableTests
{
    private const string Small =
        "# A comment\n@throws | TH4003 | it throws | Do not\n[System.Int32]\n=safe\nEquals(System.Int32)\n=throws\nCompareTo(System.Int32)\n[System.Span`1]\n=safe\nLength\n";

    private static readonly CSharpCompilation s_compilation = CSharpCompilation.Create("Example", references: TestReferences.All);

    [Fact]
    public void A_member_is_found_with_the_verdict_that_it_is_listed_under()
    {
        Assert.Null(Find("M:System.Int32.Equals(System.Int32)")!.Rule);
        Assert.Null(Find("P:System.Span`1.Length")!.Rule);
        ApiEntry throws = Find("M:System.Int32.CompareTo(System.Int32)")!;
        Assert.Equal(("TH4003", "it throws", "Do not"), (throws.Rule!.Id, throws.Reason, throws.Remedy));
    }

    [Theory]
    [InlineData("M:System.Int32.GetHashCode")]
    [InlineData("M:System.Int32.Equals(System.Object)")]
    [InlineData("M:System.Int64.Equals(System.Int64)")]
    [InlineData("P:System.ReadOnlySpan`1.Length")]
    public void What_is_not_listed_is_not_found(string id) => Assert.Null(Find(id));

    [Theory]
    [InlineData("state.Count = System.Numerics.BitOperations.TrailingZeroCount(state.Size);")]
    [InlineData("state.Count = System.Net.IPAddress.HostToNetworkOrder(state.Count);")]
    [InlineData("if (System.Runtime.Intrinsics.X86.Popcnt.X64.IsSupported) state.Total = (long)System.Runtime.Intrinsics.X86.Popcnt.X64.PopCount(5UL);")]
    public Task What_is_proved_goes_before_what_is_written_of_a_type_or_namespace(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Count = System.Runtime.Intrinsics.Vector128<int>.Count;")]
    [InlineData("state.Count = {|TH4003:System.Runtime.Intrinsics.Vector128<Guid>.Count|};")]
    [InlineData("state.Count = {|TH4003:System.Runtime.Intrinsics.Vector128<char>.Count|};")]
    [InlineData("state.Count = {|TH4003:System.Numerics.Vector<State>.Count|};")]
    public Task Vectors_are_safe_over_numbers_only(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("var held = {|TH2001:default(SpinLock).IsHeld|};")]
    [InlineData("var count = {|TH2002:default(SpinWait).Count|};")]
    public Task A_type_that_locks_or_waits_is_refused_however_clean_its_code_is(string statement) => Verify.Handler(statement);

    [Theory]
    [InlineData("state.Value = {|TH3001:Math.Floor(state.Value)|};")]
    [InlineData("state.Count = {|TH3001:System.Numerics.BitOperations.LeadingZeroCount(state.Size)|};")]
    public Task What_is_a_call_on_lesser_processors_is_refused(string statement) => Verify.Handler(statement);

    [Fact]
    public Task A_refusal_by_the_code_is_told_with_the_way_out_that_is_written() =>
        Verify.Handler(
            "var later = {|#0:default(DateTime).AddTicks(state.Total)|};",
            "",
            new DiagnosticResult("TH4003", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
                "'OnTick' calls 'DateTime.AddTicks' (it throws for some arguments): an exception, or a fault, in a handler cannot be caught. Keep times as long ticks or nanoseconds."));

    private static ApiEntry? Find(string id) =>
        BclTable.Parse(Small).Find(DocumentationCommentId.GetFirstSymbolForDeclarationId(id, s_compilation)!, id);
}
