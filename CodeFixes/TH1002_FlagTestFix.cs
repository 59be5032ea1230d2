using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Turns <c>x.HasFlag(F)</c>, which boxes both, into <c>(x &amp; F) == F</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1002_FlagTestFix))]
[Shared]
public sealed class TH1002_FlagTestFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1002.FlagTest";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Boxing];

    private protected override string FixAllTitle => "Test flags by their bits";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);

        // Both the call and its argument are findings.
        SyntaxNode? place = root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (place?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { Expression: MemberAccessExpressionSyntax, ArgumentList.Arguments: [{ Expression: { } flag }] } call
            || (place != call && place != flag)
            || model?.GetOperation(call, cancellationToken) is not IInvocationOperation
            {
                TargetMethod: { Name: nameof(Enum.HasFlag), ContainingType.SpecialType: SpecialType.System_Enum }, Instance: { } value, Arguments: [{ } argument],
            }
            || TypeOf(value) is not { TypeKind: TypeKind.Enum } type || !SymbolEqualityComparer.Default.Equals(TypeOf(argument.Value), type)
            || !IsFixed(Unboxed(argument.Value)))
        {
            return null;
        }

        return new Edit("Test the bits", document, call, current =>
        {
            var changed = (InvocationExpressionSyntax)current;
            ExpressionSyntax of = Operand(((MemberAccessExpressionSyntax)changed.Expression).Expression);
            ExpressionSyntax bits = Operand(changed.ArgumentList.Arguments[0].Expression);
            return Operand(SyntaxFactory.BinaryExpression(
                SyntaxKind.EqualsExpression, SyntaxFactory.ParenthesizedExpression(SyntaxFactory.BinaryExpression(SyntaxKind.BitwiseAndExpression, of, bits)), bits))
                .WithTriviaFrom(current);
        });
    }

    private static ParenthesizedExpressionSyntax Operand(ExpressionSyntax expression) =>
        SyntaxFactory.ParenthesizedExpression(expression.WithoutTrivia()).WithAdditionalAnnotations(Simplifier.Annotation);

    private static IOperation Unboxed(IOperation operation) => operation is IConversionOperation { IsImplicit: true } conversion ? conversion.Operand : operation;

    private static ITypeSymbol? TypeOf(IOperation operation) => Unboxed(operation).Type;

    // Written twice, it must be the same, and do nothing, both times.
    private static bool IsFixed(IOperation flag) =>
        flag is { ConstantValue.HasValue: true } or ILocalReferenceOperation { Local.IsRef: false } or IParameterReferenceOperation { Parameter.RefKind: RefKind.None };
}
