using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Writes in straight line what is in a <c>try</c> and in its <c>finally</c>, and leaves out what no exception can reach, where the analyzer finds nothing
/// in the block that might throw and no jump leads out of it. So with <c>using</c> of a struct, which becomes a call of <c>Dispose</c>.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH4002_StraightLineFix))]
[Shared]
public sealed class TH4002_StraightLineFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH4002.StraightLine";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ExceptionRegion];

    private protected override string FixAllTitle => "Write in straight line what cannot throw";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        SyntaxNode? region = root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<StatementSyntax>();
        Edit? edit = model is null || region?.Span != diagnostic.Location.SourceSpan ? null : region switch
        {
            TryStatementSyntax attempt => OfTry(attempt, document),
            UsingStatementSyntax { Declaration: { } declaration } use when IsPlainStruct(declaration, use.Statement, model, cancellationToken) => OfUsing(use, document),
            LocalDeclarationStatementSyntax { Parent: BlockSyntax block } use when use.UsingKeyword.RawKind != 0
                && IsPlainStruct(use.Declaration, block, model, cancellationToken) => OfDeclaration(use, block, document),
            _ => null,
        };
        return edit is null || await MayThrowAsync(Guarded(region!), document, cancellationToken).ConfigureAwait(false)
            ? null : await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    private static Edit? OfTry(TryStatementSyntax attempt, Document document) =>
        LosesComments(attempt, Parts(attempt)) || (attempt.Finally is not null && Leaves(attempt.Block.Statements)) || (attempt.Block.Statements.Count == 0 && attempt.Finally is null)
            ? null
            : new Edit("Write it in straight line", document, attempt, static current => LinePart.InLine((TryStatementSyntax)current, Parts((TryStatementSyntax)current)));

    private static LinePart[] Parts(TryStatementSyntax attempt) =>
    [
        new(attempt.Block, [attempt.TryKeyword]),
        .. attempt.Finally is { } last ? (LinePart[])[new(last.Block, [last.FinallyKeyword])] : [],
    ];

    private static LinePart Part(UsingStatementSyntax use) => new((BlockSyntax)use.Statement, [use.AwaitKeyword, use.UsingKeyword, use.OpenParenToken, use.CloseParenToken]);

    private static Edit? OfUsing(UsingStatementSyntax use, Document document) =>
        use.Statement is not BlockSyntax body || Leaves(body.Statements) || LosesComments(use, Part(use))
            ? null
            : new Edit("Dispose in straight line", document, use, current =>
            {
                var changed = (UsingStatementSyntax)current;
                var block = (BlockSyntax)changed.Statement;
                StatementSyntax declared = SyntaxFactory.LocalDeclarationStatement(changed.Declaration!.WithoutTrivia()).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);
                BlockSyntax whole = block.WithStatements([declared, .. block.Statements, Disposal(changed.Declaration!)]);

                // The name may be used again behind it.
                return NamesOf(use.Declaration!).All(name => IsOnlyOne(name, use))
                    ? LinePart.InLine(changed, new LinePart(whole, Part(changed).Gone))
                    : whole.WithTriviaFrom(changed).WithAdditionalAnnotations(Formatter.Annotation);
            });

    private static Edit? OfDeclaration(LocalDeclarationStatementSyntax use, BlockSyntax block, Document document)
    {
        int at = block.Statements.IndexOf(use);
        string name = use.Declaration.Variables[0].Identifier.ValueText;
        StatementSyntax[] behind = [.. block.Statements.Skip(at + 1)];

        // The last one is disposed of first, so it goes first.
        return Leaves(behind) || behind.Any(static other => other is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 })
            || Comments.AreIn(use.UsingKeyword.TrailingTrivia) || block.CloseBraceToken.LeadingTrivia.Any(static trivia => trivia.IsDirective)
            ? null
            : new Edit("Dispose in straight line", document, block, current =>
            {
                var changed = (BlockSyntax)current;
                LocalDeclarationStatementSyntax declared = changed.Statements.OfType<LocalDeclarationStatementSyntax>()
                    .First(statement => statement.UsingKeyword.RawKind != 0 && statement.Declaration.Variables[0].Identifier.ValueText == name);
                return changed.WithStatements([
                    .. changed.Statements.Replace(declared, declared.WithUsingKeyword(default).WithLeadingTrivia(declared.GetLeadingTrivia())),
                    Disposal(declared.Declaration).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed)]);
            }, sameness: name);
    }

    private static StatementSyntax Disposal(VariableDeclarationSyntax declaration) =>
        SyntaxFactory.ParseStatement($"{declaration.Variables[0].Identifier.Text}.Dispose();").WithAdditionalAnnotations(Formatter.Annotation);

    private static IEnumerable<string> NamesOf(VariableDeclarationSyntax declaration) => declaration.Variables.Select(static variable => variable.Identifier.ValueText);

    private static bool IsOnlyOne(string name, SyntaxNode place) =>
        (Functions.Around(place) ?? place).DescendantTokens().Count(token => token.ValueText == name
            && token.Parent is VariableDeclaratorSyntax or SingleVariableDesignationSyntax or ForEachStatementSyntax or ParameterSyntax) == 1;

    // Of a struct that does not change, the copy that using may make is the same as the original.
    private static bool IsPlainStruct(VariableDeclarationSyntax declaration, SyntaxNode scope, SemanticModel model, CancellationToken cancellationToken) =>
        declaration.Variables.Count == 1 && model.GetDeclaredSymbol(declaration.Variables[0], cancellationToken) is ILocalSymbol { Type.IsValueType: true } local
        && (local.Type.IsReadOnly || !scope.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access =>
            SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(access.Expression, cancellationToken).Symbol, local)
            && model.GetSymbolInfo(access, cancellationToken).Symbol is not (IFieldSymbol or IMethodSymbol { IsReadOnly: true } or IPropertySymbol { GetMethod.IsReadOnly: true })));

    /// <summary>Whether comments would have no place: there is no statement for them, or they are directives.</summary>
    internal static bool LosesComments(StatementSyntax whole, params LinePart[] parts) =>
        parts.Any(part => part.HasDirectives(whole)) || whole.GetTrailingTrivia().Any(static trivia => trivia.IsDirective)
        || (parts.All(static part => part.Block.Statements.Count == 0) && Comments.AreIn(whole.DescendantTrivia()));

    // A jump out of the block would go by what stands behind it.
    private static bool Leaves(IEnumerable<StatementSyntax> statements) =>
        statements.Any(static statement => statement.DescendantNodesAndSelf(static node => node is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax))
            .Any(node => node is ReturnStatementSyntax or GotoStatementSyntax or YieldStatementSyntax or AwaitExpressionSyntax
                || (node is BreakStatementSyntax or ContinueStatementSyntax && !node.Ancestors().TakeWhile(around => statement.FullSpan.Contains(around.FullSpan))
                    .Any(around => around is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax
                        || (around is SwitchStatementSyntax && node is BreakStatementSyntax)))));

    private static TextSpan Guarded(SyntaxNode region) => region switch
    {
        TryStatementSyntax attempt => attempt.Block.Span,
        LocalDeclarationStatementSyntax { Parent: BlockSyntax block } => TextSpan.FromBounds(region.SpanStart, block.Span.End),
        _ => region.Span,
    };

    // Whatever the analyzer finds there, also where it is told to be silent, may be an exception.
    private static async Task<bool> MayThrowAsync(TextSpan span, Document document, CancellationToken cancellationToken) =>
        (await Trial.FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Any(finding =>
            finding.Id != RuleIds.ExceptionRegion && finding.AdditionalLocations.Append(finding.Location).Any(place =>
                place.SourceTree?.FilePath == document.FilePath && span.Contains(place.SourceSpan)));
}
