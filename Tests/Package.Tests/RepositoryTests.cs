using System.Text.RegularExpressions;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>What holds for the whole repository.</summary>
public sealed partial class RepositoryTests
{
    // Folders and files at the top, and nothing else. What starts with a dot belongs to tools.
    private static readonly string[] s_topLevel =
    [
        "Analyzers", "CHANGELOG.md", "CodeFixes", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "README.md", "Runtime",
        "Samples", "Tests", "TopHalf.slnx", "global.json",
    ];

    [Fact]
    public void The_top_level_is_the_fixed_one() => Assert.Equal(
        s_topLevel, Repository.Files().Select(path => path.Split('/')[0]).Where(name => !name.StartsWith('.')).Distinct());

    [Fact]
    public void Links_in_Markdown_lead_somewhere() => Assert.Empty(
        from path in Repository.Files()
        where path.EndsWith(".md", StringComparison.Ordinal)
        from Match link in Link().Matches(WithoutCode(Repository.Read(path)))
        let target = link.Groups[1].Value
        where !target.Contains("://", StringComparison.Ordinal) && !IsThere(path, target)
        select $"{path}: {target}");

    [Fact]
    public void Every_project_but_the_broken_one_is_in_the_solution() => Assert.Equal(
        Repository.Files().Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && path != "Samples/Mistakes/Mistakes.csproj"),
        ProjectInSolution().Matches(Repository.Read("TopHalf.slnx")).Select(project => project.Groups[1].Value));

    [Fact]
    public void No_file_knows_one_machine_or_one_package_source() => Assert.Empty(
        from path in Repository.Files()
        from line in Repository.Lines(path)
        where MachinePath().IsMatch(line)
        select $"{path}: {line.Trim()}");

    // A link's anchor is the heading in lower case, without punctuation, with hyphens for blanks.
    private static bool IsThere(string from, string target)
    {
        string[] parts = target.Split('#');
        string path = parts[0].Length == 0 ? from : Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(from)!, parts[0]));
        if (!Path.Exists(Repository.PathOf(path)))
        {
            return false;
        }

        return parts.Length == 1 || Headings(Repository.Read(path)).Contains(parts[1]);
    }

    private static IEnumerable<string> Headings(string text) =>
        from Match heading in Heading().Matches(text)
        select NotInAnchor().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-');

    private static string WithoutCode(string text) => Code().Replace(text, "");

    [GeneratedRegex(@"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"Path=""([^""]+)""")]
    private static partial Regex ProjectInSolution();

    // Written in pieces, so that this file passes too.
    [GeneratedRegex(@"(?<![\w.])/(work|root|home|Users)" + @"/|https?://[\w.-]*(nu" + @"get|artifactory|nexus)[\w.-]*/v3|/index" + @"\.json")]
    private static partial Regex MachinePath();
}
