using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>What README.md shows is true.</summary>
[Collection(SharedPackage.Name)]
public sealed partial class ReadmeTests(TopHalfPackage package)
{
    [Fact]
    public void The_example_builds_in_silence_and_runs_to_its_end()
    {
        var project = new ConsumerProject(package, Fenced("csharp").Single());

        BuildResult build = project.Build("-warnaserror");
        Assert.True(build.Succeeded, build.ToString());
        Assert.Empty(build.Findings);

        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run.ToString());
        Assert.StartsWith("Signal: ", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_rules_is_what_the_rules_say() => Expected.InPart(
        "README.md",
        "rules",
        "| rule | | severity |\n|---|---|---|\n" + string.Concat(Rules.All.Select(Row)));

    [Fact]
    public void The_commands_name_what_is_there() => Assert.Equal(
        ["dotnet run --project Samples/Metronome -c Release", "dotnet test -c Release"],
        Fenced("sh").Last().Split('\n', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void The_sample_to_run_is_there() => Assert.True(Directory.Exists(Repository.PathOf("Samples/Metronome")));

    private static string Row(DiagnosticDescriptor rule) =>
        $"| [{rule.Id}](Analyzers/Docs/{rule.Id}.md) | {rule.Title} | {rule.DefaultSeverity.ToString().ToLowerInvariant()} |\n";

    private static IEnumerable<string> Fenced(string language) =>
        FencedBlock().Matches(Repository.Read("README.md"))
            .Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value);

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedBlock();
}
