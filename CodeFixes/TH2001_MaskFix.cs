using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Takes a lock out of a handler. Who takes it in ordinary code holds the handler's source back meanwhile, by <c>Mask()</c>; against each other they lock as before.
/// </summary>
/// <remarks>
/// Offered where it is seen who takes the lock, a private <c>static readonly</c> field, and that the handler has one source, which the entry point starts and all of them can name.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH2001_MaskFix))]
[Shared]
public sealed class TH2001_MaskFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH2001.Mask";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Lock];

    private protected override string FixAllTitle => "Mask sources instead of locking in handlers";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await HandlerLock.OfAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { } locks)
        {
            return null;
        }

        MaskableSource? source = await MaskableSource.OfAsync(locks.Start, cancellationToken).ConfigureAwait(false);
        Edit? edit = null;
        foreach (LockPlace place in locks.Elsewhere)
        {
            if (source is null || (await source.ReachAsync(place.Statement, place.Model, isRead: false, cancellationToken).ConfigureAwait(false)
                ?? (await source.IsAlwaysThereAsync(place.Statement, place.Model, isRead: false, cancellationToken).ConfigureAwait(false) ? true : null)) is not { } reach)
            {
                return null;
            }

            if (reach)
            {
                string name = UniqueName.For("mask", place.Statement, static _ => false, place.Model);
                edit = new("", place.Document, place.Statement, current => Masked((LockStatementSyntax)current, source.Name, name), edit);
            }
        }

        foreach (LockPlace place in locks.InHandler)
        {
            if (LosesComments(place.Statement))
            {
                return null;
            }

            edit = new($"Mask the source instead of locking in '{locks.Handler.Name}'", place.Document, place.Statement, InLine, edit);
        }

        Document[] others = [.. locks.Elsewhere.Select(static place => place.Document)];
        return await Trial.CleanAsync(edit!, document, diagnostic.Id, cancellationToken, others).ConfigureAwait(false);
    }

    /// <summary>What a lock is around, without it.</summary>
    internal static SyntaxNode InLine(SyntaxNode current) => LinePart.InLine((LockStatementSyntax)current, Part((LockStatementSyntax)current));

    /// <summary>Whether comments would have no place then.</summary>
    internal static bool LosesComments(LockStatementSyntax statement) =>
        statement.Statement is not BlockSyntax || TH4002_StraightLineFix.LosesComments(statement, Part(statement));

    /// <summary>What is left of a lock.</summary>
    internal static LinePart Part(LockStatementSyntax statement) =>
        new((BlockSyntax)statement.Statement, [statement.LockKeyword, statement.OpenParenToken, .. statement.Expression.DescendantTokens(), statement.CloseParenToken]);

    private static LockStatementSyntax Masked(LockStatementSyntax statement, string source, string name)
    {
        StatementSyntax mask = SyntaxFactory.ParseStatement($"using var {name} = {source}.Mask();")
            .WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation);
        return statement.Statement is BlockSyntax body
            ? statement.WithStatement(body.WithStatements(body.Statements.Insert(0, mask)))
            : statement.WithStatement(SyntaxFactory.Block(mask, statement.Statement.WithoutLeadingTrivia()).WithAdditionalAnnotations(Formatter.Annotation));
    }
}
