using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>A statement that takes a lock.</summary>
internal sealed class LockPlace(Document document, SemanticModel model, LockStatementSyntax statement)
{
    public Document Document { get; } = document;

    public SemanticModel Model { get; } = model;

    public LockStatementSyntax Statement { get; } = statement;
}

/// <summary>A lock, a private <c>static readonly</c> field, that a handler with one source takes, and everybody else who takes it.</summary>
internal sealed class HandlerLock(IMethodSymbol handler, HandlerStart start, IFieldSymbol gate, ImmutableArray<LockPlace> inHandler, ImmutableArray<LockPlace> elsewhere)
{
    public IMethodSymbol Handler { get; } = handler;

    /// <summary>Its registration, the only one.</summary>
    public HandlerStart Start { get; } = start;

    public IFieldSymbol Gate { get; } = gate;

    /// <summary>Where the handler takes it.</summary>
    public ImmutableArray<LockPlace> InHandler { get; } = inHandler;

    /// <summary>Where ordinary code does.</summary>
    public ImmutableArray<LockPlace> Elsewhere { get; } = elsewhere;

    /// <summary>The lock that a finding is about, if nothing but <c>lock</c> is done with it, and no other handler takes it.</summary>
    public static async Task<HandlerLock?> OfAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
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

        LockPlace[] inHandler = [.. locks.Where(place => Functions.Around(place.Statement) == declaration)];
        LockPlace[] elsewhere = [.. locks.Except(inHandler)];
        return inHandler.All(static place => place.Statement.Statement is BlockSyntax)
            && elsewhere.All(place => DeferToBottomHalfFix.HandlerAround(place.Statement, place.Model, cancellationToken) is null)
                ? new(handler, start, gate, [.. inHandler], [.. elsewhere]) : null;
    }

    /// <summary>All statements that take the lock, or <see langword="null"/> if anything else is done with it.</summary>
    private static async Task<ImmutableArray<LockPlace>?> LocksAsync(IFieldSymbol gate, Project project, CancellationToken cancellationToken)
    {
        ImmutableArray<LockPlace>.Builder locks = ImmutableArray.CreateBuilder<LockPlace>();
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

                locks.Add(new(document, model, statement));
            }
        }

        return locks.ToImmutable();
    }
}
