namespace TopHalf.Package.Tests;

/// <summary>A project of somebody who uses the package, far from this repository: everything is done by the ordinary commands.</summary>
internal sealed class ConsumerProject
{
    /// <param name="package">What it references, unless <paramref name="references"/> says otherwise.</param>
    /// <param name="source">Its one source file.</param>
    /// <param name="name">Name of the project and of its folder.</param>
    /// <param name="targetFrameworks">One or more, separated by semicolons.</param>
    /// <param name="outputType">Exe or Library.</param>
    /// <param name="references">A project to reference in place of the package.</param>
    public ConsumerProject(
        TopHalfPackage package,
        string source,
        string name = "Consumer",
        string targetFrameworks = "net10.0",
        string outputType = "Exe",
        ConsumerProject? references = null)
    {
        Folder = Directory.CreateDirectory(Path.Combine(package.Folder, Path.GetRandomFileName(), name)).FullName;
        ProjectPath = Path.Combine(Folder, name + ".csproj");
        SourcePath = Path.Combine(Folder, "Program.cs");
        File.WriteAllText(SourcePath, source);

        // The folder feed joins the machine's own sources. Our package is unpacked into a folder of its own; others may come from the
        // machine's cache.
        File.WriteAllText(
            Path.Combine(Folder, "NuGet.config"),
            $"""
            <configuration>
              <packageSources><add key="just-packed" value="{package.Feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(package.Folder, "packages")}" /></config>
              <fallbackPackageFolders><add key="machine" value="{Repository.PackagesFolder}" /></fallbackPackageFolders>
            </configuration>
            """);
        string reference = references is null
            ? $"""<PackageReference Include="TopHalf" Version="{package.Version}" />"""
            : $"""<ProjectReference Include="{references.ProjectPath}" />""";
        File.WriteAllText(
            ProjectPath,
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFrameworks>{targetFrameworks}</TargetFrameworks>
                <OutputType>{outputType}</OutputType>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
                <EnableNETAnalyzers>false</EnableNETAnalyzers>
                <ErrorLog>$(MSBuildProjectDirectory)/$(TargetFramework).sarif,version=2.1</ErrorLog>
              </PropertyGroup>
              <ItemGroup>
                {reference}
              </ItemGroup>
            </Project>
            """);
    }

    public string Folder { get; }

    public string ProjectPath { get; }

    public string SourcePath { get; }

    public string Source => File.ReadAllText(SourcePath);

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public void AddFile(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    /// <summary>Adds an additional file.</summary>
    public void AddAdditionalFile(string name, string text)
    {
        AddFile(name, text);
        File.WriteAllText(
            ProjectPath,
            File.ReadAllText(ProjectPath).Replace("</ItemGroup>", $"""<AdditionalFiles Include="{name}" /></ItemGroup>""", StringComparison.Ordinal));
    }

    /// <summary>Sets a property in the project file.</summary>
    public void SetProperty(string name, string value) => File.WriteAllText(
        ProjectPath,
        File.ReadAllText(ProjectPath).Replace("</PropertyGroup>", $"<{name}>{value}</{name}></PropertyGroup>", StringComparison.Ordinal));

    /// <summary>Restores and builds. Findings come from the logs that the compiler writes.</summary>
    public BuildResult Build(params string[] arguments)
    {
        foreach (string old in Logs())
        {
            File.Delete(old);
        }

        CommandResult build = Dotnet(["build", "-c", "Release", .. arguments]);
        return new BuildResult(build, [.. Logs().SelectMany(SarifLog.Read)]);
    }

    /// <summary>Runs the program that <see cref="Build"/> has built for .NET 10.</summary>
    public CommandResult Run() => Dotnet(
        "exec", Path.Combine(Folder, "bin", "Release", "net10.0", Path.GetFileNameWithoutExtension(ProjectPath) + ".dll"));

    public CommandResult Dotnet(params string[] arguments) => Command.Dotnet(Folder, arguments);

    private string[] Logs() => Directory.GetFiles(Folder, "*.sarif");
}

/// <summary>What a build printed, and what the compiler and the analyzers found.</summary>
internal sealed record BuildResult(CommandResult Command, IReadOnlyList<Finding> Findings)
{
    public bool Succeeded => Command.Succeeded;

    /// <summary>Id and level of each of TopHalf's findings.</summary>
    public IEnumerable<string> RuleLevels =>
        Findings.Where(finding => finding.IsTopHalf).Select(finding => $"{finding.Rule} {finding.Level}");

    public override string ToString() => Command.ToString();
}
