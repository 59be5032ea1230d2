using System.Text.RegularExpressions;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>Samples/Mistakes: every mistake is found, by the rule that its comment names, and in the words of expected.txt.</summary>
public sealed partial class MistakesTests(MistakesBuild build) : IClassFixture<MistakesBuild>
{
    private static readonly string[] s_files = ["Mistakes.cs", "Program.cs", "Unmendable.cs", "TopHalf.SafeApis.txt", ".editorconfig"];

    [Fact]
    public void The_findings_are_those_of_expected_txt() => Expected.InFile(
        "Samples/Mistakes/expected.txt",
        string.Concat(build.Findings.Select(finding => finding + "\n")));

    [Fact]
    public void There_is_a_mistake_for_every_rule() =>
        Assert.Equal(Rules.All.Select(rule => rule.Id), Announced().Select(mistake => mistake.Rule));

    // An option has no place in the compilation: what is wrong with it is said in a source that it is for.
    [Fact]
    public void Each_rule_finds_the_mistake_that_follows_its_name() => Assert.All(Announced(), mistake => Assert.Contains(
        build.Findings, finding => finding.Rule == mistake.Rule && (mistake.File == ".editorconfig"
            || (finding.File == mistake.File && finding.Line > mistake.FirstLine && finding.Line < mistake.EndLine))));

    private static List<(string Rule, string File, int FirstLine, int EndLine)> Announced() =>
        [.. s_files.SelectMany(Announced).OrderBy(mistake => mistake.Rule, StringComparer.Ordinal)];

    private static IEnumerable<(string Rule, string File, int FirstLine, int EndLine)> Announced(string file)
    {
        string[] lines = Repository.Lines($"Samples/Mistakes/{file}");
        var comments = lines.Select((line, index) => (RuleComment().Match(line).Groups[1].Value, Line: index + 1))
            .Where(comment => comment.Value.Length > 0).ToList();
        return comments.Select((comment, index) =>
            (comment.Value, file, comment.Line, index + 1 < comments.Count ? comments[index + 1].Line : lines.Length + 1));
    }

    [GeneratedRegex(@"^\s*(?://|#) (TH\d{4}): ")]
    private static partial Regex RuleComment();
}

/// <summary>One build of Samples/Mistakes.</summary>
public sealed class MistakesBuild
{
    public MistakesBuild()
    {
        string log = Path.Combine(Path.GetTempPath(), $"tophalf-mistakes-{Environment.ProcessId}.sarif");

        // It references what the tests were built with, so that is not built again.
        CommandResult build = Command.Dotnet(
            Repository.Root, "build", "Samples/Mistakes", "-c", Repository.Configuration, "--no-incremental",
            "-p:BuildProjectReferences=false", $"-p:ErrorLog={log}%2cversion=2.1");
        Assert.True(File.Exists(log), build.ToString());
        Findings = SarifLog.Read(log);
        File.Delete(log);
        Assert.All(Findings, finding => Assert.True(finding.IsTopHalf, finding.ToString()));
    }

    internal IReadOnlyList<Finding> Findings { get; }
}
