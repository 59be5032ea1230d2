using System.Reflection;
using Microsoft.CodeAnalysis;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>A version of .NET that handlers are built for. They may run on it, and on every one after it.</summary>
internal sealed class Target
{
    private readonly Lazy<MetadataReference[]> _references;

    private Target(string name)
    {
        Name = name;
        _references = new(() => [.. Directory.EnumerateFiles(PathOf(name), "*.dll").Order(StringComparer.Ordinal).Append(PathOf("library"))
            .Select(static path => MetadataReference.CreateFromFile(path))]);
    }

    /// <summary>The oldest first.</summary>
    public static IReadOnlyList<Target> All { get; } = [new("net8.0"), new("net9.0"), new("net10.0")];

    /// <summary>The moniker.</summary>
    public string Name { get; }

    /// <summary>Its reference assemblies, and the library.</summary>
    public IReadOnlyList<MetadataReference> References => _references.Value;

    private static string PathOf(string name) =>
        typeof(Target).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;
}
