using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Where the program itself declares a symbol. An editor gives the sources of other projects along with them, where a build has assemblies; the compiler binds
/// nothing in those, and what is found must not depend on who asks.
/// </summary>
internal static class Declarations
{
    public static IEnumerable<SyntaxReference> DeclarationsIn(this ISymbol symbol, Compilation compilation) =>
        symbol.DeclaringSyntaxReferences.Where(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree));

    public static bool IsDeclaredIn(this ISymbol symbol, Compilation compilation) => symbol.DeclarationsIn(compilation).Any();
}
