using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>Samples/Mistakes, mended by the fixes of the package alone: it builds, its handlers verify, and it runs.</summary>
[Collection(SharedPackage.Name)]
public sealed class MendedMistakesTests(TopHalfPackage package)
{
    private const int MostRuns = 6;

    private static readonly string[] s_sources = ["Mistakes.cs", "Unmendable.cs"];

    [Fact]
    public void Dotnet_format_leaves_a_program_that_builds_verifies_and_runs()
    {
        var project = new ConsumerProject(package, Repository.Read("Samples/Mistakes/Program.cs"));
        project.SetProperty("AllowUnsafeBlocks", "true");
        project.SetProperty("NoWarn", "$(NoWarn);CS0219;CS0414;CS0649;CS1998;SYSLIB1054");
        Array.ForEach(s_sources, name => project.AddFile(name, Repository.Read($"Samples/Mistakes/{name}")));
        project.AddFile(".editorconfig", Repository.Read("Samples/Mistakes/.editorconfig"));
        project.AddAdditionalFile("TopHalf.SafeApis.txt", Repository.Read("Samples/Mistakes/TopHalf.SafeApis.txt"));

        // It takes one fix of each rule in a run.
        int runs = 0;
        string before;
        do
        {
            Assert.True(runs++ < MostRuns, "Fixes are offered again and again:\n" + All());
            before = All();
            CommandResult format = project.Dotnet("format", "analyzers", "--severity", "info");
            Assert.True(format.Succeeded, format.ToString());
        }
        while (before != All());

        BuildResult build = project.Build("--no-restore");
        Assert.True(build.Succeeded, build + before);

        // Reasons, lists and options are for a person to write, and no fix mends what is in Unmendable.cs.
        Assert.Equal(
            [
                "Mistakes.cs TH0008", "Mistakes.cs TH0010", "TopHalf.SafeApis.txt TH0007", "Unmendable.cs TH0009", "Unmendable.cs TH1003", "Unmendable.cs TH4003", "Unmendable.cs TH6005",
                "Unmendable.cs TH7001", "Unmendable.cs TH7004", "Unmendable.cs TH7005",
            ],
            build.Findings.Select(static finding => $"{finding.File} {finding.Rule}").Distinct().Order(StringComparer.Ordinal));

        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run + before);
        Expected.InFile("Samples/Mistakes/mended.txt", string.Concat(run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal).Select(static line => line + "\n")));

        string All() => string.Concat(s_sources.Append("Program.cs").Select(project.Read));
    }
}
