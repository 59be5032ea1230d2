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
            // What has no modifier is no handler, nor called by one.
            MethodDeclarationSyntax { Modifiers.Count: > 0 } method => new Edit("", document, method, static current =>
            {
                var changed = (MethodDeclarationSyntax)current;
                return changed.WithModifiers(Modifiers.With(changed.Modifiers, SyntaxKind.UnsafeKeyword));
            }, sameness: nameof(UnsafeContext)),
            LocalFunctionStatementSyntax { Modifiers.Count: > 0 } function => new Edit("", document, function, static current =>
            {
                var changed = (LocalFunctionStatementSyntax)current;
                return changed.WithModifiers(Modifiers.With(changed.Modifiers, SyntaxKind.UnsafeKeyword));
            }, sameness: nameof(UnsafeContext)),
            _ => null,
        };
}
