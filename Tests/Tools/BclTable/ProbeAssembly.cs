using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;

namespace TopHalf.BclTable;

/// <summary>Probes, compiled for one version of the library.</summary>
/// <param name="Path">The assembly.</param>
/// <param name="Probes">Those that are in it: the ones that compile and are bound to the member that they are for.</param>
internal sealed record ProbeAssembly(string Path, IReadOnlyList<Probe> Probes)
{
    /// <summary>Writes the assembly into the folder.</summary>
    /// <exception cref="InvalidOperationException">What is left does not compile: an error of this program.</exception>
    public static ProbeAssembly Compile(Framework framework, IEnumerable<Probe> probes, string folder)
    {
        (Probe Probe, SyntaxTree Tree)[] all = [.. probes.AsParallel().AsOrdered().Select(p => (p, CSharpSyntaxTree.ParseText(p.Source)))];
        CSharpCompilation first = framework.Compilation.AddSyntaxTrees(all.Select(p => p.Tree));
        HashSet<SyntaxTree> wrong = [.. first.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Location.SourceTree is not null).Select(d => d.Location.SourceTree!)];
        (Probe Probe, SyntaxTree Tree)[] right = [.. all.AsParallel().AsOrdered().Where(p => !wrong.Contains(p.Tree) && IsBound(p.Probe, p.Tree, first))];

        string path = System.IO.Path.Combine(folder, framework.Compilation.AssemblyName + ".dll");
        using FileStream file = File.Create(path);
        EmitResult result = framework.Compilation.AddSyntaxTrees(right.Select(p => p.Tree)).Emit(file);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10)
                .Select(d => d.GetMessage(CultureInfo.InvariantCulture))));
        }

        return new ProbeAssembly(path, [.. right.Select(p => p.Probe)]);
    }

    // Another overload may be the better one, and some operators of the metadata are the language's own.
    private static bool IsBound(Probe probe, SyntaxTree tree, CSharpCompilation compilation)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        return tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>().Any(node => model.GetSymbolInfo(node).Symbol is { } symbol && IsIt(symbol));

        bool IsIt(ISymbol symbol) => ((symbol as IMethodSymbol)?.ReducedFrom ?? symbol).OriginalDefinition.GetDocumentationCommentId() == probe.MemberId;
    }
}
