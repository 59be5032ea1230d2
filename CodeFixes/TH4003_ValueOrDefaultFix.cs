using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Turns <c>n.Value</c> and <c>(int)n</c> into <c>n.GetValueOrDefault()</c>: 0 where there is no value, and the same where there is one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4003_ValueOrDefaultFix))]
[Shared]
public sealed class TH4003_ValueOrDefaultFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4003.ValueOrDefault";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ImplicitThrow];

    private protected override string FixAllTitle => "Use GetValueOrDefault()";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(document.Project.Solution, diagnostic, static (node, _) => Nullable(node) is not null, cancellationToken).ConfigureAwait(false)
                is not var (home, value, model)
            || Nullable(value) is not { } nullable
            || model.GetTypeInfo(nullable, cancellationToken).Type is not INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } type
            || !SymbolEqualityComparer.Default.Equals(type.TypeArguments[0], model.GetTypeInfo(value, cancellationToken).Type)
            || Comments.AreIn(value.DescendantTrivia().Where(trivia => value.Span.Contains(trivia.Span) && !nullable.Span.Contains(trivia.Span))))
        {
            return null;
        }

        Edit edit = new("Use GetValueOrDefault()", home, value, static current => SyntaxFactory.InvocationExpression(
            SyntaxFactory.MemberAccessExpression(
                SyntaxKind.SimpleMemberAccessExpression,
                SyntaxFactory.ParenthesizedExpression(Nullable((ExpressionSyntax)current)!.WithoutTrivia()).WithAdditionalAnnotations(Simplifier.Annotation),
                SyntaxFactory.IdentifierName("GetValueOrDefault"))).WithTriviaFrom(current));
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static ExpressionSyntax? Nullable(ExpressionSyntax value) => value switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Value", RawKind: (int)SyntaxKind.SimpleMemberAccessExpression } access => access.Expression,
        CastExpressionSyntax cast => cast.Expression,
        _ => null,
    };
}
