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
/// Offered where it is seen who takes the lock, a private <c>static readonly</c> field, and that the handler has one source, in a <c>using</c> variable of the entry
/// point, which all of them can name.
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
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            || root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<LockStatementSyntax>() is not { } found
            || found.SpanStart != diagnostic.Location.SourceSpan.Start
            || DeferToBottomHalfFix.HandlerAround(found, model, cancellationToken) is not { } declaration || Functions.Around(found) != declaration
            || model.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol handler
            || (DeferToBottomHalfPlan.IsPublic(handler) && model.Compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary)
            || model.GetSymbolInfo(found.Expression, cancellationToken).Symbol is not IFieldSymbol
            {
                IsStatic: true, IsReadOnly: true, DeclaredAccessibility: Accessibility.Private, DeclaringSyntaxReferences.Length: 1,
            } gate
            || await HandlerStart.OfAsync(handler, document.Project, cancellationToken).ConfigureAwait(false) is not [var start]
            || await LocksAsync(gate, document.Project, cancellationToken).ConfigureAwait(false) is not { } locks)
        {
            return null;
        }

        MaskableSource? source = MaskableSource.Of(start, cancellationToken);
        Edit? edit = null;
        foreach ((Document home, SemanticModel place, LockStatementSyntax taken) in locks)
        {
            if (Functions.Around(taken) == declaration)
            {
                if (taken.Statement is not BlockSyntax body
                    || TH4002_StraightLineFix.LosesComments(
                        [taken.LockKeyword, taken.OpenParenToken, taken.CloseParenToken, body.OpenBraceToken, body.CloseBraceToken], taken))
                {
                    return null;
                }

                edit = new("", home, taken, static current =>
                    TH4002_StraightLineFix.InLine((LockStatementSyntax)current, [(BlockSyntax)((LockStatementSyntax)current).Statement]), edit);
            }
            else if (DeferToBottomHalfFix.HandlerAround(taken, place, cancellationToken) is not null || source?.Reach(taken) is not { } reach)
            {
                return null;
            }
            else if (reach)
            {
                string name = UniqueName.For("mask", taken, static _ => false, place);
                edit = new("", home, taken, current => Masked((LockStatementSyntax)current, source.Name, name), edit);
            }
        }

        Document[] others = [.. locks.Select(static one => one.Document)];
        edit = new($"Mask the source instead of locking in '{handler.Name}'", edit!.Document, edit.Target, edit.Rewrite, edit.Other);
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken, others).ConfigureAwait(false);
    }

    /// <summary>All statements that take the lock, or <see langword="null"/> if anything else is done with it.</summary>
    private static async Task<ImmutableArray<(Document Document, SemanticModel Model, LockStatementSyntax Statement)>?> LocksAsync(
        IFieldSymbol gate, Project project, CancellationToken cancellationToken)
    {
        ImmutableArray<(Document, SemanticModel, LockStatementSyntax)>.Builder locks = ImmutableArray.CreateBuilder<(Document, SemanticModel, LockStatementSyntax)>();
        foreach (SyntaxReference part in gate.ContainingType.DeclaringSyntaxReferences)
        {
            if (project.GetDocument(part.SyntaxTree) is not { } document
                || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
            {
                return null;
            }

            SyntaxNode type = await part.GetSyntaxAsync(cancellationToken).ConfigureAwait(false);
            foreach (IdentifierNameSyntax name in type.DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == gate.Name
                && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, gate)))
            {
                SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (whole.Parent is not LockStatementSyntax statement)
                {
                    return null;
                }

                locks.Add((document, model, statement));
            }
        }

        return locks.ToImmutable();
    }

    private static LockStatementSyntax Masked(LockStatementSyntax statement, string source, string name)
    {
        StatementSyntax mask = SyntaxFactory.ParseStatement($"using var {name} = {source}.Mask();")
            .WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation);
        return statement.Statement is BlockSyntax body
            ? statement.WithStatement(body.WithStatements(body.Statements.Insert(0, mask)))
            : statement.WithStatement(SyntaxFactory.Block(mask, statement.Statement.WithoutLeadingTrivia()).WithAdditionalAnnotations(Formatter.Annotation));
    }
}
