using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Several statements, or none, in the place of one.</summary>
internal static class Splice
{
    private static readonly SyntaxAnnotation s_mark = new("TopHalf.Splice");

    /// <summary>A block whose statements take its place in the list that it is put in. Where only one statement can stand, it stays a block.</summary>
    public static BlockSyntax Of(params StatementSyntax[] statements) => SyntaxFactory.Block(statements).WithAdditionalAnnotations(s_mark);

    /// <summary>Dissolves the blocks.</summary>
    public static SyntaxNode Into(SyntaxNode root)
    {
        while (root.GetAnnotatedNodes(s_mark).FirstOrDefault() is BlockSyntax block)
        {
            root = block.Parent is BlockSyntax or SwitchSectionSyntax
                ? root.ReplaceNode(block, block.Statements)
                : root.ReplaceNode(block, block.WithoutAnnotations(s_mark));
        }

        return root;
    }
}
