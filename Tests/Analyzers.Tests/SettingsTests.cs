using Microsoft.CodeAnalysis;
using TopHalf.Testing;

namespace TopHalf.Analyzers.Tests;

/// <summary>The options of Docs/options.md, and TH0010 for values that they cannot have.</summary>
public sealed class SettingsTests
{
    private const string Inline = "[MethodImpl(MethodImplOptions.AggressiveInlining)]";

    [Theory]
    [InlineData("", 4088, false)]
    [InlineData("", 4104, true)]
    [InlineData("tophalf_stack_budget = 512", 504, false)]
    [InlineData("tophalf_stack_budget = 512", 520, true)]
    [InlineData("tophalf_stack_budget = 8192", 8184, false)]
    [InlineData("tophalf_stack_budget = 8192", 8200, true)]
    public Task The_stack_budget_is_what_the_option_says(string option, int bytes, bool isReported)
    {
        string allocation = $"stackalloc byte[{bytes}]";
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new()
        {
            TestCode = Verify.Usings + Allocating(isReported ? $"{{|TH4004:{allocation}|}}" : allocation, "OnTick"),
        };
        test.TestState.AnalyzerConfigFiles.Add("root = true\n[*.cs]\n" + option);
        return test.RunAsync();
    }

    [Theory]
    [InlineData("tophalf_stack_budget = 4k", "tophalf_stack_budget", "4k", "4096")]
    [InlineData("tophalf_stack_budget = 0", "tophalf_stack_budget", "0", "4096")]
    [InlineData("tophalf_stack_budget = -1", "tophalf_stack_budget", "-1", "4096")]
    [InlineData("tophalf_stack_budget = 99999999999", "tophalf_stack_budget", "99999999999", "4096")]
    [InlineData("tophalf_chain_length = 1", "tophalf_chain_length", "1", "no limit")]
    [InlineData("tophalf_chain_length = all", "tophalf_chain_length", "all", "no limit")]
    public async Task A_value_that_cannot_be_used_is_reported_and_the_default_holds(string option, string name, string value, string used)
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add("root = true\n[*.cs]\n" + option);
        var found = await Run.Of(Verify.Usings + Allocating("stackalloc byte[4104]", "OnTick"), state);
        Assert.Equal(["TH0010", "TH4004"], found.Select(diagnostic => diagnostic.Id).Order(StringComparer.Ordinal));
        Diagnostic malformed = found.Single(diagnostic => diagnostic.Id == "TH0010");
        Assert.Equal(0, malformed.Location.SourceSpan.Start);
        Assert.StartsWith(
            $"The option '{name}' cannot be '{value}', so {used} is used. Write a whole number of ", malformed.GetMessage(System.Globalization.CultureInfo.InvariantCulture),
            StringComparison.Ordinal);
    }

    [Fact]
    public Task A_malformed_value_is_reported_once_however_many_files_it_is_for()
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add("{|#0:|}class A { }");
        test.TestState.Sources.Add("class B { }");
        test.TestState.AnalyzerConfigFiles.Add("root = true\n[*.cs]\ntophalf_stack_budget = much");
        test.TestState.ExpectedDiagnostics.Add(new DiagnosticResult("TH0010", DiagnosticSeverity.Warning).WithLocation(0).WithMessage(null));
        test.TestBehaviors = TestBehaviors.SkipSuppressionCheck; // Nothing stands before the first character of a file.
        return test.RunAsync();
    }

    [Fact]
    public Task A_global_configuration_sets_options_too()
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new() { TestCode = Verify.Usings + Allocating("{|TH4004:stackalloc byte[128]|}", "OnTick") };
        test.TestState.AnalyzerConfigFiles.Add(("/any.globalconfig", "is_global = true\ntophalf_stack_budget = 100"));
        return test.RunAsync();
    }

    [Fact]
    public Task A_section_sets_them_for_its_files_only()
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add(("/small/A.cs", Verify.Usings + Allocating("{|TH4004:stackalloc byte[128]|}", "OnTick")));
        test.TestState.Sources.Add(("/large/B.cs", Verify.Usings + Allocating("stackalloc byte[128]", "OnTick").Replace("class C", "class D", StringComparison.Ordinal)));
        test.TestState.AnalyzerConfigFiles.Add("root = true\n[small/*.cs]\ntophalf_stack_budget = 100");
        return test.RunAsync();
    }

    [Theory]
    [InlineData("", "'A' → 'B' → 'C' → 'D'")]
    [InlineData("tophalf_chain_length = 4", "'A' → 'B' → 'C' → 'D'")]
    [InlineData("tophalf_chain_length = 3", "'A' → 'B' → … → 'D'")]
    [InlineData("tophalf_chain_length = 2", "'A' → … → 'D'")]
    public async Task A_message_names_as_many_members_of_a_chain_as_the_option_says(string option, string chain)
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add("root = true\n[*.cs]\n" + option);
        Diagnostic found = Assert.Single(await Run.Of(
            Verify.Usings +
            $$"""
            static class T
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref int state, in InterruptContext context) => A();
                {{Inline}} static void A() => B();
                {{Inline}} static void B() => C();
                {{Inline}} static void C() => D();
                {{Inline}} static void D() => new object();
            }
            """,
            state));
        Assert.StartsWith($"'OnTick' calls {chain}, which allocates", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        // What the message leaves out, the places still show.
        Assert.Equal(4, found.AdditionalLocations.Count);
    }

    private static string Allocating(string allocation, string name) =>
        $$"""
        static unsafe class C
        {
            [InterruptHandler, SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void {{name}}(ref int state, in InterruptContext context) { byte* p = {{allocation}}; p[0] = 1; }
        }
        """;
}
