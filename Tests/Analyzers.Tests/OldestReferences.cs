using System.Reflection;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Tests;

/// <summary>.NET 8, and TopHalf as it is built for it: what is judged for the oldest runtime is compiled against these.</summary>
internal static class OldestReferences
{
    public static IReadOnlyList<MetadataReference> All { get; } =
        [.. Directory.EnumerateFiles(PathOf("oldest framework"), "*.dll").Order(StringComparer.Ordinal).Append(PathOf("oldest library")).Select(static path => MetadataReference.CreateFromFile(path))];

    private static string PathOf(string name) =>
        typeof(OldestReferences).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!;
}
