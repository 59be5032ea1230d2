using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers;

/// <summary>
/// All operations of one file, each with the member that it is in: what an operation action of the compiler's would be given, but for the files that
/// are asked for alone.
/// </summary>
internal static class OrdinaryCode
{
    public static IEnumerable<(IOperation Operation, ISymbol Member)> In(SemanticModel model, CancellationToken cancellation)
    {
        foreach (SyntaxNode node in model.SyntaxTree.GetRoot(cancellation).DescendantNodesAndSelf(static n => n is not (StatementSyntax or ExpressionSyntax or AttributeListSyntax)))
        {
            if (!HasBody(node) || model.GetOperation(node, cancellation) is not { } body || Member(node, model, cancellation) is not { } member)
            {
                continue;
            }

            foreach (IOperation operation in body.DescendantsAndSelf())
            {
                cancellation.ThrowIfCancellationRequested();
                yield return (operation, member);
            }
        }
    }

    private static bool HasBody(SyntaxNode node) => node switch
    {
        CompilationUnitSyntax unit => unit.Members.Any(static m => m is GlobalStatementSyntax),
        BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or PrimaryConstructorBaseTypeSyntax => true,
        ArrowExpressionClauseSyntax arrow => arrow.Parent is BasePropertyDeclarationSyntax,
        EqualsValueClauseSyntax value => value.Parent is PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax },
        _ => false,
    };

    private static ISymbol? Member(SyntaxNode node, SemanticModel model, CancellationToken cancellation) => node switch
    {
        ArrowExpressionClauseSyntax => (model.GetDeclaredSymbol(node.Parent!, cancellation) as IPropertySymbol)?.GetMethod,
        EqualsValueClauseSyntax => model.GetDeclaredSymbol(node.Parent!, cancellation),
        PrimaryConstructorBaseTypeSyntax => model.GetEnclosingSymbol(node.SpanStart, cancellation),
        _ => model.GetDeclaredSymbol(node, cancellation),
    };
}
