using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;
using VerifyNumbers = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Testing.NumberAnalyzer>;
using VerifyProject = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Testing.ProjectAnalyzer>;
using VerifyStrings = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Testing.StringAnalyzer>;
using VerifyStubborn = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Testing.StubbornAnalyzer>;
using VerifyThrowing = TopHalf.Testing.CSharpAnalyzerVerifier<TopHalf.Testing.ThrowingAnalyzer>;

namespace TopHalf.Testing;

public sealed class AnalyzerVerifierTests
{
    [Fact]
    public Task Unmarked_clean_code_passes() => VerifyNumbers.VerifyAnalyzerAsync("class C;");

    [Fact]
    public Task Markup_without_a_name_means_the_only_descriptor() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = [|1|], y = [|23|]; }");

    [Fact]
    public Task Markup_with_an_id_means_that_rule() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = {|N1:1|}; }");

    [Fact]
    public Task Markup_with_a_foreign_id_means_a_compiler_error() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = {|CS0103:y|}; }");

    [Fact]
    public Task A_position_means_a_diagnostic_that_starts_there() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = $$123; }");

    [Fact]
    public Task Rules_that_are_off_by_default_report_too() =>
        VerifyStrings.VerifyAnalyzerAsync("""class C { string x = {|S1:"x"|} + {|S2:"y"|} + {|S1:{|S2:"xx"|}|}; }""");

    [Fact]
    public Task Numbered_locations_serve_explicit_expectations() =>
        VerifyNumbers.VerifyAnalyzerAsync(
            "class C { int {|#1:M|}() => {|#0:1|}; }",
            VerifyNumbers.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("1", "M"));

    [Fact]
    public Task Explicit_expectations_may_ignore_what_they_do_not_mean() =>
        VerifyNumbers.VerifyAnalyzerAsync(
            "class C { int M() => {|#0:1|}; }",
            VerifyNumbers.Diagnostic("N1").WithLocation(0).WithMessage(null).WithSeverity(DiagnosticSeverity.Error)
                .WithOptions(DiagnosticOptions.IgnoreAdditionalLocations | DiagnosticOptions.IgnoreSeverity));

    [Fact]
    public Task A_whole_message_can_be_expected() =>
        VerifyNumbers.VerifyAnalyzerAsync(
            "class C { int x = {|#0:1|}; }",
            VerifyNumbers.Diagnostic(NumberAnalyzer.Rule).WithLocation(0).WithMessage("The number 1 in 'nothing'"));

    [Fact]
    public Task Compiler_errors_can_be_expected_explicitly() =>
        VerifyNumbers.VerifyAnalyzerAsync("class C { {|#0:D|} x; }", DiagnosticResult.CompilerError("CS0246").WithLocation(0).WithMessage(null));

    [Fact]
    public Task Compiler_warnings_are_no_part_of_the_comparison() => VerifyNumbers.VerifyAnalyzerAsync("class C { private int x; }");

    [Fact]
    public async Task A_diagnostic_that_is_not_reported_fails_the_test()
    {
        VerifierException failure = await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync("class C { int x = [|default|]; }"));
        Assert.Contains("Expected, not reported: N1 at /0/Test0.cs(1,19) 'default'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diagnostic_that_is_not_expected_fails_the_test()
    {
        VerifierException failure = await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync("class C { int x = 1; }"));
        Assert.Contains("Reported, not expected: Warning N1 at /0/Test0.cs(1,19) '1'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class C { int x = [|12|]3; }")]
    [InlineData("class C { int x = [|-|]1; }")]
    [InlineData("class C { int x = [|-1|]; }")]
    [InlineData("class C { int x = [|[|1|]|]; }")]
    [InlineData("class C { int x = 1$$2; }")]
    [InlineData("class C { int x = $$$$1; }")]
    [InlineData("class C { int x = y; }")]
    [InlineData("class C { int x = {|CS0104:y|}; }")]
    [InlineData("class C { int x = {|N2:1|}; }")]
    public async Task Another_span_number_or_id_fails_the_test(string source) => await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(source));

    [Fact]
    public async Task Explicit_expectations_fail_by_message_severity_and_additional_locations()
    {
        const string Source = "class C { int {|#1:M|}() => {|#0:1|}; int {|#2:N|}() => default; }";
        DiagnosticResult right = VerifyNumbers.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("1", "M");
        await VerifyNumbers.VerifyAnalyzerAsync(Source, right);

        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, right.WithArguments("1", "N")), "the message is");
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, right.WithMessage("other")), "the message is");
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, right.WithSeverity(DiagnosticSeverity.Error)), "the severity is Warning");
        DiagnosticResult elsewhere = VerifyNumbers.Diagnostic().WithArguments("1", "M").WithLocation(0);
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, elsewhere), "the additional locations are");
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, elsewhere.WithLocation(2)), "the additional locations are");
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, right.WithLocation(2)), "the additional locations are");
        await FailsAsync(
            VerifyNumbers.VerifyAnalyzerAsync(Source, VerifyNumbers.Diagnostic().WithArguments("1", "M").WithLocation(2)), "it is at");
    }

    [Fact]
    public async Task Each_report_is_matched_once()
    {
        const string Source = "class C { int M() => {|#0:1|}; }";
        DiagnosticResult one = VerifyNumbers.Diagnostic().WithLocation(0).WithMessage(null).WithOptions(DiagnosticOptions.IgnoreAdditionalLocations);
        await VerifyNumbers.VerifyAnalyzerAsync(Source, one);
        await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync(Source, one, one), "Expected, not reported: Warning N1");
    }

    [Fact]
    public void A_loose_expectation_leaves_the_report_that_a_strict_one_needs()
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText("1", path: "a.cs");
        Diagnostic[] reported = [Report("x"), Report("y"), Report("z")];
        DiagnosticResult loose = new DiagnosticResult(NumberAnalyzer.Rule).AtMarkup(new("a.cs", new(0, 1)));
        DiagnosticResult x = loose.WithMessage("The number x in 'M'");
        DiagnosticResult y = loose.WithMessage("The number y in 'M'");

        Assert.True(Matching.Of([loose, x, y], reported).IsComplete);
        Assert.True(Matching.Of([loose, loose, x], reported).IsComplete);
        Assert.Equal("The number x in 'M'", Assert.Single(Matching.Of([loose, loose, x, x], reported).Missing).Message);
        Assert.Equal("The number z in 'M'", Assert.Single(Matching.Of([x, y], reported).Surplus).GetMessage(CultureInfo.InvariantCulture));

        Diagnostic Report(string number) => Diagnostic.Create(NumberAnalyzer.Rule, Location.Create(tree, new(0, 1)), number, "M");
    }

    [Fact]
    public async Task An_analyzer_that_throws_fails_the_test() =>
        await FailsAsync(VerifyThrowing.VerifyAnalyzerAsync("class C;"), "AD0001", "on purpose");

    [Fact]
    public async Task A_diagnostic_that_a_pragma_does_not_silence_fails_the_test()
    {
        const string Source = "{|B1:|}class C;";
        await FailsAsync(VerifyStubborn.VerifyAnalyzerAsync(Source), "does not silence", "A file of 2 lines");

        await new VerifyStubborn.Test { TestCode = Source, TestBehaviors = TestBehaviors.SkipSuppressionCheck }.RunAsync();
    }

    [Fact]
    public Task Diagnostics_outside_the_source_need_not_be_silenced() =>
        new VerifyProject.Test
        {
            TestCode = "class C;",
            TestState =
            {
                AnalyzerConfigFiles = { ("/.globalconfig", "is_global = true\ntest.project = yes") },
                ExpectedDiagnostics = { VerifyProject.Diagnostic("P1") },
            },
        }.RunAsync();

    [Fact]
    public async Task Additional_files_reach_the_analyzer()
    {
        VerifyProject.Test test = new() { TestCode = "class C;", TestState = { AdditionalFiles = { ("/list.txt", "content") } } };
        await FailsAsync(test.RunAsync(), "P2 at /list.txt(1,1): content");
    }

    [Fact]
    public async Task Configuration_turns_rules_off_and_changes_their_severity()
    {
        const string Source = "class C { int x = {|#0:1|}; }";
        await new VerifyNumbers.Test
        {
            TestCode = "class C { int x = 1; }",
            TestState = { AnalyzerConfigFiles = { "root = true\n[*.cs]\ndotnet_diagnostic.N1.severity = none" } },
        }.RunAsync();
        await new VerifyNumbers.Test
        {
            TestCode = Source,
            TestState = { AnalyzerConfigFiles = { "[*.cs]\ndotnet_diagnostic.N1.severity = error" } },
            ExpectedDiagnostics =
            {
                VerifyNumbers.Diagnostic().WithLocation(0).WithArguments("1", "nothing").WithSeverity(DiagnosticSeverity.Error),
            },
        }.RunAsync();
        await new VerifyNumbers.Test
        {
            TestCode = "class C { int x = 1; }",
            TestState = { AnalyzerConfigFiles = { "[Test0.cs]\ngenerated_code = true" } },
        }.RunAsync();
    }

    [Fact]
    public Task Sources_are_compiled_together_against_the_framework_and_TopHalf() =>
        new VerifyNumbers.Test
        {
            TestState =
            {
                Sources =
                {
                    "partial class C { int x = [|1|]; [TopHalf.InterruptHandler] static void M() { } }",
                    ("/dir/Other.cs", "partial class C { int y = [|2|]; System.Span<byte> S() => new(new byte[x]); }"),
                },
            },
        }.RunAsync();

    [Fact]
    public async Task A_file_path_is_part_of_the_comparison()
    {
        VerifyNumbers.Test test = new() { TestState = { Sources = { "class C { int x = [|default|]; }", "class D { int x = 1      ; }" } } };
        await FailsAsync(test.RunAsync(), "/0/Test0.cs(1,19) 'default'", "/0/Test1.cs(1,19) '1'");
    }

    [Fact]
    public Task Top_level_statements_compile_as_an_application() =>
        new VerifyNumbers.Test { TestCode = "System.Console.WriteLine([|1|]);", TestState = { OutputKind = OutputKind.ConsoleApplication } }.RunAsync();

    [Fact]
    public async Task Markup_without_a_name_needs_a_single_descriptor()
    {
        const string Source = """class C { string x = [|"x"|]; }""";
        await Assert.ThrowsAsync<InvalidOperationException>(() => VerifyStrings.VerifyAnalyzerAsync(Source));
        Assert.Throws<InvalidOperationException>(() => VerifyStrings.Diagnostic());

        await new VerifyStrings.Test { TestCode = Source, MarkupOptions = MarkupOptions.UseFirstDescriptor }.RunAsync();
    }

    [Fact]
    public async Task Malformed_tests_are_refused()
    {
        DiagnosticResult at0 = VerifyNumbers.Diagnostic().WithLocation(0);
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyNumbers.VerifyAnalyzerAsync("class C;", at0));
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyNumbers.VerifyAnalyzerAsync("class {|#0:C|}; class {|#0:D|};"));
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = {|#0:1|}; }", at0));
        await Assert.ThrowsAsync<ArgumentException>(() => VerifyNumbers.VerifyAnalyzerAsync("class C { int x = {|#0:1|}; }", at0.WithArguments("1")));
    }

    [Fact]
    public async Task Dollars_of_raw_strings_are_code_where_the_test_says_so() =>
        await new VerifyStrings.Test
        {
            TestCode = """"
                class C { string x = $$"""{{ {|S1:"x"|} }}"""; }
                """",
            MarkupOptions = MarkupOptions.TreatPositionIndicatorsAsCode,
        }.RunAsync();

    [Fact]
    public async Task A_failure_shows_the_source_underlined_and_as_markup()
    {
        VerifierException failure = await FailsAsync(VerifyNumbers.VerifyAnalyzerAsync("""
            class C
            {
                int M() => 12;
            }
            """));

        Assert.Contains("""
            // /0/Test0.cs
            class C
            {
                int M() => 12;
                           ^^ N1: The number 12 in 'M'
            }
            """, failure.Message, StringComparison.Ordinal);
        Assert.Contains("    int M() => {|N1:12|};\n", failure.Message, StringComparison.Ordinal);
    }

    internal static async Task<VerifierException> FailsAsync(Task test, params string[] parts)
    {
        VerifierException failure = await Assert.ThrowsAsync<VerifierException>(() => test);
        Assert.All(parts, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
        return failure;
    }
}
