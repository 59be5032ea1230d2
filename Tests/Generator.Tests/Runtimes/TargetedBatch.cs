using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using TopHalf.Testing.Source;

namespace TopHalf.Generator.Tests.Runtimes;

/// <summary>A batch as it is compiled for one version, with what it works on in the same assembly: the judge of another runtime cannot load this one.</summary>
/// <param name="Assembly">The path of what was emitted.</param>
/// <param name="Sources">What the analyzers say of each handler, by its number. What the version's library does not have is left out.</param>
internal sealed record TargetedBatch(string Assembly, IReadOnlyDictionary<int, SourceVerdict> Sources)
{
    private static readonly CSharpParseOptions s_parsing = new(LanguageVersion.Latest);

    private static readonly Lazy<SyntaxTree> s_material = new(static () =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Checkout.Root, "Tests", "Generator.Tests", "Material.cs")), s_parsing));

    /// <summary>Writes the assembly into a folder, and analyzes the sources.</summary>
    /// <exception cref="InvalidOperationException">What is wrong lies in no handler.</exception>
    public static TargetedBatch Compile(Batch batch, Target target, string folder)
    {
        CSharpCompilation compilation = Compilation(batch, target);
        HashSet<string> wrong = [.. compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).Select(static d => d.Location).Select(TypeAt)];
        if (wrong.Count > 0)
        {
            batch = batch with { Handlers = [.. batch.Handlers.Where(h => !wrong.Contains(GeneratedHandler.ClassName(h.Index)))] };
            compilation = Compilation(batch, target);
        }

        string path = Path.Combine(folder, $"{batch.Name}.{target.Name}.dll");
        using FileStream file = File.Create(path);
        EmitResult result = compilation.Emit(file);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
        }

        ILookup<string, SourceFinding> ofType = SourceFinding.In(compilation).Where(static f => !f.Rule.StartsWith("TH6", StringComparison.Ordinal))
            .ToLookup(static f => TypeAt(f.Location));
        return new TargetedBatch(path, batch.Handlers.ToDictionary(static h => h.Index, h => new SourceVerdict([.. ofType[GeneratedHandler.ClassName(h.Index)]])));
    }

    private static CSharpCompilation Compilation(Batch batch, Target target) => CSharpCompilation.Create(
        batch.Name,
        [CSharpSyntaxTree.ParseText(batch.Source, s_parsing), s_material.Value],
        target.References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true));

    private static string TypeAt(Location location) =>
        location.SourceTree?.GetRoot().FindNode(location.SourceSpan).AncestorsAndSelf().OfType<TypeDeclarationSyntax>().LastOrDefault()?.Identifier.Text
            ?? throw new InvalidOperationException($"What is said lies in no type: {location}.");
}
