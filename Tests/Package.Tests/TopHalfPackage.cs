using System.IO.Compression;
using Xunit;

namespace TopHalf.Package.Tests;

/// <summary>The package, packed once for all tests into a folder of its own.</summary>
/// <remarks>Its version is one that no cache can know, so that a restored package is always the one just packed.</remarks>
public sealed class TopHalfPackage : IDisposable
{
    /// <summary>Packs what the tests were built with.</summary>
    public TopHalfPackage()
    {
        Folder = Directory.CreateTempSubdirectory("tophalf-package-").FullName;
        Version = $"0.0.0-test.{Environment.ProcessId}.{Environment.TickCount64}";
        FilePath = Pack(Path.Combine(Folder, "feed"), Version);
    }

    /// <summary>For the package and what is made of it.</summary>
    public string Folder { get; }

    /// <summary>The folder feed with only this package in it.</summary>
    public string Feed => Path.GetDirectoryName(FilePath)!;

    public string Version { get; }

    public string FilePath { get; }

    /// <summary>Packs a project of this repository; returns the package's path.</summary>
    public static string Pack(string folder, string version, string project = "Runtime", string id = "TopHalf")
    {
        CommandResult pack = Command.Dotnet(
            Repository.Root, "pack", project, "--no-build", "-c", Repository.Configuration, "-o", folder, $"-p:PackageVersion={version}");
        Assert.True(pack.Succeeded, pack.ToString());
        return Path.Combine(folder, $"{id}.{version}.nupkg");
    }

    public byte[] Read(string entryName)
    {
        using ZipArchive archive = ZipFile.OpenRead(FilePath);
        using Stream entry = (archive.GetEntry(entryName) ?? throw new FileNotFoundException(entryName)).Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>The collection of tests that share one <see cref="TopHalfPackage"/>.</summary>
[CollectionDefinition(Name)]
public sealed class SharedPackage : ICollectionFixture<TopHalfPackage>
{
    public const string Name = "Package";
}
