// The sizes that the analyzer tells from the source, held against the IL of generated handlers and what they call.
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers.Effects;
using TopHalf.Generator.Tests.Generation;
using Xunit;

namespace TopHalf.Generator.Tests;

public sealed class ILSizeTests
{
    private const ulong Seed = 20261129;
    private const int Handlers = 300;

    [Fact]
    public void No_generated_method_has_less_IL_than_the_analyzer_says_nor_more_where_it_decides_nor_more_locals()
    {
        CSharpCompilation compilation = BatchCompiler.Compilation(Batch.Generate(Seed, 0, Handlers));
        using MemoryStream image = new();
        Assert.True(compilation.Emit(image).Success);
        using PEReader reader = new(new MemoryStream(image.ToArray()));
        MetadataReader metadata = reader.GetMetadataReader();
        Dictionary<(string, string, int), (int Bytes, int Locals)> actual = [];
        foreach (TypeDefinition type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            foreach (MethodDefinition method in type.GetMethods().Select(metadata.GetMethodDefinition).Where(static method => method.RelativeVirtualAddress != 0))
            {
                MethodBodyBlock body = reader.GetMethodBody(method.RelativeVirtualAddress);
                actual[(metadata.GetString(type.Name), metadata.GetString(method.Name), method.GetParameters().Count)] = (body.GetILReader().Length, Locals(metadata, body));
            }
        }

        SyntaxTree tree = compilation.SyntaxTrees[0];
        SemanticModel model = compilation.GetSemanticModel(tree);
        List<string> wrong = [];
        int measured = 0;
        foreach (MethodDeclarationSyntax syntax in tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
        {
            // What is async or iterates is a machine elsewhere.
            IMethodSymbol method = model.GetDeclaredSymbol(syntax)!;
            if (method.IsAsync || method.ReturnType.MetadataName == "IEnumerable`1" || !actual.TryGetValue((method.ContainingType.MetadataName, method.MetadataName, method.Parameters.Length), out (int Bytes, int Locals) emitted))
            {
                continue;
            }

            measured++;
            IOperation body = model.GetOperation(syntax)!;
            int least = ILSize.Least(body);
            int most = ILSize.Most(body, method);
            int locals = ILLocals.Most(body);
            if (least > emitted.Bytes || (most <= Inlining.AlwaysInlineSize && emitted.Bytes > Inlining.AlwaysInlineSize) || most < emitted.Bytes * 19 / 20 || locals < emitted.Locals)
            {
                wrong.Add($"{least} {emitted.Bytes} {most} bytes, {emitted.Locals} {locals} locals: {method.ContainingType.Name}.{method.Name}");
            }
        }

        Assert.InRange(measured, Handlers * 4, int.MaxValue);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // ECMA-335 II.23.2.6
    private static int Locals(MetadataReader metadata, MethodBodyBlock body)
    {
        if (body.LocalSignature.IsNil)
        {
            return 0;
        }

        BlobReader signature = metadata.GetBlobReader(metadata.GetStandaloneSignature(body.LocalSignature).Signature);
        Assert.Equal(SignatureKind.LocalVariables, signature.ReadSignatureHeader().Kind);
        return signature.ReadCompressedInteger();
    }
}
