using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Removes the choice of a signal that cannot be had from the options of a source: TopHalf takes a free one by itself.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH7003_LetChooseSignalFix))]
[Shared]
public sealed class TH7003_LetChooseSignalFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH7003.LetChooseSignal";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ReservedSignal];

    private protected override string FixAllTitle => "Let TopHalf choose signals";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        return root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax
        {
            Parent: AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax { Parent: BaseObjectCreationExpressionSyntax creation } initializer } choice,
        } value
            && choice.Right == value && !Comments.AreIn(choice.DescendantTrivia())
            ? new Edit("Let TopHalf choose the signal", document, creation, current =>
                Without((BaseObjectCreationExpressionSyntax)current, initializer.Expressions.IndexOf(choice)))
            : null;
    }

    private static BaseObjectCreationExpressionSyntax Without(BaseObjectCreationExpressionSyntax creation, int choice)
    {
        InitializerExpressionSyntax initializer = creation.Initializer!;
        if (initializer.Expressions.Count > 1)
        {
            SeparatedSyntaxList<ExpressionSyntax> others = initializer.Expressions.RemoveAt(choice);

            // What stood behind the last one is what stands behind the last one now.
            return creation.WithInitializer(initializer.WithExpressions(choice < others.Count || initializer.Expressions.SeparatorCount > others.Count
                ? others
                : others.Replace(others.Last(), others.Last().WithTrailingTrivia(initializer.Expressions.Last().GetTrailingTrivia()))));
        }

        ArgumentListSyntax arguments = (creation.ArgumentList ?? SyntaxFactory.ArgumentList()).WithTrailingTrivia(creation.GetTrailingTrivia());
        return creation is ObjectCreationExpressionSyntax { Type: { } type } named && creation.ArgumentList is null
            ? named.WithType(type.WithTrailingTrivia()).WithInitializer(null).WithArgumentList(arguments)
            : creation.WithInitializer(null).WithArgumentList(arguments);
    }
}
