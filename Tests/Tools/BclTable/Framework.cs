using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.BclTable;

/// <summary>A version of the class library: its reference assemblies.</summary>
internal sealed class Framework
{
    private readonly Lazy<CSharpCompilation> _compilation;

    private Framework(string name)
    {
        Name = name;
        _compilation = new(() => CSharpCompilation.Create(
            "Probes." + name,
            [CSharpSyntaxTree.ParseText(ProbeWriter.State), CSharpSyntaxTree.ParseText(Representatives.Struct)],
            Directory.EnumerateFiles(PathOf(name), "*.dll").Order(StringComparer.Ordinal).Append(PathOf("library"))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true)));
    }

    /// <summary>The newest first: most of what is unsafe is unsafe there, and is asked of no other.</summary>
    public static IReadOnlyList<Framework> All { get; } = [new("net10.0"), new("net9.0"), new("net8.0")];

    /// <summary>The target framework's moniker.</summary>
    public string Name { get; }

    /// <summary>Refers to the reference assemblies and to the library, and holds what all probes use.</summary>
    public CSharpCompilation Compilation => _compilation.Value;

    private static string PathOf(string name) =>
        typeof(Framework).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;
}
