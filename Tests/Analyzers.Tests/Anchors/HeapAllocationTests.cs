namespace TopHalf.Analyzers.Tests.Anchors;

/// <summary>Every form of allocation that the rules HAA0101 to HAA0604 of the heap allocation analyzers know, and beside each one that does not allocate.</summary>
public sealed class HeapAllocationTests
{
    private const string Members =
        """
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Params(params int[] n) { }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Two(int n, int m) { }
        struct Plain { public int N; public void M() { } }
        struct Hashed { public override int GetHashCode() => 1; public override bool Equals(object? o) => true; }
        static int[] s_numbers = null!; static void Target() { } static readonly Action s_action = null!;
        static IEnumerable<int> Some() => null!;
        """;

    [Theory]
    [InlineData("HAA0101", "{|TH1005:Params(1, 2)|};")]
    [InlineData("HAA0101", "{|TH1005:Params()|};")]
    [InlineData("HAA0102", "Plain p = default; state.Count = {|TH1002:p.GetHashCode()|};")]
    [InlineData("HAA0102", "Plain p = default; Type t = {|TH1002:p.GetType()|};")]
    [InlineData("HAA0201", "string s = {|TH1004:{|TH1004:state.Count.ToString()|} + \"a\"|};")]
    [InlineData("HAA0202", "string s = {|TH1004:\"a\" + state.Count|};")]
    [InlineData("HAA0301", "int n = 1; Action a = {|TH1003:() => n++|};")]
    [InlineData("HAA0303", "{|TH1003:Generic(1)|}; [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Generic<T>(T n) { Action a = () => { }; }")]
    [InlineData("HAA0401", "foreach (int n in {|TH1005:{|TH3002:{|TH4002:Some()|}|}|}) { }")]
    [InlineData("HAA0501", "int[] a = {|TH1001:new int[3]|};")]
    [InlineData("HAA0501", "int[] a = {|TH1001:{ 1, 2 }|};")]
    [InlineData("HAA0501", "var a = {|TH1001:new[] { state.Count }|};")]
    [InlineData("HAA0501", "int[,] a = {|TH1001:new int[2, 2]|};")]
    [InlineData("HAA0502", "_ = {|TH1001:new Thing()|};")]
    [InlineData("HAA0503", "var a = {|TH1001:new { N = 1 }|};")]
    [InlineData("HAA0506", "var q = {|TH1005:from n in {|TH1006:s_numbers|} {|TH1005:let m = {|TH1003:n|}|} {|TH1005:select {|TH1003:m|}|}|};")]
    [InlineData("HAA0601", "object o = {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "IComparable c = {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "ValueType v = {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "Enum e = {|TH1002:Color.Red|};")]
    [InlineData("HAA0602", "Plain p = default; Action a = {|TH1003:p.M|};")]
    [InlineData("HAA0603", "Action a = {|TH1003:Target|};")]
    [InlineData("HAA0604", "Action a = {|TH1006:s_action|};")]
    public Task What_allocates_is_reported(string rule, string statement)
    {
        Assert.Matches("^HAA0[1-6]0[1-6]$", rule);
        return Verify.Handler(statement, Members);
    }

    [Theory]
    [InlineData("Two(1, 2);")]
    [InlineData("Hashed h = default; state.Count = h.GetHashCode();")]
    [InlineData("const string s = \"a\" + \"b\"; if (s == \"ab\") { state.Count++; }")]
    [InlineData("int n = 1; void Local() => n++; Local();")]
    [InlineData("foreach (byte b in \"abc\"u8) { }")]
    [InlineData("int* a = stackalloc int[3]; a[0] = 1;")]
    [InlineData("ReadOnlySpan<int> a = [1, 2];")]
    [InlineData("_ = new Plain(); _ = new Plain { N = 1 };")]
    [InlineData("var a = (N: 1, M: 2); state.Count = a.N;")]
    [InlineData("long l = state.Count; double d = state.Count;")]
    [InlineData("Color c = (Color)state.Count;")]
    [InlineData("Plain p = default; p.M();")]
    [InlineData("delegate*<void> a = &Target;")]
    public Task What_does_not_allocate_is_clean(string statement) => Verify.Handler(statement, Members);
}
