using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>
/// A place where a handler is registered, by <c>InterruptTimer.Start(OnTick, …)</c> or that of another source, so that its first state can be changed.
/// </summary>
internal sealed class HandlerStart(Document document, SemanticModel model, InvocationExpressionSyntax call, ExpressionSyntax handler,
    SourceLifetime? lifetime, int? state)
{
    public Document Document { get; } = document;

    public SemanticModel Model { get; } = model;

    /// <summary>The call of <c>Start</c>.</summary>
    public InvocationExpressionSyntax Call { get; } = call;

    /// <summary>The handler, as it is named there.</summary>
    public ExpressionSyntax Handler { get; } = handler;

    /// <summary>From when to when the source is there, if that can be seen.</summary>
    public SourceLifetime? Lifetime { get; } = lifetime;

    /// <summary>Which argument the initial state is, if it is given.</summary>
    public int? State { get; } = state;

    public static bool IsOfTopHalf(ISymbol type) => type.ContainingNamespace is { Name: "TopHalf", ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>Where a handler is registered; none, if it is used in any other way.</summary>
    public static async Task<ImmutableArray<HandlerStart>> OfAsync(IMethodSymbol handler, Project project, CancellationToken cancellationToken)
    {
        ImmutableArray<HandlerStart>.Builder starts = ImmutableArray.CreateBuilder<HandlerStart>();
        foreach (Document document in project.Documents)
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
            {
                continue;
            }

            foreach (SimpleNameSyntax name in root.DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.Identifier.ValueText == handler.Name))
            {
                SemanticModel model = (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false))!;
                SymbolInfo info = model.GetSymbolInfo(name, cancellationToken);
                if (!info.CandidateSymbols.Add(info.Symbol!).Any(symbol => IsSame(symbol, handler)))
                {
                    continue;
                }

                ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
                if (IsHarmless(whole, model, cancellationToken))
                {
                    continue;
                }

                if (info.Symbol is null || At(whole, document, model, cancellationToken) is not { } start)
                {
                    return [];
                }

                starts.Add(start);
            }
        }

        return await IsUsedElsewhereAsync(handler, project, cancellationToken).ConfigureAwait(false) ? [] : starts.ToImmutable();
    }

    private static bool IsSame(ISymbol? symbol, IMethodSymbol handler) =>
        symbol is IMethodSymbol method && SymbolEqualityComparer.Default.Equals(method.PartialImplementationPart ?? method,
            handler.PartialImplementationPart ?? handler);

    // Other projects may know the method by a reference to this one; this one is not asked for more than the name.
    private static async Task<bool> IsUsedElsewhereAsync(IMethodSymbol handler, Project project, CancellationToken cancellationToken)
    {
        foreach (Document document in project.Solution.Projects
            .Where(other => other.AllProjectReferences.Any(reference => reference.ProjectId == project.Id)).SelectMany(static other => other.Documents))
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root
                && root.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == handler.Name))
            {
                return true;
            }
        }

        return false;
    }

    // It is named, or judged, and does not run.
    private static bool IsHarmless(ExpressionSyntax name, SemanticModel model, CancellationToken cancellationToken)
    {
        SyntaxNode outer = name;
        while (outer.Parent is CastExpressionSyntax or ParenthesizedExpressionSyntax)
        {
            outer = outer.Parent;
        }

        return outer.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call }
            && (call.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" }
                || (model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { ContainingType: { Name: "HandlerVerifier" } verifier }
                && IsOfTopHalf(verifier)));
    }

    /// <summary>The registration whose first argument an expression is, if it is.</summary>
    public static HandlerStart? At(ExpressionSyntax handler, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        if (handler.Parent is not ArgumentSyntax { NameColon: null, Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax call } arguments } argument
            || arguments.Arguments[0] != argument
            || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { Name: "Start", ContainingType: { } source } start
            || !IsOfTopHalf(source))
        {
            return null;
        }

        int? state = null;
        if (start.Parameters.Length > 1 && SymbolEqualityComparer.Default.Equals(start.Parameters[1].Type, start.TypeArguments[0]))
        {
            state = arguments.Arguments.IndexOf(each => each.NameColon?.Name.Identifier.ValueText == start.Parameters[1].Name);
            state = state >= 0 ? state : arguments.Arguments.Count > 1 && arguments.Arguments[1].NameColon is null ? 1 : null;
            if (state is null)
            {
                return null;
            }
        }

        return new(document, model, call, handler, SourceLifetime.Of(call, model, cancellationToken), state);
    }
}
