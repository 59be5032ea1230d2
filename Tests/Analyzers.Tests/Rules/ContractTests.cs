using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests.Rules;

/// <summary>TH0005 and TH0006: what a promise means for other members, and where it means nothing.</summary>
public sealed class ContractTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Theory]
    [InlineData("public int {|TH0005:Next|}() { object box = 1; return 1; }")]
    [InlineData("public int {|TH0005:Next|}() => throw new Exception();")]
    [InlineData("public int {|TH0005:Next|}() => Other(); [MethodImpl(MethodImplOptions.AggressiveInlining)] int Other() { new object(); return 1; }")]
    [InlineData("[AsyncSignalUnsafe(\"it may log\")] public int {|TH0005:Next|}() => 1;")]
    [InlineData("[MethodImpl(MethodImplOptions.NoInlining)] public int {|TH0005:Next|}() => 1;")]
    [InlineData("int ICounter.{|TH0005:Next|}() { object box = 1; return 1; }")]
    public Task An_implementation_keeps_the_promise_of_the_interface(string member) =>
        Verify.File($$"""interface ICounter { [AsyncSignalSafe] int Next(); } struct S : ICounter { {{member}} }""");

    [Theory]
    [InlineData("public int Next() => 1;")]
    [InlineData("int ICounter.Next() => 1;")]
    [InlineData("public int Next() => Other(); [MethodImpl(MethodImplOptions.AggressiveInlining)] int Other() => 2;")]
    [InlineData("[AsyncSignalSafe] public int Next() { {|TH1001:new object()|}; return 1; }")]
    [InlineData("public int Next() => 1; public int Next(int n) { new object(); return n; }")]
    public Task An_implementation_that_keeps_it_or_answers_for_itself_is_clean(string member) =>
        Verify.File($$"""interface ICounter { [AsyncSignalSafe] int Next(); } struct S : ICounter { {{member}} }""");

    [Fact]
    public Task A_member_of_an_interface_without_the_promise_binds_nobody() =>
        Verify.File("interface ICounter { [AsyncSignalSafe] int Next(); int Slow(); } struct S : ICounter { public int Next() => 1; public int Slow() { new object(); return 1; } }");

    [Fact]
    public Task The_finding_names_promise_and_cause() =>
        Verify.File(
            $$"""
            abstract class Sink { [AsyncSignalSafe] public abstract void {|#1:Write|}(int n); }
            sealed class Loud : Sink
            {
                public override void {|#0:Write|}(int n) => {|#2:Format(n)|};
                {{Inline}} static string Format(int n) => {|#3:$"{n}"|};
            }
            """,
            new DiagnosticResult("TH0005", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithLocation(3).WithMessage(
                "'Loud.Write' overrides 'Sink.Write', which is [AsyncSignalSafe], but calls 'Format', which allocates (string interpolation): whoever calls the one in a handler gets the other. Make it safe, or take the promise back."));

    [Fact]
    public Task Overrides_of_overrides_inherit_it_too() =>
        Verify.File(
            """
            abstract class A { [AsyncSignalSafe] public abstract int M(); }
            class B : A { public override int M() => 1; }
            class C : B { public override int {|TH0005:M|}() { object box = 1; return 2; } }
            class D : B { public override int M() => 3; }
            """);

    [Fact]
    public Task A_hiding_member_is_another_member() =>
        Verify.File(
            """
            class A { [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] public virtual int M() => 1; }
            class B : A { public new int M() { object box = 1; return 2; } }
            """);

    [Theory]
    [InlineData("public int P { {|TH0005:get|} { object box = 1; return 1; } }")]
    [InlineData("public int P => {|TH0005:Other()|}; static int Other() { while (true) { } }")]
    [InlineData("public int P => 1;")]
    [InlineData("public int P { [AsyncSignalSafe] get => 1; }")]
    public Task Properties_promise_like_methods(string member) =>
        Verify.File($$"""interface I { [AsyncSignalSafe] int P { get; } } struct S : I { {{member}} }""");

    [Fact]
    public Task Static_members_of_interfaces_promise_too() =>
        Verify.File(
            """
            interface I { [AsyncSignalSafe] static abstract int Make(int n); }
            struct Good : I { public static int Make(int n) => n; }
            struct Bad : I { public static int {|TH0005:Make|}(int n) { object box = n; return n; } }
            """);

    [Fact]
    public Task A_generic_interface_promises_for_all_its_arguments() =>
        Verify.File(
            """
            interface I<T> { [AsyncSignalSafe] T Make(T n); }
            struct Good : I<int> { public int Make(int n) => n; }
            struct Bad : I<long> { public long {|TH0005:Make|}(long n) { object box = n; return n; } }
            """);

    [Fact]
    public Task A_base_class_that_brings_the_implementation_is_held_to_it_where_it_becomes_one() =>
        Verify.File(
            """
            interface I { [AsyncSignalSafe] int M(); }
            class Bad { public int M() { object box = 1; return 1; } }
            class {|TH0005:C|} : Bad, I { }
            class Good { public int M() => 1; }
            class D : Good, I { }
            """);

    [Fact]
    public Task A_state_machine_cannot_keep_it() =>
        Verify.File(
            """
            interface I { [AsyncSignalSafe] IEnumerable<int> Numbers(); }
            struct S : I { public IEnumerable<int> {|TH0005:Numbers|}() { yield return 1; } }
            """);

    [Theory]
    [InlineData("interface I { [AsyncSignalSafe] int M() } class C : I { public int M() { return ; } }")]
    [InlineData("interface I { [AsyncSignalSafe] int M(); } class C : I { }")]
    [InlineData("interface I { [AsyncSignalSafe] int M(); } class C : Missing, I { public int M(int n) => n; }")]
    [InlineData("interface I : I { [AsyncSignalSafe] int M(); } class C : C, I { public override int M() => M(); }")]
    [InlineData("class C { [AsyncSignalSafe, AsyncSignalSafe] private static int M( => M; }")]
    public async Task Broken_code_is_judged_without_an_exception(string source) =>
        Assert.DoesNotContain(await Run.Of(Verify.Usings + source), diagnostic => diagnostic.Id == "AD0001");

    private static string Handler(string attribute, string access = "private", string use = "Count(ref state);") =>
        $$"""
        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void OnTick(ref State state, in InterruptContext context) { {{use}} }
        {{attribute}} {{Inline}} {{access}} static void Count(ref State state) => state.Count++;
        """;

    [Fact]
    public Task A_private_method_that_a_handler_calls_needs_no_promise() =>
        Verify.MembersWithAdvice(
            Handler("[{|#0:AsyncSignalSafe|}]"),
            new DiagnosticResult("TH0006", DiagnosticSeverity.Info).WithLocation(0).WithMessage(
                "'Count' needs no [AsyncSignalSafe]: it is private, and judged with 'OnTick', which calls it. Remove the attribute."));

    [Theory]
    [InlineData("internal", "Count(ref state);")]
    [InlineData("public", "Count(ref state);")]
    [InlineData("private", "state.Count++;")]
    public Task A_promise_to_others_or_one_that_no_handler_tests_is_needed(string access, string use) =>
        Verify.MembersWithAdvice(Handler("[AsyncSignalSafe]", access, use));

    [Fact]
    public Task A_method_that_is_used_as_a_value_keeps_its_promise() =>
        Verify.MembersWithAdvice(Handler("[AsyncSignalSafe]") + "delegate void Update(ref State state); static Update Make() => Count;");

    [Fact]
    public Task A_promise_that_is_not_kept_is_not_called_needless() =>
        Verify.MembersWithAdvice(
            $$"""
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref State state, in InterruptContext context) => Log();
            [AsyncSignalSafe] {{Inline}} private static void Log() { {|TH1001:new object()|}; }
            """);

    [Fact]
    public Task A_call_that_never_runs_judges_nothing() =>
        Verify.MembersWithAdvice(Handler("[AsyncSignalSafe]", use: "if (false) { Count(ref state); }"));
}
