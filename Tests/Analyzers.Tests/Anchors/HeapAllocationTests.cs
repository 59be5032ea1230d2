namespace TopHalf.Analyzers.Tests.Anchors;

/// <summary>Every form of allocation that the rules HAA0101 to HAA0604 of the heap allocation analyzers know, and beside each one that does not allocate.</summary>
public sealed class HeapAllocationTests
{
    private const string Members =
        """
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Params(params int[] n) { }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Two(int n, int m) { }
        struct Plain : IDisposable { public int N; public void M() { } public void Dispose() { } }
        struct Hashed { public override int GetHashCode() => 1; public override bool Equals(object? o) => true; }
        static int[] s_numbers = null!; static void Target() { } static readonly Action s_action = null!;
        static IEnumerable<int> Some() => null!;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Objects(params object?[]? n) { }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void Take(object o) { }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static void TakeFunc(Func<int> f) { }
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static object Give() => 1;
        [MethodImpl(MethodImplOptions.AggressiveInlining)] static int Instance() => 1;
        static object Boxed => 1;
        static Func<int> Property { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => Instance; }
        static event Action? Ticked;
        record Rec(int A);
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
    [InlineData("HAA0101", "{|TH1005:Objects({|TH1002:state.Count|})|};")]
    [InlineData("HAA0101", "{|TH1005:Objects()|};")]
    [InlineData("HAA0102", "state.Count = {|TH1002:Color.Red.GetHashCode()|};")]
    [InlineData("HAA0102", "_ = {|TH1002:Color.Red.HasFlag({|TH1002:Color.Green|})|};")]
    [InlineData("HAA0102", "Plain p = default; _ = {|TH1002:p.Equals({|TH1002:p|})|};")]
    [InlineData("HAA0102", "_ = {|TH1002:Color.Red.ToString()|};")]
    [InlineData("HAA0201", "string s = {|TH1004:$\"{state.Count}\"|};")]
    [InlineData("HAA0201", "string s = {|TH1004:\"a\" + 'b' + state.Count + 3.0|};")]
    [InlineData("HAA0201", "string s = {|TH1006:\"a\"|}; {|TH1004:s += state.Count|};")]
    [InlineData("HAA0301", "System.Linq.Expressions.Expression<Func<int>> e = {|TH1003:() => 1|};")]
    [InlineData("HAA0301", "Action<int> a = {|TH1003:static n => { }|};")]
    [InlineData("HAA0301", "var l = {|TH1001:new Lazy<int>({|TH1003:() => 1|})|};")]
    [InlineData("HAA0301", "Func<object> f = {|TH1003:() => 1|};")]
    [InlineData("HAA0301", "for (int i = 0; i < 3; i++) { int k = i; Action a = {|TH1003:() => k++|}; }")]
    [InlineData("HAA0301", "var q = {|TH1005:{|TH1006:s_numbers|}.Where({|TH1003:n => n > 1|})|};")]
    [InlineData("HAA0301", "Action a = {|TH1003:delegate { }|};")]
    [InlineData("HAA0301", "TakeFunc({|TH1003:() => 1|});")]
    [InlineData("HAA0301", "int n = state.Count; Func<int> f = {|TH1003:() => n|};")]
    [InlineData("HAA0401", "foreach (int n in {|TH1005:{|TH3002:{|TH4002:(IEnumerable<int>){|TH1006:s_numbers|}|}|}|}) { state.Count += n; }")]
    [InlineData("HAA0501", "object[] a = {|TH1001:{ {|TH1002:state.Count|} }|};")]
    [InlineData("HAA0501", "int[][] a = {|TH1001:new int[2][]|};")]
    [InlineData("HAA0501", "List<int> a = {|TH1005:[1, state.Count]|};")]
    [InlineData("HAA0501", "int[] a = {|TH1005:[1, state.Count]|};")]
    [InlineData("HAA0501", "Plain[] a = {|TH1001:new Plain[3]|};")]
    [InlineData("HAA0501", "int[] a = {|TH1001:new int[0]|};")]
    [InlineData("HAA0501", "foreach (int n in {|TH1001:{|TH1006:new[] { 1, 2 }|}|}) { state.Count += n; }")]
    [InlineData("HAA0502", "var l = {|TH1001:new List<int> { 1, 2 }|};")]
    [InlineData("HAA0502", "var d = {|TH1001:new Dictionary<int, int> { [1] = 2 }|};")]
    [InlineData("HAA0502", "string s = {|TH1001:new string('a', 3)|};")]
    [InlineData("HAA0502", "var r = {|TH1001:new Rec(1)|}; r = {|TH1001:r with { A = 2 }|};")]
    [InlineData("HAA0502", "Thing t = {|TH1001:new()|};")]
    [InlineData("HAA0502", "if ({|TH1001:new Thing()|} == null) { state.Count++; }")]
    [InlineData("HAA0502", "Thing t = {|TH1001:new() { Number = 1 }|};")]
    [InlineData("HAA0601", "Take({|TH1002:state.Count|});")]
    [InlineData("HAA0601", "object o; o = {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "dynamic d = {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "_ = {|TH1002:Give()|};")]
    [InlineData("HAA0601", "foreach (object o in {|TH1002:{|TH1006:s_numbers|}|}) { }")]
    [InlineData("HAA0601", "int? n = state.Count; object? o = {|TH1002:n|};")]
    [InlineData("HAA0601", "_ = {|TH1002:Boxed|};")]
    [InlineData("HAA0601", "Plain p = default; IDisposable d = {|TH1002:p|};")]
    [InlineData("HAA0601", "object? o = {|TH1002:state.Count as object|};")]
    [InlineData("HAA0601", "var o = {|TH1002:(object)state.Count|};")]
    [InlineData("HAA0601", "var t = (1, {|TH1002:(object)2|});")]
    [InlineData("HAA0601", "object? o = null; o = o ?? {|TH1002:state.Count|};")]
    [InlineData("HAA0601", "object o = state.Count > 3 ? {|TH1002:(object)1|} : {|TH1002:2|};")]
    [InlineData("HAA0603", "TakeFunc({|TH1003:Instance|});")]
    [InlineData("HAA0603", "TakeFunc({|TH1003:Property|});")]
    [InlineData("HAA0603", "{|TH1003:Ticked += {|TH1003:Target|}|};")]
    [InlineData("HAA0603", "Func<int> f = {|TH1003:Instance|};")]
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
    [InlineData("Plain p = default; p.M(); p.Dispose();")]
    [InlineData("Objects(null);")]
    [InlineData("Span<int> a = stackalloc[] { 1, 2 }; a[1] = 3;")]
    [InlineData("int? n = state.Count; int m = n ?? 3; state.Count = m;")]
    [InlineData("Plain? p = default(Plain); state.Count = p.HasValue ? 1 : 2;")]
    [InlineData("const string s = \"a\" + \"b\" + \"c\";")]
    [InlineData("Span<int> a = [1, state.Count]; state.Count = a[1];")]
    [InlineData("int n = state.Count; int Local(int m) => m + n; state.Count = Local(3);")]
    [InlineData("var (a, b) = (state.Count, 3L); state.Total = a + b;")]
    [InlineData("Color c = Color.Red; state.Count = (int)(c | Color.Green); if (c == Color.Green) { state.Count++; }")]
    [InlineData("delegate*<void> a = &Target;")]
    public Task What_does_not_allocate_is_clean(string statement) => Verify.Handler(statement, Members);
}
