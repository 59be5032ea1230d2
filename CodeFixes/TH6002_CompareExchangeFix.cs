using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>if (x == a) x = b;</c> on what a handler shares, directly (TH6002) or by way of a pointer (TH6004), into
/// <see cref="Interlocked"/>.CompareExchange: <c>Volatile</c> on both accesses would leave the gap between them.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6002_CompareExchangeFix))]
[Shared]
public sealed class TH6002_CompareExchangeFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6002.CompareExchange";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.PlainAccess, RuleIds.RawPointer];

    private protected override string FixAllTitle => "Test and set at once";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax variable
            || CheckThenAct.Around(variable, model, cancellationToken) is not { } both
            || model?.GetOperation(both.Action.Left, cancellationToken) is not { Type: { } type } operation || !Variables.CanBeReferenced(operation)
            || KeptComments.Within(both.Statement) is not { } comments
            || model.Compilation.GetTypeByMetadataName("System.Threading.Interlocked") is not { } interlocked
            || !interlocked.GetMembers(nameof(Interlocked.CompareExchange)).OfType<IMethodSymbol>().Any(method =>
                !method.IsGenericMethod && method.Parameters[0].Type.SpecialType == type.SpecialType))
        {
            return null;
        }

        return new Edit("Use Interlocked.CompareExchange", document, both.Statement, current =>
            KeptComments.Above(SyntaxFactory.ExpressionStatement(SyntaxFactory.InvocationExpression(
                TypeNames.Member(interlocked, nameof(Interlocked.CompareExchange), both.Statement, model, document),
                SyntaxFactory.ArgumentList(
                [
                    SyntaxFactory.Argument(null, SyntaxFactory.Token(SyntaxKind.RefKeyword), both.Action.Left.WithoutTrivia()),
                    SyntaxFactory.Argument(both.Action.Right.WithoutTrivia()),
                    SyntaxFactory.Argument(both.Expected.WithoutTrivia()),
                ]))).WithTriviaFrom(current), comments));
    }
}
