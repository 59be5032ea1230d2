using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes a static <c>volatile</c> that a handler shares and that <see cref="Volatile"/> has no methods for: an enum, or a <c>char</c>. Then every
/// access is what <c>Volatile.Read</c> and <c>Volatile.Write</c> are for other types.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6002_VolatileFieldFix))]
[Shared]
public sealed class TH6002_VolatileFieldFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6002.VolatileField";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.PlainAccess];

    private protected override string FixAllTitle => "Make fields volatile";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax place
            && model.GetSymbolInfo(place, cancellationToken).Symbol is IFieldSymbol { IsStatic: true, IsReadOnly: false, IsConst: false, IsVolatile: false } field
            && CanBeVolatile(field.Type)
            && field.DeclaringSyntaxReferences is [{ } reference] && solution.GetDocument(reference.SyntaxTree) is { } home
            && await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax { Declaration.Variables.Count: 1 } declaration }
            && await IsNeverReferencedAsync(solution, field, cancellationToken).ConfigureAwait(false)
            ? new Edit($"Make '{field.Name}' volatile", home, declaration, static current =>
            {
                var changed = (FieldDeclarationSyntax)current;
                return changed.WithModifiers(Modifiers.With(changed.Modifiers, SyntaxKind.VolatileKeyword));
            })
            : null;
    }

    // What the language allows and Volatile has no method for.
    private static bool CanBeVolatile(ITypeSymbol type) => type.SpecialType == SpecialType.System_Char
        || type is INamedTypeSymbol
        {
            EnumUnderlyingType.SpecialType: SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16
                or SpecialType.System_UInt16 or SpecialType.System_Int32 or SpecialType.System_UInt32,
        };

    // A reference to it would not be volatile, which is a warning.
    private static async Task<bool> IsNeverReferencedAsync(Solution solution, IFieldSymbol field, CancellationToken cancellation)
    {
        foreach (ReferenceLocation place in (await SymbolFinder.FindReferencesAsync(field, solution, cancellation).ConfigureAwait(false))
            .SelectMany(static reference => reference.Locations))
        {
            SyntaxNode? root = await place.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
            SyntaxNode? name = root?.FindNode(place.Location.SourceSpan, getInnermostNodeForTie: true);
            SyntaxNode? whole = name?.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
            if (whole?.Parent is null or RefExpressionSyntax or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression }
                or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None })
            {
                return false;
            }
        }

        return true;
    }
}
