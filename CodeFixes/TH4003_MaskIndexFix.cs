using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>span[i]</c> into <c>span[i &amp; 15]</c> where the span has 16 elements, or another power of two, by its declaration: the index comes around, as
/// in a ring.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_MaskIndexFix))]
[Shared]
public sealed class TH4003_MaskIndexFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.MaskIndex";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Wrap indexes around";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ElementAccessExpressionSyntax>(document.Project.Solution, diagnostic, static (_, _) => true, cancellationToken).ConfigureAwait(false)
                is not ({ } home, { ArgumentList.Arguments: [{ Expression: { } index, NameColon: null }] } element, { } model)
            || model.GetConstantValue(index, cancellationToken).HasValue || model.GetTypeInfo(index, cancellationToken) is not { Type.SpecialType: SpecialType.System_Int32 }
            || Length(element.Expression, model, cancellationToken) is not (> 1 and var length) || (length & (length - 1)) != 0)
        {
            return null;
        }

        string mask = (length - 1).ToString(CultureInfo.InvariantCulture);
        Edit edit = new($"Wrap the index around (& {mask})", home, index, current =>
            SyntaxFactory.BinaryExpression(
                SyntaxKind.BitwiseAndExpression,
                SyntaxFactory.ParenthesizedExpression(((ExpressionSyntax)current).WithoutTrivia()).WithAdditionalAnnotations(Simplifier.Annotation),
                SyntaxFactory.ParseExpression(mask)).WithTriviaFrom(current));
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // What its only value says, or its type.
    private static int? Length(ExpressionSyntax span, SemanticModel model, CancellationToken cancellationToken)
    {
        if (InlineArray(model.GetTypeInfo(span, cancellationToken).Type) is { } fixedLength)
        {
            return fixedLength;
        }

        SyntaxNode? declarator = model.GetSymbolInfo(span, cancellationToken).Symbol is ILocalSymbol { DeclaringSyntaxReferences: [{ } reference] }
            ? reference.GetSyntax(cancellationToken) : null;
        return (declarator as VariableDeclaratorSyntax)?.Initializer?.Value switch
        {
            StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [{ } size] }] } } => Number(size),
            BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [_, { Expression: { } size }] } => Number(size),
            CollectionExpressionSyntax { Elements: var elements } when elements.All(static part => part is ExpressionElementSyntax) => elements.Count,
            LiteralExpressionSyntax { RawKind: (int)SyntaxKind.Utf8StringLiteralExpression } text => Encoding.UTF8.GetByteCount(text.Token.ValueText),
            _ => null,
        };

        int? Number(ExpressionSyntax size) => model.GetConstantValue(size, cancellationToken) is { HasValue: true, Value: int number } ? number : null;
    }

    private static int? InlineArray(ITypeSymbol? type) =>
        type?.GetAttributes().FirstOrDefault(static attribute => attribute.AttributeClass?.ToDisplayString() == "System.Runtime.CompilerServices.InlineArrayAttribute")
            is { ConstructorArguments: [{ Value: int length }] } ? length : null;
}
