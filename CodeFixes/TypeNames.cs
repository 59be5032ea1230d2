using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Simplification;

namespace TopHalf.CodeFixes;

/// <summary>Names of types for new code: in full, and annotated so that the clean-up imports and shortens them where that is right.</summary>
internal static class TypeNames
{
    /// <summary>The name, where a type stands.</summary>
    public static NameSyntax Of(ITypeSymbol type, SyntaxNode place, SemanticModel model, Document document)
    {
        SyntaxNode name = SyntaxGenerator.GetGenerator(document).TypeExpression(type).WithAdditionalAnnotations(Simplifier.Annotation);

        // Where the short name means something already (the type, by a global using, or another one) there is nothing to import. The clean-up
        // sees that too, but leaves the empty lines of an import behind.
        bool isTaken = !model.LookupNamespacesAndTypes(place.SpanStart, name: type.Name).IsEmpty;
        return (NameSyntax)(isTaken ? name : name.WithAdditionalAnnotations(Simplifier.AddImportsAnnotation));
    }

    /// <summary>The name, where an expression stands: <c>Type.member</c>.</summary>
    public static ExpressionSyntax Member(ITypeSymbol type, string member, SyntaxNode place, SemanticModel model, Document document) =>
        Access(AsExpression(Of(type, place, model, document)), SyntaxFactory.IdentifierName(member));

    // The parser makes member accesses of a dotted name in an expression, the generator a qualified name.
    private static ExpressionSyntax AsExpression(NameSyntax name) =>
        name is QualifiedNameSyntax qualified ? qualified.CopyAnnotationsTo(Access(AsExpression(qualified.Left), qualified.Right))! : name;

    private static MemberAccessExpressionSyntax Access(ExpressionSyntax left, SimpleNameSyntax right) =>
        SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, left, right);
}
