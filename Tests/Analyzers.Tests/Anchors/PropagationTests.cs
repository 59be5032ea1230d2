using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Anchors;

/// <summary>Propagation as VSTHRD010's tests know it, and what they leave out: lambdas, operators, overrides; and the chain, which it does not show.</summary>
public sealed class PropagationTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Theory]
    [InlineData("{|TH2001:Method()|};")]
    [InlineData("state.Count = {|TH2001:Property|};")]
    [InlineData("{|TH2001:Property|} = 1;")]
    [InlineData("{|TH2001:default(S).Method()|};")]
    [InlineData("state.Count = {|TH2001:default(S)[1]|};")]
    [InlineData("state.Count = {|TH2001:(int)default(S)|};")]
    [InlineData("_ = {|TH2001:default(S) * 2|};")]
    [InlineData("{|TH2001:1.Extended()|};")]
    [InlineData("{|TH2001:Generic(1)|};")]
    [InlineData("{|TH2001:Deep()|};")]
    [InlineData("_ = {|TH2001:new S(1)|};")]
    [InlineData("var (a, b) = {|TH2001:default(S)|};")]
    public Task A_lock_comes_up_through_every_kind_of_member(string statement)
    {
        // A deconstruction is reported as a whole.
        string marked = statement.StartsWith("var (", StringComparison.Ordinal) ? "{|TH2001:var (a, b) = default(S)|};" : statement;
        return Verify.Handler(marked, Members("Monitor.Enter(null!);"));
    }

    [Theory]
    [InlineData("Method();")]
    [InlineData("state.Count = Property; Property = 1;")]
    [InlineData("default(S).Method(); state.Count = default(S)[1]; state.Count = (int)default(S); _ = default(S) * 2; 1.Extended(); Generic(1); Deep(); _ = new S(1);")]
    [InlineData("var (a, b) = default(S);")]
    public Task And_nothing_does_where_there_is_no_lock(string statement) => Verify.Handler(statement, Members(""));

    [Theory]
    [InlineData("int Local() => Other(); {|TH2001:Local()|};")]
    [InlineData("{|TH1003:Ticked += null|};")]
    [InlineData("{|TH1003:Ticked -= null|};")]
    [InlineData("_ = new T { {|TH2001:Value|} = 1 };")]
    [InlineData("if (default(T) is { {|TH2001:Value|}: 1 }) { }")]
    [InlineData("_ = default(T) with { {|TH2001:Value|} = 1 };")]
    [InlineData("foreach (int n in {|TH2001:default(T)|}) { }")]
    [InlineData("_ = new T { {|TH2001:1|} };")]
    [InlineData("_ = {|TH2001:new T(1)|};")]
    [InlineData("T t = {|TH2001:3|};")]
    [InlineData("T t = default; {|TH2001:t++|};")]
    [InlineData("T t = default; {|TH2001:t += 1|};")]
    [InlineData("if ({|TH2001:default(T)|}) { }")]
    [InlineData("_ = {|TH2001:default(T) == default|};")]
    [InlineData("{|TH2001:Run<T>()|};")]
    [InlineData("{|TH2001:ByRef()|} = 3;")]
    [InlineData("T? t = default(T); _ = t?{|TH2001:.Value|};")]
    public Task And_through_every_call_that_is_not_written_as_one(string statement) => Verify.Handler(statement, ImpliedMembers("Monitor.Enter(null!);"));

    [Theory]
    [InlineData("int Local() => Other(); Func<int>? f = null;")]
    [InlineData("delegate*<int> f = &Other;")]
    [InlineData("state.Count = sizeof(T);")]
    [InlineData("const bool debug = false; if (debug) { Other(); }")]
    [InlineData("Left();")]
    public Task What_is_only_defined_or_named_is_not_called(string statement) => Verify.Handler(statement, ImpliedMembers("Monitor.Enter(null!);"));

    [Fact]
    public Task Each_root_that_reaches_it_is_told() =>
        Verify.Members(
            $$"""
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void First(ref int state, in InterruptContext context) => {|TH2001:Shared()|};
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void Second(ref int state, in InterruptContext context) => {|TH2001:Shared()|};
            static void Unrelated() => Shared();
            {{Inline}} static void Shared() => Monitor.Enter(null!);
            """);

    [Fact]
    public Task A_circle_of_callees_ends() =>
        Verify.Handler("{|TH3007:{|TH2001:A(1)|}|};", $"{Inline} static void A(int n) => B(n); {Inline} static void B(int n) {{ if (n > 0) {{ A(n - 1); }} Monitor.Enter(null!); }}");

    [Fact]
    public Task The_chain_leads_from_the_handler_to_the_cause() =>
        Verify.Handler(
            "{|#0:A()|};", $"{Inline} static void A() => {{|#1:B()|}}; {Inline} static void B() => {{|#2:Monitor.Enter(null!)|}};",
            new DiagnosticResult("TH2001", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithMessage(null));

    private static string ImpliedMembers(string statement) =>
        $$"""
        {{Inline}} static int Other() { {{statement}} return 1; }
        static int s_value; {{Inline}} static ref int ByRef() { {{statement}} return ref s_value; }
        static event Action? Ticked { {{Inline}} add { {{statement}} } {{Inline}} remove { {{statement}} } }
        [Conditional("NEVER")] static void Left() { {{statement}} }
        interface IRun { void Do(); }
        {{Inline}} static void Run<TRun>() where TRun : struct, IRun => default(TRun).Do();
        struct T : IRun, System.Collections.IEnumerable
        {
            int _value;
            {{Inline}} public T(int n) : this() { {{statement}} }
            public int Value { {{Inline}} get { {{statement}} return 1; } {{Inline}} set { {{statement}} } }
            {{Inline}} public void Do() { {{statement}} }
            {{Inline}} public void Add(int n) { {{statement}} }
            public E GetEnumerator() => default; System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => null!;
            {{Inline}} public static implicit operator T(int n) { {{statement}} return default; }
            {{Inline}} public static T operator ++(T t) { {{statement}} return t; }
            {{Inline}} public static T operator +(T t, int n) { {{statement}} return t; }
            {{Inline}} public static bool operator true(T t) { {{statement}} return true; }
            {{Inline}} public static bool operator false(T t) { {{statement}} return true; }
            {{Inline}} public static bool operator ==(T t, T u) { {{statement}} return true; }
            {{Inline}} public static bool operator !=(T t, T u) => false;
            public override bool Equals(object? o) => false; public override int GetHashCode() => 1;
        }
        struct E { public int Current => 1; {{Inline}} public bool MoveNext() { {{statement}} return false; } }
        """;

    private static string Members(string statement) =>
        $$"""
        {{Inline}} static void Method() { {{statement}} }
        static int Property { {{Inline}} get { {{statement}} return 1; } {{Inline}} set { {{statement}} } }
        {{Inline}} static void Extended(this int n) { {{statement}} }
        {{Inline}} static void Generic<T>(T n) where T : unmanaged { {{statement}} }
        {{Inline}} static void Deep() => Deeper(); {{Inline}} static void Deeper() => Deepest(); {{Inline}} static void Deepest() { {{statement}} }
        struct S
        {
            {{Inline}} public S(int n) { {{statement}} }
            {{Inline}} public void Method() { {{statement}} }
            public int this[int n] { {{Inline}} get { {{statement}} return 1; } }
            {{Inline}} public static explicit operator int(S s) { {{statement}} return 1; }
            {{Inline}} public static S operator *(S s, int n) { {{statement}} return s; }
            {{Inline}} public void Deconstruct(out int a, out int b) { {{statement}} a = b = 1; }
        }
        """;
}
