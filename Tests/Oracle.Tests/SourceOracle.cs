// What the analyzer says of the catalogue's handlers, by their sources, on the newest compiler.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Testing;
using TopHalf.Testing.Source;
using Xunit;

namespace TopHalf.Oracle.Tests;

internal sealed class SourceOracle
{
    // What the SDK adds to every file.
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly ILookup<string, SourceFinding> _findings;

    private SourceOracle(ILookup<string, SourceFinding> findings, IReadOnlySet<string> compiledFirst)
    {
        _findings = findings;
        CompiledFirst = compiledFirst;
    }

    /// <summary>Handlers that the program compiles before the initialisers that registration would have run.</summary>
    public IReadOnlySet<string> CompiledFirst { get; }

    /// <summary>Empty where the analyzer passes it.</summary>
    public IReadOnlyList<SourceFinding> Of(string handler) => [.. _findings[handler]];

    /// <param name="program">The published program, with the library beside it.</param>
    public static SourceOracle Read(string program)
    {
        string sources = Path.Combine(PublishedProgram.RepositoryRoot, "Tests", "Oracle");
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        SyntaxTree[] trees = [.. Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(static f => Path.GetFileName(f) != "Program.cs")
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f))
            .Append(CSharpSyntaxTree.ParseText(GlobalUsings, options))];
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(f) is "Microsoft.CSharp.dll" or "netstandard.dll")
            .Append(Path.Combine(Path.GetDirectoryName(program)!, "TopHalf.dll"));
        var compilation = CSharpCompilation.Create(
            "Oracle",
            trees,
            references.Select(static f => MetadataReference.CreateFromFile(f)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        Diagnostic[] errors = [.. compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error)];
        Assert.True(errors.Length == 0, string.Join<Diagnostic>('\n', errors));

        return new SourceOracle(
            SourceFinding.In(compilation).ToLookup(static f => NameOf(MethodAt(f.Location))),
            trees.SelectMany(static t => t.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
                .Where(static m => m.AttributeLists.ToString().Contains("CompileFirst = true", StringComparison.Ordinal)).Select(NameOf).ToHashSet());
    }

    private static MethodDeclarationSyntax MethodAt(Location location) =>
        location.SourceTree!.GetRoot().FindNode(location.SourceSpan).AncestorsAndSelf().OfType<MethodDeclarationSyntax>().Last();

    // As the program names its handlers.
    private static string NameOf(MethodDeclarationSyntax method)
    {
        var type = (TypeDeclarationSyntax)method.Parent!;
        string space = method.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().First().Name.ToString();
        return $"{space}.{type.Identifier.Text}:{method.Identifier.Text}";
    }
}
