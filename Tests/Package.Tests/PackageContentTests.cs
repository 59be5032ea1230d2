using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>What is in the package, and nothing else.</summary>
[Collection(SharedPackage.Name)]
public sealed class PackageContentTests(TopHalfPackage package)
{
    private const string Analyzers = "analyzers/dotnet/roslyn4.8/cs/TopHalf.Analyzers.dll";

    [Fact]
    public void The_package_holds_exactly_these_files()
    {
        using ZipArchive archive = ZipFile.OpenRead(package.FilePath);

        Assert.Equal(
            [
                "README.md",
                "THIRD-PARTY-NOTICES.txt",
                "TopHalf.nuspec",
                "analyzers/dotnet/roslyn4.14/cs/TopHalf.Analyzers.dll",
                "analyzers/dotnet/roslyn4.14/cs/TopHalf.CodeFixes.dll",
                "analyzers/dotnet/roslyn4.8/cs/TopHalf.Analyzers.dll",
                "buildTransitive/TopHalf.None.globalconfig",
                "buildTransitive/TopHalf.Strict.globalconfig",
                "buildTransitive/TopHalf.props",
                "buildTransitive/TopHalf.targets",
                "lib/net10.0/Iced.dll",
                "lib/net10.0/TopHalf.dll",
                "lib/net10.0/TopHalf.xml",
                "lib/net8.0/Iced.dll",
                "lib/net8.0/TopHalf.dll",
                "lib/net8.0/TopHalf.xml",
                "runtimes/linux-x64/lib/net10.0/Iced.dll",
                "runtimes/linux-x64/lib/net10.0/TopHalf.dll",
                "runtimes/linux-x64/lib/net8.0/Iced.dll",
                "runtimes/linux-x64/lib/net8.0/TopHalf.dll",
            ],
            archive.Entries.Select(entry => entry.FullName).Where(name => !IsContainerPart(name)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Packing_again_gives_the_same_bytes()
    {
        string again = TopHalfPackage.Pack(Path.Combine(package.Folder, "again"), package.Version);

        Assert.Equal(File.ReadAllBytes(package.FilePath), File.ReadAllBytes(again));
    }

    [Fact]
    public void Both_compiler_folders_hold_the_same_rules() => Assert.Equal(
        package.Read(Analyzers), package.Read("analyzers/dotnet/roslyn4.14/cs/TopHalf.Analyzers.dll"));

    [Theory]
    [InlineData(Analyzers, "4.8")]
    [InlineData("analyzers/dotnet/roslyn4.14/cs/TopHalf.CodeFixes.dll", "4.14")]
    public void No_assembly_needs_a_newer_compiler_than_its_folder_says(string assembly, string newest)
    {
        var roslyn = References(assembly).Where(other => other.Name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(roslyn);
        Assert.All(roslyn, other => Assert.True(new Version(other.Version.ToString(2)) <= new Version(newest), other.ToString()));
    }

    [Fact]
    public void The_rules_do_not_need_an_editor() =>
        Assert.DoesNotContain(References(Analyzers), other => other.Name.Contains("Workspaces", StringComparison.Ordinal));

    [Fact]
    public void The_rules_do_not_need_the_library() => Assert.DoesNotContain(References(Analyzers), other => other.Name == "TopHalf");

    [Fact]
    public void It_depends_on_no_other_package() => Assert.Equal(
        [("group", "net10.0"), ("group", "net8.0")],
        Nuspec().Single(element => element.Name.LocalName == "dependencies").Descendants()
            .Select(element => (element.Name.LocalName, (string)element.Attribute("targetFramework")!)));

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net10.0")]
    public void On_Linux_its_assemblies_are_compiled_ahead_from_the_same_sources(string framework)
    {
        foreach (string assembly in (string[])["Iced.dll", "TopHalf.dll"])
        {
            using PEReader plain = Open($"lib/{framework}/{assembly}");
            using PEReader precompiled = Open($"runtimes/linux-x64/lib/{framework}/{assembly}");

            Assert.Equal(0, plain.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
            Assert.NotEqual(0, precompiled.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
            Assert.Equal(Methods(plain), Methods(precompiled));
        }
    }

    [Fact]
    public void Its_licence_is_an_expression_and_its_page_is_the_readme()
    {
        Assert.Equal(("expression", "MIT"), ((string?)Metadata("license")!.Attribute("type"), Metadata("license")!.Value));
        Assert.Equal("README.md", Metadata("readme")!.Value);
        Assert.Equal(File.ReadAllBytes(Repository.PathOf("README.md")), package.Read("README.md"));
    }

    [Fact]
    public void It_flows_to_projects_that_reference_its_users() => Assert.Null(Metadata("developmentDependency"));

    [Fact]
    public void Its_version_is_the_newest_in_the_changelog()
    {
        string version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;
        string newest = Repository.Lines("CHANGELOG.md").Where(line => line.StartsWith("## [", StringComparison.Ordinal))
            .Select(line => line.Split('[', ']')[1]).First(heading => heading != "Unreleased");

        Assert.Equal(newest, version);
    }

    private static bool IsContainerPart(string entry) =>
        entry is "[Content_Types].xml" or "_rels/.rels" || entry.StartsWith("package/", StringComparison.Ordinal);

    private PEReader Open(string entry) => new(new MemoryStream(package.Read(entry)));

    // The IL of every method, in the order of the metadata.
    private static List<string> Methods(PEReader assembly)
    {
        MetadataReader metadata = assembly.GetMetadataReader();
        return
        [
            .. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Select(method =>
                $"{metadata.GetString(method.Name)} {(method.RelativeVirtualAddress == 0 ? "" : Convert.ToHexString(assembly.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!))}"),
        ];
    }

    private List<(string Name, Version Version)> References(string entry)
    {
        using PEReader assembly = Open(entry);
        MetadataReader metadata = assembly.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
                .Select(reference => (metadata.GetString(reference.Name), reference.Version)),
        ];
    }

    private XElement? Metadata(string name) =>
        Nuspec().SingleOrDefault(element => element.Name.LocalName == name && element.Parent?.Name.LocalName == "metadata");

    private IEnumerable<XElement> Nuspec() => XDocument.Load(new MemoryStream(package.Read("TopHalf.nuspec"))).Descendants();
}
