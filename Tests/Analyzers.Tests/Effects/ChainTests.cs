using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TopHalf.Testing;
using VerifyCS = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Analyzers.SignalContextAnalyzer>;

namespace TopHalf.Analyzers.Tests.Effects;

/// <summary>Effects come up through calls: where the finding stands, what it says, what it carries.</summary>
public sealed class ChainTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Fact]
    public Task The_finding_stands_at_the_handlers_own_call_and_names_the_chain() =>
        Verify.Handler(
            "{|#0:Log(state.Count)|};",
            $$"""
            {{Inline}} static void Log(int n) => {|#1:Format(n)|};
            {{Inline}} static string Format(int n) => {|#2:$"{n}"|};
            """,
            new DiagnosticResult("TH1004", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithMessage(
                "'OnTick' calls 'Log' → 'Format', which allocates (string interpolation): a string is an object on the managed heap. Hand the numbers over through an InterruptQueue and format them in the bottom half, or write constant text with InterruptLog."));

    [Theory]
    [InlineData("_ = {|#0:default(S) + 1|};", "operator +(S, int)")]
    [InlineData("int n = {|#0:default(S)|};", "implicit operator int(S)")]
    public Task An_operator_is_named_as_it_is_written(string statement, string name) =>
        Verify.Handler(
            statement,
            $$"""struct S { {{Inline}} public static int operator +(S s, int n) { {|#1:new object()|}; return n; } {{Inline}} public static implicit operator int(S s) { {|#2:new object()|}; return 1; } }""",
            new DiagnosticResult("TH1001", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(name.StartsWith("imp", StringComparison.Ordinal) ? 2 : 1).WithMessage(
                $"'OnTick' calls '{name}', which allocates (new object): the interrupted code may be inside the allocator, or a collection may be under way. Keep the data in the state, in a local struct or in a small stackalloc."));

    [Fact]
    public Task The_shortest_chain_is_named() =>
        Verify.Handler(
            "{|#0:A()|};",
            $$"""
            {{Inline}} static void A() { B(); {|#1:C()|}; }
            {{Inline}} static void B() => C();
            {{Inline}} static void C() => {|#2:throw new Exception()|};
            """,
            new DiagnosticResult("TH4001", DiagnosticSeverity.Warning).WithLocation(0).WithLocation(1).WithLocation(2).WithMessage(
                "'OnTick' calls 'A' → 'C', which throws: the exception lands in a catch block of the interrupted code, or ends the process, with every signal blocked. Record the error in the state and return."));

    [Fact]
    public Task Each_rule_is_reported_once_for_a_call() =>
        Verify.Handler("{|TH1001:{|TH4001:A()|}|};", $$"""{{Inline}} static void A() { new object(); new object(); throw new Exception(); }""");

    [Fact]
    public Task A_safe_callee_is_trusted_and_reported_at_itself() =>
        Verify.Handler("Log();", $$"""[AsyncSignalSafe] {{Inline}} static void Log() { {|TH1001:new object()|}; }""");

    [Theory]
    [InlineData("state.Count = {|TH1001:Value|};", "static int Value { [MethodImpl(MethodImplOptions.AggressiveInlining)] get { new object(); return 1; } }")]
    [InlineData("{|TH1001:Value|} = 1;", "static int Value { get => 1; [MethodImpl(MethodImplOptions.AggressiveInlining)] set { new object(); } }")]
    [InlineData("{|TH1001:Value|}++;", "static int Value { get => 1; [MethodImpl(MethodImplOptions.AggressiveInlining)] set { new object(); } }")]
    [InlineData("_ = {|TH1001:default(S)[1]|};", "struct S { public int this[int i] { [MethodImpl(MethodImplOptions.AggressiveInlining)] get { new object(); return 1; } } }")]
    [InlineData("_ = {|TH1001:default(S) + 1|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int operator +(S s, int n) { new object(); return n; } }")]
    [InlineData("_ = {|TH1001:-default(S)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int operator -(S s) { new object(); return 1; } }")]
    [InlineData("int n = {|TH1001:default(S)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static implicit operator int(S s) { new object(); return 1; } }")]
    [InlineData("S s = default; {|TH1001:s++|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static S operator ++(S s) { new object(); return s; } }")]
    [InlineData("S s = default; {|TH1001:s += 1|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static S operator +(S s, int n) { new object(); return s; } }")]
    [InlineData("_ = {|TH1001:new S(1)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public S(int n) { new object(); } }")]
    [InlineData("_ = {|TH1001:new S(1)|};", "struct S { object o = new object(); [MethodImpl(MethodImplOptions.AggressiveInlining)] public S(int n) { } }")]
    [InlineData("_ = {|TH1001:new S(1)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public S(int n) : this() { new object(); } }")]
    [InlineData("{|TH1001:var (a, b) = default(S)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Deconstruct(out int a, out int b) { new object(); a = b = 1; } }")]
    [InlineData("{|TH1001:Local()|}; [MethodImpl(MethodImplOptions.AggressiveInlining)] void Local() { new object(); }", "")]
    [InlineData("foreach (int i in {|TH1001:default(S)|}) { }", "struct S { public int Current => 1; public S GetEnumerator() => this; [MethodImpl(MethodImplOptions.AggressiveInlining)] public bool MoveNext() { new object(); return false; } }")]
    [InlineData("{|TH4002:using S {|TH1001:s = default|};|}", "struct S : IDisposable { [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Dispose() { new object(); } }")]
    [InlineData("bool b = default(S) is {|TH1001:(1, 2)|};", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public void Deconstruct(out int a, out int b) { new object(); a = b = 1; } }")]
    [InlineData("bool b = default(S) is { {|TH1001:P|}: 1 };", "struct S { public int P { [MethodImpl(MethodImplOptions.AggressiveInlining)] get { new object(); return 1; } } }")]
    [InlineData("fixed (int* p = {|TH1001:default(S)|}) { }", "struct S { [MethodImpl(MethodImplOptions.AggressiveInlining)] public ref int GetPinnableReference() { new object(); return ref Unsafe.NullRef<int>(); } }")]
    [InlineData("state.Count = {|TH1001:state.Count.Extension()|};", "")]
    public Task Implied_calls_are_calls(string statement, string members) =>
        Verify.Handler(statement, members + "[MethodImpl(MethodImplOptions.AggressiveInlining)] static int Extension(this int n) { new object(); return n; }");

    [Theory]
    [InlineData("bool b = {|TH0009:default(Pair) == default(Pair)|};")]
    [InlineData("bool b = {|TH0009:default(Pair).Equals(default(Pair))|};")]
    public Task What_the_compiler_generates_and_hides_cannot_be_judged(string statement) =>
        Verify.Handler(statement, "record struct Pair(int A, int B);");

    [Fact]
    public Task A_partial_handler_is_checked_once() =>
        Verify.Members(
            """
            [InterruptHandler] static partial void On(ref int state, in InterruptContext context);
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] static partial void On(ref int state, in InterruptContext context) { {|TH1001:new object()|}; }
            """);

    [Fact]
    public Task A_trusted_indirect_call_is_accepted() =>
        Verify.File(
            """
            namespace TopHalf.Verification { sealed class TrustedIndirectCallAttribute(string reason) : Attribute { public string Reason => reason; } }
            unsafe struct Slot { public delegate*<void> Handler; }
            static unsafe class C
            {
                [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining), TopHalf.Verification.TrustedIndirectCall("verified")]
                static void Run(Slot* slot) => slot->Handler();
                [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
                static void Walk(Slot* slot) => {|TH3006:slot->Handler()|};
            }
            """);

    [Fact]
    public async Task A_finding_tells_code_fixes_the_culprit_and_the_kind()
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Chain",
            [CSharpSyntaxTree.ParseText(Verify.Usings + "static class C { [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { Slow(); int[] a = new int[3]; } [MethodImpl(MethodImplOptions.NoInlining)] static void Slow() { } }")],
            TestReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        var diagnostics = await compilation.WithAnalyzers([new SignalContextAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        Diagnostic slow = Assert.Single(diagnostics, diagnostic => diagnostic.Id == "TH5003");
        Assert.Equal("M:C.Slow", slow.Properties[RuleProperties.Culprit]);
        Assert.Equal("Slow", slow.AdditionalLocations[^1].SourceTree!.GetText().ToString(slow.AdditionalLocations[^1].SourceSpan));
        Diagnostic array = Assert.Single(diagnostics, diagnostic => diagnostic.Id == "TH1001");
        Assert.Equal(RuleProperties.KindArray, array.Properties[RuleProperties.Kind]);
    }

#if !ROSLYN_FLOOR
    [Theory]
    [InlineData("Spans(1, 2);")]
    [InlineData("{|TH1005:Lists(1, 2)|};")]
    [InlineData("state.Count = {|TH1001:state.Count.Twice|};")]
    [InlineData("ReadOnlySpan<char> s = {|TH1006:Text()|};")]
    public Task Newer_forms_of_C_sharp_are_judged(string statement) =>
        Verify.File(
            $$"""
            struct State { public int Count; }
            static class E { extension(int n) { public int Twice { [MethodImpl(MethodImplOptions.AggressiveInlining)] get { new object(); return n * 2; } } } }
            static class C
            {
                [AsyncSignalSafe] static void Spans(params ReadOnlySpan<int> numbers) { }
                [AsyncSignalSafe] static void Lists(params List<int> numbers) { }
                [AsyncSignalSafe] static string Text() => null!;
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
                static void On(ref State state, in InterruptContext context) { {{statement}} }
            }
            """);
#endif

    [Fact]
    public Task An_interpolated_string_handler_is_called() =>
        Verify.Handler(
            "Log($\"{|TH1001:{state.Count}|}\");",
            """
            [AsyncSignalSafe] static void Log(Text text) { }
            [InterpolatedStringHandler] struct Text
            {
                [AsyncSignalSafe] public Text(int literal, int holes) { }
                [MethodImpl(MethodImplOptions.AggressiveInlining)] public void AppendFormatted(int n) { new object(); }
            }
            """);

    [Theory]
    [InlineData("if (Never) { new object(); }")]
    [InlineData("if (Never && state.Count > 3) { new object(); }")]
    [InlineData("if (state.Count > 3 && Never) { new object(); }")]
    [InlineData("if (Never && state.Count > 3 || state.Count < 3 && Never) { new object(); }")]
    [InlineData("if (Always || state.Count > 3) { state.Count++; } else { new object(); }")]
    [InlineData("if (!(state.Count > 3 || Always)) { new object(); }")]
    [InlineData("bool b = Never && new object() != null; state.Count = b ? 1 : 2;")]
    [InlineData("state.Count = Always || new object() != null ? 1 : 2;")]
    [InlineData("state.Count = state.Count > 3 && Never ? new object().GetHashCode() : 2;")]
    public Task A_branch_that_is_never_taken_is_clean(string statement) => Verify.Handler(statement, Constants);

    [Theory]
    [InlineData("if (Always && state.Count > 3) { {|TH1001:new object()|}; }")]
    [InlineData("if (Never || state.Count > 3) { {|TH1001:new object()|}; }")]
    [InlineData("if (Never && state.Count > 3 || state.Count < 3) { {|TH1001:new object()|}; }")]
    [InlineData("if (!(Never && state.Count > 3)) { {|TH1001:new object()|}; }")]
    [InlineData("if ({|TH1001:new object()|} != null && Never) { state.Count++; }")]
    [InlineData("bool b = Always && {|TH1001:new object()|} != null; state.Count = b ? 1 : 2;")]
    public Task A_branch_that_may_be_taken_is_judged(string statement) => Verify.Handler(statement, Constants);

    private const string Constants = "const bool Never = false; const bool Always = !Never;";

    [Fact]
    public Task The_chain_goes_through_other_files()
    {
        VerifyCS.Test test = new() { TestCode = Verify.Usings + "static class C { [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { {|TH1001:D.Log()|}; } }" };
        test.TestState.Sources.Add(Verify.Usings + "static class D { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Log() { new object(); } }");
        return test.RunAsync();
    }

    [Theory]
    [InlineData("[TopHalf.AsyncSignalSafe] public static void Log() { }", "Library.Log();")]
    [InlineData("public static int Value { [TopHalf.AsyncSignalSafe] get => 1; }", "state = Library.Value;")]
    [InlineData("[TopHalf.AsyncSignalSafe] public static int Value => 1;", "state = Library.Value;")]
    [InlineData("public static void Log() { }", "{|TH3001:Library.Log()|};")]
    [InlineData("[TopHalf.AsyncSignalUnsafe(\"x\")] public static void Log() { }", "{|TH3005:Library.Log()|};")]
    [InlineData("public static int Limit = 4;", "state = {|TH5001:Library.Limit|};")]
    [InlineData("public const int Limit = 4;", "state = Library.Limit;")]
    [InlineData("public static readonly unsafe delegate*<int> Get;", "unsafe { state = {|TH3006:Library.Get()|}; }")]
    [InlineData("public static unsafe delegate*<int> Get;", "unsafe { state = {|TH3006:{|TH5001:Library.Get|}()|}; }")]
    public Task Across_assemblies_the_attribute_is_the_contract(string library, string statement)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Library",
            [CSharpSyntaxTree.ParseText("public static class Library { " + library + " }")],
            TestReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        VerifyCS.Test test = new()
        {
            TestCode = Verify.Usings + $$"""static class C { [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void On(ref int state, in InterruptContext context) { {{statement}} } }""",
        };
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success);
        test.TestState.AdditionalReferences.Add(MetadataReference.CreateFromImage(image.ToArray()));
        return test.RunAsync();
    }

    [Fact]
    public Task A_users_list_makes_a_member_safe()
    {
        VerifyCS.Test test = WithTable("TopHalf.SafeApis.txt", "M:System.Math.Sin(System.Double) # leaf, and measured", "state.Value = Math.Sin(state.Value);");
        return test.RunAsync();
    }

    [Fact]
    public Task A_users_list_makes_a_member_unsafe_and_says_why()
    {
        VerifyCS.Test test = WithTable("TopHalf.UnsafeApis.txt", "M:System.Math.Min(*) | TH3001 | house rule | Compare by hand", "state.Count = {|#0:Math.Min(state.Count, 1)|};");
        test.ExpectedDiagnostics.Add(new DiagnosticResult("TH3001", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(
            "'OnTick' calls 'Math.Min' (house rule): it may allocate, lock, throw or be compiled on its first call. Compare by hand."));
        return test.RunAsync();
    }

    private static VerifyCS.Test WithTable(string name, string line, string statement)
    {
        VerifyCS.Test test = new()
        {
            TestCode = Verify.Usings + $$"""struct State { public int Count; public double Value; } static class C { [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref State state, in InterruptContext context) { {{statement}} } }""",
        };
        test.TestState.AdditionalFiles.Add((name, line));
        return test;
    }
}
