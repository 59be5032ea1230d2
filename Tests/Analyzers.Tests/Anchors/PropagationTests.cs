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
