using System.Reflection;
using Xunit;

// Every test starts builds, which use all cores by themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TopHalf.Package.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The configuration that the tests, and so the projects to pack, were built in.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>Where this machine keeps restored packages.</summary>
    public static string PackagesFolder { get; } = Metadata("PackagesFolder");

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    public static string Read(string relativePath) => File.ReadAllText(PathOf(relativePath));

    public static string[] Lines(string relativePath) => Read(relativePath).Split('\n');

    /// <summary>Paths, relative to the root, of all files that git tracks or would track, and that exist.</summary>
    public static IReadOnlyList<string> Files()
    {
        // A checkout that belongs to another user, as in a container, is read all the same.
        CommandResult git = Command.Run("git", Root, "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z");
        Assert.True(git.Succeeded, git.ToString());
        IEnumerable<string> paths = git.StandardOutput.TrimEnd('\n').Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return [.. paths.Where(path => File.Exists(PathOf(path))).Order(StringComparer.Ordinal)];
    }

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
