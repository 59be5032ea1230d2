using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Whether pointers may be used at a place, and how they come to be.</summary>
internal static class UnsafeContext
{
    /// <summary>Whether the node lies in an unsafe context, or begins one.</summary>
    public static bool Includes(SyntaxNode node) => node.AncestorsAndSelf().Any(static ancestor => ancestor switch
    {
        UnsafeStatementSyntax => true,
        MemberDeclarationSyntax member => member.Modifiers.Any(SyntaxKind.UnsafeKeyword),
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.UnsafeKeyword),
        _ => false,
    });

    /// <summary>What makes the function around the node unsafe; <see langword="null"/> where nothing needs to, or can.</summary>
    public static Edit? For(SyntaxNode node, Document document) =>
        Includes(node) ? null : node.Ancestors().FirstOrDefault(static ancestor => ancestor is MemberDeclarationSyntax or LocalFunctionStatementSyntax) switch
        {
            MethodDeclarationSyntax method => new Edit("", document, method, static current =>
                ((MethodDeclarationSyntax)current).WithModifiers(With(((MethodDeclarationSyntax)current).Modifiers)), sameness: nameof(UnsafeContext)),
            LocalFunctionStatementSyntax function => new Edit("", document, function, static current =>
                ((LocalFunctionStatementSyntax)current).WithModifiers(With(((LocalFunctionStatementSyntax)current).Modifiers)), sameness: nameof(UnsafeContext)),
            _ => null,
        };

    // Behind 'static', before 'partial', which must be the last. What has no modifier is no handler, nor called by one.
    private static SyntaxTokenList With(SyntaxTokenList modifiers) =>
        modifiers.Insert(modifiers.IndexOf(SyntaxKind.StaticKeyword) + 1, SyntaxFactory.Token(default, SyntaxKind.UnsafeKeyword, [SyntaxFactory.Space]));
}
