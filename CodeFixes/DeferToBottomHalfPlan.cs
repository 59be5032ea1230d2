using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>All that moves out of one handler, as one edit.</summary>
internal sealed class DeferToBottomHalfPlan
{
    private readonly ImmutableArray<TextSpan> _runs;

    private DeferToBottomHalfPlan(Edit edit, ImmutableArray<TextSpan> runs)
    {
        Edit = edit;
        _runs = runs;
    }

    public Edit Edit { get; }

    /// <summary>Whether what was found there moves.</summary>
    public bool Mends(TextSpan finding) => _runs.Any(run => run.Contains(finding));

    /// <summary>The plan for all that was found in a handler, if anything of that can move.</summary>
    public static async Task<DeferToBottomHalfPlan?> OfAsync(Document document, SyntaxNode declaration, SemanticModel model, CancellationToken cancellationToken) =>
        await OfAsync(
            document, declaration, model,
            [.. (await Trial.FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Where(finding => !finding.IsSuppressed
                && DeferToBottomHalfFix.Rules.Contains(finding.Id) && declaration.Span.Contains(finding.Location.SourceSpan)).Select(static finding => finding.Location.SourceSpan)],
            cancellationToken).ConfigureAwait(false);

    /// <summary>The plan for what is at some places of a handler, if anything of that can move.</summary>
    public static async Task<DeferToBottomHalfPlan?> OfAsync(
        Document document, SyntaxNode declaration, SemanticModel model, ImmutableArray<TextSpan> places, CancellationToken cancellationToken)
    {
        if (model.GetDeclaredSymbol(declaration, cancellationToken) is not IMethodSymbol handler
            || handler.Parameters[0].Type is not INamedTypeSymbol state
            || StateFields.Home(state, document.Project, cancellationToken) is not var (stateDocument, stateDeclaration)
            || await stateDocument.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } stateModel
            || model.Compilation is not CSharpCompilation { LanguageVersion: >= LanguageVersion.CSharp11 } compilation
            || StateFields.IsGeneric(handler) || (IsPublic(handler) && compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary)
            || model.GetDiagnostics(declaration.Span, cancellationToken).Any(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            return null;
        }

        ImmutableArray<Diagnostic> findings =
            [.. (await Trial.FindingsAsync(document, cancellationToken).ConfigureAwait(false)).Where(static finding => !finding.IsSuppressed)];
        List<DeferToBottomHalfMove> moves =
        [
            .. DeferToBottomHalfRun.Of(places, declaration, model, run => DeferToBottomHalfMove.Of(run, handler, model, findings) is not null)
                .Select(run => DeferToBottomHalfMove.Of(run, handler, model, findings)).OfType<DeferToBottomHalfMove>(),
        ];
        DeferToBottomHalfStatics moved = Independent(moves, declaration, model);
        if (moves.Count == 0
            || await HandlerStart.OfAsync(handler, document.Project, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } starts
            || starts.Any(static start => start.Lifetime is null)
            || await StateFields.AreReplacedAsync(state, document.Project, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        DeferToBottomHalfNames names = await NamesAsync(handler, declaration, document.Project, cancellationToken).ConfigureAwait(false);
        DeferToBottomHalfValues fields = new(names.Event);
        ImmutableArray<Dictionary<string, string>> values = [.. moves.Select(move => fields.Add(move.Values(moved)))];
        if (!fields.Fit(moves.Count))
        {
            return null;
        }

        DeferToBottomHalfEdits edits = new(
            new(document, model, declaration), new(stateDocument, stateModel, stateDeclaration), names,
                [.. moves.Zip(values, (move, handed) => (move, move.Values(moved), handed))], fields);
        Edit edit = edits.All(starts);
        return await Trial.CleanAsync(edit, document, rule: null, cancellationToken).ConfigureAwait(false) is not null
            ? new(edit, [.. moves.Select(static move => move.Run.Span)]) : null;
    }

    /// <summary>Takes those runs out that see what the rest of the handler does, or the other way round; says what the others touch.</summary>
    private static DeferToBottomHalfStatics Independent(List<DeferToBottomHalfMove> moves, SyntaxNode declaration, SemanticModel model)
    {
        while (true)
        {
            DeferToBottomHalfStatics rest = new(model.Compilation);
            HashSet<SyntaxNode> parts = [.. moves.SelectMany(static move => move.Run.Parts)];
            rest.AddAll(model.GetOperation(declaration), operation => parts.Contains(operation.Syntax));
            DeferToBottomHalfStatics moved = new(model.Compilation);
            moves.ForEach(move => moved.Add(move.Statics));
            if (moves.RemoveAll(move => move.Statics.Meet(rest)) == 0)
            {
                return moved;
            }
        }
    }

    // Whoever has the library could register it.
    internal static bool IsPublic(ISymbol symbol)
    {
        for (; symbol is not (null or INamespaceSymbol); symbol = symbol.ContainingSymbol)
        {
            if (symbol.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Names after the handler's that nothing has yet; with those of what it is in, if there are other handlers of its name.</summary>
    private static async Task<DeferToBottomHalfNames> NamesAsync(IMethodSymbol handler, SyntaxNode declaration, Project project, CancellationToken cancellationToken)
    {
        HashSet<string> taken = [];
        List<SyntaxNode> same = [];
        foreach (Document document in project.Documents)
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is { } root)
            {
                foreach (SyntaxToken token in root.DescendantTokens().Where(static token => token.IsKind(SyntaxKind.IdentifierToken)))
                {
                    taken.Add(token.ValueText);
                    if (token.ValueText == handler.Name && token.Parent is (MethodDeclarationSyntax or LocalFunctionStatementSyntax) and var other && other != declaration)
                    {
                        same.Add(other);
                    }
                }
            }
        }

        string name = handler.Name.TrimStart('_');
        name = name.Length == 0 ? "Handler" : char.ToUpperInvariant(name[0]) + name.Substring(1);
        if (same.Count > 0)
        {
            string around = handler.ContainingSymbol is IMethodSymbol { CanBeReferencedByName: true } method
                ? method.ContainingType.Name + method.Name : handler.ContainingType.Name;
            around = same.Exists(other => other.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.ValueText == handler.ContainingType.Name) ? Outer(handler.ContainingType) + around : around;
            name = around.TrimStart('_').Replace("<", "").Replace(">", "").Replace("$", "") + name;
        }

        return Enumerable.Range(1, int.MaxValue).Select(i => new DeferToBottomHalfNames(name, i == 1 ? "" : i.ToString(CultureInfo.InvariantCulture)))
            .First(names => !names.All.Any(taken.Contains));

        // The namespaces and types around a type.
        static string Outer(INamedTypeSymbol type) => string.Concat(type.ContainingSymbol.ToDisplayParts(SymbolDisplayFormat.CSharpErrorMessageFormat)
            .Where(static part => part.Symbol is INamespaceSymbol { IsGlobalNamespace: false } or INamedTypeSymbol).Select(static part => part.ToString()));
    }
}
