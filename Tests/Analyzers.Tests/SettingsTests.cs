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
    [InlineData("", DiagnosticSeverity.Info)]
    [InlineData("tophalf_treat_info = suggestion", DiagnosticSeverity.Info)]
    [InlineData("tophalf_treat_info = warning", DiagnosticSeverity.Warning)]
    [InlineData("tophalf_treat_info = Error", DiagnosticSeverity.Error)]
    [InlineData("tophalf_treat_info = none", null)]
    [InlineData("tophalf_treat_info = warning\ndotnet_diagnostic.TH4005.severity = none", null)]
    [InlineData("tophalf_treat_info = warning\ndotnet_diagnostic.TH4005.severity = suggestion", DiagnosticSeverity.Info)]
    [InlineData("tophalf_treat_info = suggestion\ndotnet_diagnostic.TH4005.severity = error", DiagnosticSeverity.Error)]
    [InlineData("tophalf_treat_info = none\ndotnet_diagnostic.TH4005.severity = error", null)]
    public async Task Advice_is_treated_as_the_option_says_unless_the_rule_is_configured(string option, DiagnosticSeverity? severity)
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add("root = true\n[*.cs]\n" + option);
        var found = await Run.Of(Verify.Usings + Drains, state);
        Assert.Equal(
            severity is null ? ["TH1001 Warning"] : ["TH1001 Warning", $"TH4005 {severity}"],
            found.Select(diagnostic => $"{diagnostic.Id} {diagnostic.Severity}").Order(StringComparer.Ordinal));
    }

    // Found by what looks at registrations, and by what looks at promises.
    [Theory]
    [InlineData("suggestion", new[] { "TH0006 Info", "TH7005 Info" })]
    [InlineData("warning", new[] { "TH0006 Warning", "TH7005 Warning" })]
    [InlineData("none", new string[0])]
    public async Task All_advice_is_treated_alike(string value, string[] expected)
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add(("/any.globalconfig", "is_global = true\ntophalf_treat_info = " + value));
        var found = await Run.Of(
            Verify.Usings +
            """
            static unsafe class C
            {
                [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)] static void OnTick(ref int state, in InterruptContext context) => Add(ref state);
                [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)] static void Add(ref int state) => state++;
                [DllImport("shim")] static extern int timer_create(int clock, delegate* unmanaged<nint, void> callback);
                [UnmanagedCallersOnly] static void OnExpiry(nint value) { }
                static void Start() => timer_create(1, &OnExpiry);
            }
            """,
            state);
        Assert.Equal(expected, found.Select(diagnostic => $"{diagnostic.Id} {diagnostic.Severity}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_file_has_advice_as_it_wants_it()
    {
        CSharpAnalyzerTest<SignalContextAnalyzer> test = new();
        test.TestState.Sources.Add(("/loud/A.cs", Verify.Usings + Drains.Replace("while", "{|#0:while|}", StringComparison.Ordinal).Replace("new object()", "{|TH1001:new object()|}", StringComparison.Ordinal)));
        test.TestState.Sources.Add(("/quiet/B.cs", Verify.Usings + Drains.Replace("class C", "class D", StringComparison.Ordinal).Replace("new object()", "{|TH1001:new object()|}", StringComparison.Ordinal)));
        test.TestState.AnalyzerConfigFiles.Add("root = true\n[loud/*.cs]\ntophalf_treat_info = error\n[quiet/*.cs]\ntophalf_treat_info = none");
        test.TestState.ExpectedDiagnostics.Add(new DiagnosticResult("TH4005", DiagnosticSeverity.Error).WithLocation(0));
        await test.RunAsync();
    }

    [Theory]
    [InlineData("loud")]
    [InlineData("info")]
    [InlineData("warning, error")]
    public async Task A_treatment_that_does_not_exist_is_reported_and_advice_stays_advice(string value)
    {
        TestState state = new();
        state.AnalyzerConfigFiles.Add("root = true\n[*.cs]\ntophalf_treat_info = " + value);
        var found = await Run.Of(Verify.Usings + Drains, state);
        Assert.Equal(["TH0010 Warning", "TH1001 Warning", "TH4005 Info"], found.Select(diagnostic => $"{diagnostic.Id} {diagnostic.Severity}").Order(StringComparer.Ordinal));
        Assert.Equal(
            $"The option 'tophalf_treat_info' cannot be '{value}', so suggestion is used. Write suggestion, warning, error or none.",
            found.Single(diagnostic => diagnostic.Id == "TH0010").GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private const string Drains =
        """
        static class C
        {
            [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
            static void OnTick(ref int state, in InterruptContext context) { object o = new object(); while (state > 0) { state -= 7; } }
        }
        """;

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
