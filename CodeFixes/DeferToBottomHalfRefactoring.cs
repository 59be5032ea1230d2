using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>Moves selected statements of a handler to a bottom half, whatever the rules say of them, where that leaves the handler doing what it did.</summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(DeferToBottomHalfRefactoring))]
[Shared]
public sealed class DeferToBottomHalfRefactoring : CodeRefactoringProvider
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TopHalf.DeferSelection";

    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        CancellationToken cancellation = context.CancellationToken;
        if (context.Span.IsEmpty
            || await context.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            || Selected(root, context.Span) is not { IsEmpty: false } statements
            || DeferToBottomHalfFix.HandlerAround(statements[0], model, cancellation) is not { } handler || handler == statements[0]
            || await DeferToBottomHalfPlan.OfAsync(context.Document, handler, model, [.. statements.Select(static one => one.Span)], cancellation).ConfigureAwait(false)
                is not { } plan
            || !statements.All(one => plan.Mends(one.Span)))
        {
            return;
        }

        Solution solution = context.Document.Project.Solution;
        context.RegisterRefactoring(new EditAction(
            plan.Edit.Title.Replace("Leave it", "Leave the selected statements"), Key, solution, token => Edit.ApplyAsync(solution, [plan.Edit], token)));
    }

    // Whole statements of one list: half of one says nothing about what is meant.
    private static ImmutableArray<StatementSyntax> Selected(SyntaxNode root, TextSpan selection)
    {
        SyntaxToken first = root.FindToken(selection.Start);
        first = first.SpanStart < selection.Start && first.Span.End <= selection.Start ? first.GetNextToken() : first;
        if (first.Parent?.FirstAncestorOrSelf<StatementSyntax>(statement => statement.SpanStart == first.SpanStart && statement is not BlockSyntax) is not { Parent: { } list })
        {
            return [];
        }

        ImmutableArray<StatementSyntax> touched =
        [
            .. list.ChildNodes().OfType<StatementSyntax>().Where(statement => statement.Span.OverlapsWith(selection)),
        ];
        return list is BlockSyntax or SwitchSectionSyntax && touched.All(statement => selection.Contains(statement.Span)) ? touched : [];
    }
}
