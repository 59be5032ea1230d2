using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Removes an <c>[AsyncSignalSafe]</c> that says nothing which is not proved without it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0006_RemovePromiseFix))]
[Shared]
public sealed class TH0006_RemovePromiseFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0006.RemovePromise";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NeedlessPromise];

    private protected override string FixAllTitle => "Remove needless promises";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        return root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<AttributeSyntax>()
            is { Parent: AttributeListSyntax { Parent: MethodDeclarationSyntax method } list } attribute
            ? new Edit($"Remove the promise of '{method.Identifier.ValueText}'", document, method, current =>
                Without((MethodDeclarationSyntax)current, method.AttributeLists.IndexOf(list), list.Attributes.IndexOf(attribute)))
            : null;
    }

    internal static MethodDeclarationSyntax Without(MethodDeclarationSyntax method, int list, int attribute)
    {
        AttributeListSyntax from = method.AttributeLists[list];
        if (from.Attributes.Count > 1)
        {
            AttributeListSyntax less = from.WithAttributes(from.Attributes.RemoveAt(attribute)).WithTriviaFrom(from);
            return method.WithAttributeLists(method.AttributeLists.Replace(from, less));
        }

        // The first list has the declaration's comments, and the token behind any list its own.
        SyntaxToken next = from.GetLastToken().GetNextToken();
        SyntaxTriviaList kept = from.GetLeadingTrivia();
        if (Comments.AreIn(from.GetTrailingTrivia()) || Comments.AreIn(next.LeadingTrivia))
        {
            kept = [.. kept, .. from.GetTrailingTrivia().SkipWhile(static t => t.IsKind(SyntaxKind.WhitespaceTrivia)), .. next.LeadingTrivia];
        }

        MethodDeclarationSyntax marked = method.ReplaceToken(next, next.WithLeadingTrivia(kept));
        return marked.WithAttributeLists(marked.AttributeLists.RemoveAt(list));
    }
}
