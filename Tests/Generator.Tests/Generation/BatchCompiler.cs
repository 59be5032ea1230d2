using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using TopHalf.Generator.Material;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Generation;

/// <summary>A batch as the compiler left it.</summary>
/// <param name="Assembly">The path of what it emitted.</param>
/// <param name="Sources">What the analyzers say of each handler, in the order of the batch.</param>
internal sealed record CompiledBatch(string Assembly, IReadOnlyList<SourceVerdict> Sources);

/// <summary>Compiles batches against what this process itself runs on, with the analyzers of the package, as a user's project does.</summary>
internal static class BatchCompiler
{
    private static readonly Lazy<MetadataReference[]> s_references = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Append(typeof(State).Assembly.Location)
            .Append(typeof(HandlerVerifier).Assembly.Location)
            .DistinctBy(Path.GetFileName)
            .Where(IsNeeded)
            .Select(static path => MetadataReference.CreateFromFile(path))]);

    /// <summary>Writes the assembly into a folder, and analyzes the sources.</summary>
    /// <exception cref="InvalidOperationException">The generator wrote something that is not C#. The message shows it.</exception>
    public static CompiledBatch Compile(Batch batch, string folder)
    {
        CSharpCompilation compilation = Compilation(batch);
        string path = Path.Combine(folder, batch.Name + ".dll");
        using FileStream file = File.Create(path);
        EmitResult result = compilation.Emit(file);
        if (!result.Success)
        {
            IEnumerable<string> errors = result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10).Select(Describe);
            throw new InvalidOperationException($"The generator (seed {batch.Seed}) wrote what does not compile:\n{string.Join('\n', errors)}");
        }

        return new CompiledBatch(path, Analyze(batch, compilation));
    }

    public static CSharpCompilation Compilation(Batch batch) => CSharpCompilation.Create(
        batch.Name,
        [CSharpSyntaxTree.ParseText(batch.Source, new CSharpParseOptions(LanguageVersion.Latest))],
        s_references.Value,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true));

    private static List<SourceVerdict> Analyze(Batch batch, CSharpCompilation compilation)
    {
        // TH6xxx are about what two sides do beside each other, and say nothing of the code of one.
        ILookup<string, SourceFinding> ofType = SourceFinding.In(compilation).Where(static f => !f.Rule.StartsWith("TH6", StringComparison.Ordinal))
            .ToLookup(static f => OutermostType(f.Location));
        return [.. batch.Handlers.Select(h => new SourceVerdict([.. ofType[GeneratedHandler.ClassName(h.Index)]]))];
    }

    private static string OutermostType(Location location) =>
        location.SourceTree?.GetRoot().FindNode(location.SourceSpan).AncestorsAndSelf().OfType<TypeDeclarationSyntax>().LastOrDefault()?.Identifier.Text
            ?? throw new InvalidOperationException($"A finding of the analyzer lies in no type: {location}.");

    // Reading all of them costs a second.
    private static bool IsNeeded(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("TopHalf", StringComparison.Ordinal);
    }

    private static string Describe(Diagnostic diagnostic)
    {
        FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
        string line = diagnostic.Location.SourceTree?.GetText().Lines[place.StartLinePosition.Line].ToString() ?? "";
        return $"{diagnostic.Id} {diagnostic.GetMessage(CultureInfo.InvariantCulture)}\n    {line.Trim()}";
    }
}
