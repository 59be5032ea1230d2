using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TopHalf.CodeFixes;

/// <summary>Modifiers of declarations.</summary>
internal static class Modifiers
{
    /// <summary>With another one behind <c>static</c>, where 'readonly', 'volatile' and 'unsafe' stand, and before <c>partial</c>, which must be the last.</summary>
    public static SyntaxTokenList With(SyntaxTokenList modifiers, SyntaxKind added) =>
        modifiers.Insert(modifiers.IndexOf(SyntaxKind.StaticKeyword) + 1, SyntaxFactory.Token(default, added, [SyntaxFactory.Space]));
}
