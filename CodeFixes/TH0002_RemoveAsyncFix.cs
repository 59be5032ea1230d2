using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Removes <c>async</c> from a handler that waits for nothing.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0002_RemoveAsyncFix))]
[Shared]
public sealed class TH0002_RemoveAsyncFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0002.RemoveAsync";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.AsyncOrIterator];

    private protected override string FixAllTitle => "Remove async where nothing is waited for";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        SyntaxNode? method = root?.FindNode(diagnostic.Location.SourceSpan);
        if (method is not (MethodDeclarationSyntax or LocalFunctionStatementSyntax)
            || model?.GetDeclaredSymbol(method, cancellationToken) is not IMethodSymbol { IsAsync: true, ReturnsVoid: true }
            || method.DescendantTokens(static node => node is not AnonymousFunctionExpressionSyntax).Any(static token => token.IsKind(SyntaxKind.AwaitKeyword))
            || Modifiers(method).FirstOrDefault(static modifier => modifier.IsKind(SyntaxKind.AsyncKeyword)) is not { RawKind: not 0 } keyword
            || Comments.AreIn(keyword.TrailingTrivia))
        {
            return null;
        }

        Edit edit = new("Remove 'async'", document, method, static current =>
        {
            SyntaxTokenList modifiers = Modifiers(current);
            int at = modifiers.IndexOf(SyntaxKind.AsyncKeyword);
            SyntaxToken next = modifiers[at].GetNextToken();
            SyntaxNode marked = current.ReplaceToken(next, next.WithLeadingTrivia(modifiers[at].LeadingTrivia.AddRange(next.LeadingTrivia)));
            modifiers = Modifiers(marked).RemoveAt(at);
            return marked is MethodDeclarationSyntax method ? method.WithModifiers(modifiers) : ((LocalFunctionStatementSyntax)marked).WithModifiers(modifiers);
        });

        // What the state machine did by itself is for the other rules then.
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static SyntaxTokenList Modifiers(SyntaxNode method) =>
        (method as MethodDeclarationSyntax)?.Modifiers ?? ((LocalFunctionStatementSyntax)method).Modifiers;
}
