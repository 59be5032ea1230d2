using Microsoft.CodeAnalysis.CodeFixes;
using Xunit;
using VerifyAmbiguous = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.AmbiguousFix>;
using VerifyBreaking = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.BreakingFix>;
using VerifyCrooked = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.CrookedFix>;
using VerifyDefault = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.DefaultFix>;
using VerifyEndless = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.EndlessFix>;
using VerifyIdle = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.IdleFix>;
using VerifyKeyless = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.KeylessFix>;
using VerifyNegligent = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.NegligentFix>;
using VerifyNoFix = TopHalf.Testing.CSharpCodeFixVerifier<TopHalf.Testing.NumberAnalyzer, TopHalf.Testing.EmptyCodeFixProvider>;

namespace TopHalf.Testing;

public sealed class CodeFixVerifierTests
{
    [Fact]
    public Task A_fix_is_applied_one_by_one_and_all_at_once() =>
        VerifyDefault.VerifyCodeFixAsync("class C { int x = [|1|], y = [|2|]; }", "class C { int x = default, y = default; }");

    [Fact]
    public Task Fixes_reach_all_files() =>
        new VerifyDefault.Test
        {
            TestState = { Sources = { "class C { int x = [|1|]; }", "class D { int x = [|2|], y = [|3|]; }" } },
            FixedState = { Sources = { "class C { int x = default; }", "class D { int x = default, y = default; }" } },
        }.RunAsync();

    [Fact]
    public async Task An_action_is_chosen_by_index_or_key()
    {
        await new VerifyDefault.Test
        {
            TestCode = "class C { int x = [|1|]; }", FixedCode = "class C { int x = default(int); }", CodeActionIndex = 1,
        }.RunAsync();
        await new VerifyDefault.Test
        {
            TestCode = "class C { int x = [|1|]; }", FixedCode = "class C { int x = default(int); }", CodeActionEquivalenceKey = "B",
        }.RunAsync();
        await new VerifyDefault.Test
        {
            TestCode = "class C { int x = [|1|]; }", FixedCode = "class C { int x = [|1|]; }", CodeActionEquivalenceKey = "C",
        }.RunAsync();
    }

    [Fact]
    public Task The_same_text_twice_says_that_no_fix_is_offered() =>
        VerifyDefault.VerifyCodeFixAsync("class C { int x = [|10|]; }", "class C { int x = [|10|]; }");

    [Fact]
    public async Task An_unwanted_fix_fails_the_test() =>
        await AnalyzerVerifierTests.FailsAsync(
            VerifyDefault.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = [|1|]; }"), "where none was expected");

    [Fact]
    public async Task A_fixable_diagnostic_that_remains_must_be_listed()
    {
        const string Source = "class C { int x = [|1|], y = [|10|]; }";
        await AnalyzerVerifierTests.FailsAsync(
            VerifyDefault.VerifyCodeFixAsync(Source, "class C { int x = default, y = [|10|]; }"), "The diagnostics of the fixed code differ");

        await new VerifyDefault.Test
        {
            TestCode = Source,
            FixedCode = "class C { int x = default, y = {|#0:10|}; }",
            FixedState = { ExpectedDiagnostics = { VerifyDefault.Diagnostic().WithLocation(0).WithArguments("10", "nothing") } },
        }.RunAsync();
    }

    [Fact]
    public Task Compiler_errors_of_the_source_may_remain() =>
        VerifyDefault.VerifyCodeFixAsync(
            "class C { int x = [|1|]; int y = {|CS0103:z|}; }", "class C { int x = default; int y = {|CS0103:z|}; }");

    [Fact]
    public Task Explicit_expectations_are_of_the_source() =>
        VerifyDefault.VerifyCodeFixAsync(
            "class C { int x = {|#0:1|}; }",
            VerifyDefault.Diagnostic("N1").WithLocation(0).WithArguments("1", "nothing"),
            "class C { int x = default; }");

    [Fact]
    public async Task Another_text_fails_the_test()
    {
        await AnalyzerVerifierTests.FailsAsync(
            VerifyDefault.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x  = default; }"), "One by one, the fixed text");
        await AnalyzerVerifierTests.FailsAsync(
            VerifyDefault.VerifyCodeFixAsync("class C { int x = 1; }", "class C { int x = default; }"), "Reported, not expected");
        await AnalyzerVerifierTests.FailsAsync(
            new VerifyDefault.Test
            {
                TestCode = "class C { int x = [|1|]; }", FixedCode = "class C { int x = default; }", BatchFixedCode = "class C { int x = default(int); }",
            }.RunAsync(),
            "Fix All in the Document, the fixed text");
    }

    [Fact]
    public async Task A_fix_whose_result_does_not_compile_fails_the_test() =>
        await AnalyzerVerifierTests.FailsAsync(
            VerifyBreaking.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = nonsense; }"), "Reported, not expected: Error CS0103");

    [Fact]
    public async Task A_fix_that_is_needed_again_and_again_fails_the_test() =>
        await AnalyzerVerifierTests.FailsAsync(
            VerifyEndless.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = 10; }"), "still offered after 1 rounds");

    [Fact]
    public async Task A_fix_that_changes_nothing_fails_the_test() =>
        await AnalyzerVerifierTests.FailsAsync(
            VerifyIdle.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = [|1|]; }"), "'idle' is offered, but changes nothing");

    [Fact]
    public async Task A_fix_without_a_key_of_its_own_fails_the_test()
    {
        await AnalyzerVerifierTests.FailsAsync(
            VerifyKeyless.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = default; }"), "'default' (no key)");
        await AnalyzerVerifierTests.FailsAsync(
            VerifyAmbiguous.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = default; }"), "'default' (A), 'other' (A)");
    }

    [Fact]
    public async Task A_tree_that_is_not_its_text_fails_the_test() =>
        await AnalyzerVerifierTests.FailsAsync(
            VerifyCrooked.VerifyCodeFixAsync("class C { const int x = [|1|]; }", "class C { const int x = x + y; }"), "differs from its own text");

    [Fact]
    public async Task A_Fix_All_that_misses_something_fails_the_test()
    {
        NegligentFix.Scopes = [FixAllScope.Solution];
        await AnalyzerVerifierTests.FailsAsync(
            VerifyNegligent.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = default; }"),
            "Fix All in the Solution, the fixed text", "TestProject1");
        NegligentFix.Scopes = [FixAllScope.Project];
        await AnalyzerVerifierTests.FailsAsync(
            VerifyNegligent.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = default; }"), "Fix All in the Project does nothing");
    }

    [Fact]
    public async Task A_fix_for_the_end_of_the_compilation_is_refused_unless_allowed()
    {
        await AnalyzerVerifierTests.FailsAsync(
            new CSharpCodeFixVerifier<EndAnalyzer, EndFix>.Test { TestCode = "class C;", FixedCode = "class C;" }.RunAsync(), "E1 is reported at the end");

        await new CSharpCodeFixVerifier<EndAnalyzer, EndFix>.Test
        {
            TestCode = "class C;", FixedCode = "class C;", AllowCompilationEndDiagnostics = true,
        }.RunAsync();
    }

    [Fact]
    public async Task An_analyzer_without_a_fix_is_tested_alike()
    {
        await VerifyNoFix.VerifyAnalyzerAsync("class C { int x = [|1|]; }");
        await VerifyNoFix.VerifyCodeFixAsync("class C { int x = [|1|]; }", "class C { int x = [|1|]; }");
        await AnalyzerVerifierTests.FailsAsync(VerifyNoFix.VerifyAnalyzerAsync("class C { int x = 1; }"));
    }

    [Fact]
    public Task Configuration_counts_for_fixes_too() =>
        new VerifyDefault.Test
        {
            TestState =
            {
                Sources = { "class C { int x = 1; }", "class D { int x = [|1|]; }" },
                AnalyzerConfigFiles = { "[Test0.cs]\ndotnet_diagnostic.N1.severity = none" },
            },
            FixedState = { Sources = { "class C { int x = 1; }", "class D { int x = default; }" } },
        }.RunAsync();
}
