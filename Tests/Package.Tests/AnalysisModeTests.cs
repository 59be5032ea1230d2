using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>Who decides a finding's severity: the rule, then TopHalfAnalysisMode, then the user's own files.</summary>
[Collection(SharedPackage.Name)]
public sealed class AnalysisModeTests(TopHalfPackage package)
{
    // Program.cs is left alone; the user has an opinion about two other files with the same mistake.
    private const string EditorConfig =
        """
        [ByRule.cs]
        dotnet_diagnostic.TH1001.severity = suggestion

        [ByCategory.cs]
        dotnet_analyzer_diagnostic.category-TopHalf.ManagedHeap.severity = error
        """;

    [Fact]
    public void Without_a_mode_the_rules_speak_unless_the_user_does()
    {
        BuildResult build = Project().Build();

        Assert.Equal(["ByCategory.cs TH1001 error", "ByRule.cs TH1001 note", "Program.cs TH1001 warning"], Found(build));
    }

    [Fact]
    public void Strict_makes_errors_also_when_the_project_sets_it_unless_the_user_names_the_rule()
    {
        ConsumerProject project = Project();
        project.SetProperty("TopHalfAnalysisMode", "Strict");

        BuildResult build = project.Build();

        Assert.False(build.Succeeded);
        Assert.Equal(["ByCategory.cs TH1001 error", "ByRule.cs TH1001 note", "Program.cs TH1001 error"], Found(build));
    }

    [Fact]
    public void None_is_silent_unless_the_user_names_the_rule()
    {
        BuildResult build = Project().Build("-p:TopHalfAnalysisMode=None");

        Assert.True(build.Succeeded, build.ToString());
        Assert.Equal(["ByRule.cs TH1001 note"], Found(build));
    }

    [Fact]
    public void The_oldest_supported_compiler_gets_the_rules_and_a_mode_that_does_not_exist_is_reported()
    {
        BuildResult build = Project().Build("-p:CompilerApiVersion=roslyn4.8", "-p:TopHalfAnalysisMode=Stricter");

        Assert.Contains("warning TOPHALF0002", build.Command.StandardOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("TOPHALF0001", build.Command.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("Program.cs TH1001 warning", Found(build));
    }

    [Fact]
    public void A_compiler_too_old_for_the_rules_is_reported()
    {
        BuildResult build = Project().Build("-p:CompilerApiVersion=roslyn4.7");

        Assert.True(build.Succeeded, build.ToString());
        Assert.Contains("warning TOPHALF0001", build.Command.StandardOutput, StringComparison.Ordinal);
        Assert.Empty(Found(build));
    }

    // The log asks for suggestions, too, which a build without one does not even look for.
    [Fact]
    public void Advice_that_is_treated_as_a_warning_is_shown_by_a_build_without_a_log_and_is_an_error_where_warnings_are()
    {
        var project = new ConsumerProject(package, FaultyPrograms.Allocates);
        project.AddFile("Loud.cs", FaultyPrograms.DrainingHandler("Loud"));
        project.AddFile("ByRule.cs", FaultyPrograms.DrainingHandler("ByRule"));
        project.AddFile(".editorconfig", "[*.cs]\ntophalf_treat_info = warning\n[ByRule.cs]\ndotnet_diagnostic.TH4005.severity = suggestion\n");

        string output = project.Build("-p:ErrorLog=").Command.StandardOutput;
        Assert.Matches(@"Loud\.cs\(\d+,\d+\): warning TH4005: ", output);
        Assert.DoesNotContain("ByRule.cs", output, StringComparison.Ordinal);

        Assert.Equal(
            ["ByRule.cs TH4005 note", "Loud.cs TH4005 error", "Program.cs TH1001 error"], Found(project.Build("-p:TreatWarningsAsErrors=true", "--no-incremental")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Strict", "error")]
    [InlineData("None", "none")]
    public void A_mode_lists_every_rule(string mode, string severity) => Assert.Equal(
        Rules.All.Select(rule => $"dotnet_diagnostic.{rule.Id}.severity = {severity}"),
        Repository.Lines($"Analyzers/Package/TopHalf.{mode}.globalconfig").Where(line => line.Contains(".severity", StringComparison.Ordinal)));

    private static IEnumerable<string> Found(BuildResult build) =>
        build.Findings.Where(finding => finding.IsTopHalf).Select(finding => $"{finding.File} {finding.Rule} {finding.Level}");

    private ConsumerProject Project()
    {
        var project = new ConsumerProject(package, FaultyPrograms.Allocates);
        project.AddFile("ByRule.cs", FaultyPrograms.AllocatingHandler("ByRule"));
        project.AddFile("ByCategory.cs", FaultyPrograms.AllocatingHandler("ByCategory"));
        project.AddFile(".editorconfig", EditorConfig);
        return project;
    }
}
