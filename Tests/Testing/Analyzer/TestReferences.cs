using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace TopHalf.Testing;

/// <summary>What test sources are compiled against: the reference assemblies that the test project itself was built with, and TopHalf.</summary>
internal static class TestReferences
{
    private const string ListName = "references.txt";

    public static ImmutableArray<MetadataReference> All { get; } =
        [.. ReadList().Append(typeof(InterruptHandlerAttribute).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];

    private static IEnumerable<string> ReadList()
    {
        using Stream list = Assembly.GetExecutingAssembly().GetManifestResourceStream(ListName)
            ?? throw new InvalidOperationException($"{ListName} is not embedded: the test project must import Tests/Testing's targets.");
        using StreamReader reader = new(list);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
