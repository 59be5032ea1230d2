using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Moves a buffer of constant size that is allocated on one of several paths to the start of its function, where all paths have it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4004_AllocateFirstFix))]
[Shared]
public sealed class TH4004_AllocateFirstFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4004.AllocateFirst";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.StackBudget];

    private protected override string FixAllTitle => "Allocate before all branches";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<StackAllocArrayCreationExpressionSyntax>(document.Project.Solution, diagnostic, static (_, _) => true, cancellationToken).ConfigureAwait(false)
                is not var (home, allocation, model)
            || allocation is not { Initializer: null, Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [{ } size] }] } }
            || !model.GetConstantValue(size, cancellationToken).HasValue
            || allocation.Parent is not EqualsValueClauseSyntax
            {
                Parent: VariableDeclaratorSyntax
                {
                    Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } statement },
                } declarator,
            }
            || Body(Functions.Around(statement)) is not { } body

            // In a loop it is cleared in each round.
            || statement.Ancestors().TakeWhile(around => around != body).Any(static around =>
                around is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax or TryStatementSyntax)
            || body.DescendantNodes().Any(static node => node is GotoStatementSyntax))
        {
            return null;
        }

        string name = declarator.Identifier.ValueText;
        Edit edit = new("Allocate before all branches", home, body, current =>
        {
            var changed = (BlockSyntax)current;
            SyntaxTriviaList comments = [.. statement.GetLeadingTrivia().SkipWhile(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))];
            StatementSyntax first = statement.WithLeadingTrivia(comments).WithTrailingTrivia(
                statement.GetTrailingTrivia().Any(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) ? statement.GetTrailingTrivia() : [SyntaxFactory.ElasticLineFeed]);
            return changed.WithStatements(changed.Statements.Insert(0, first.WithAdditionalAnnotations(Formatter.Annotation)));
        }, new Edit("", home, statement, static _ => Splice.Of()), sameness: name);
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static BlockSyntax? Body(SyntaxNode? function) => function switch
    {
        BaseMethodDeclarationSyntax { Body: var body } => body,
        LocalFunctionStatementSyntax { Body: var body } => body,
        AccessorDeclarationSyntax { Body: var body } => body,
        _ => null,
    };
}
