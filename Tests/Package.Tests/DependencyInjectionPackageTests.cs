using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>The package with AddTopHalf(): small, and all that a program with services needs.</summary>
[Collection(SharedPackage.Name)]
public sealed class DependencyInjectionPackageTests(TopHalfPackage package)
{
    private const string Id = "TopHalf.DependencyInjection";

    [Fact]
    public void It_needs_TopHalf_and_the_abstractions_and_a_program_with_it_gets_the_time_provider()
    {
        string path = TopHalfPackage.Pack(package.Feed, package.Version, "Runtime/DependencyInjection", Id);

        Assert.Equal(
            [("Microsoft.Extensions.DependencyInjection.Abstractions", "8.0.0"), ("TopHalf", package.Version)],
            Nuspec(path).Descendants().Where(static element => element.Name.LocalName == "dependency")
                .Select(static element => ((string)element.Attribute("id")!, (string)element.Attribute("version")!)).Order());

        var project = new ConsumerProject(
            package,
            """
            using Microsoft.Extensions.DependencyInjection;

            IServiceCollection services = new ServiceCollection().AddTopHalf();
            ServiceDescriptor time = services.Single(service => service.ServiceType == typeof(TimeProvider));
            Console.WriteLine(time.Lifetime);
            """);
        File.WriteAllText(
            project.ProjectPath,
            File.ReadAllText(project.ProjectPath).Replace("Include=\"TopHalf\"", $"Include=\"{Id}\"", StringComparison.Ordinal));

        BuildResult build = project.Build("-warnaserror");
        Assert.True(build.Succeeded, build.ToString());
        Assert.Empty(build.Findings);
        CommandResult run = project.Run();
        Assert.True(run.Succeeded, run.ToString());
        Assert.Equal("Singleton\n", run.StandardOutput);
    }

    private static XDocument Nuspec(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        using Stream nuspec = archive.GetEntry($"{Id}.nuspec")!.Open();
        return XDocument.Load(nuspec);
    }
}
