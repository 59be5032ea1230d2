using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>Functions of native code that top-level statements declare, and that nobody calls any more once a fix has changed the file: the compiler would warn of them.</summary>
internal static class UnusedImports
{
    /// <summary>The changed file without those that the file before had a use for.</summary>
    public static SyntaxNode Without(SyntaxNode before, SyntaxNode after) =>
        Declared(after).FirstOrDefault() is null ? after : Removal.Without(after, [.. Declared(after).Where(import => Uses(after, import) == 0 && Uses(before, import) > 0)
            .Select(static import => import.Parent as GlobalStatementSyntax ?? (SyntaxNode)import)]);

    private static IEnumerable<LocalFunctionStatementSyntax> Declared(SyntaxNode root) =>
        root.DescendantNodes().OfType<LocalFunctionStatementSyntax>().Where(static function => function.Modifiers.Any(SyntaxKind.ExternKeyword));

    // By its name: an overload is a use, too.
    private static int Uses(SyntaxNode root, LocalFunctionStatementSyntax import) =>
        root.DescendantNodes().OfType<IdentifierNameSyntax>().Count(name => name.Identifier.ValueText == import.Identifier.ValueText);
}
