using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;

namespace TopHalf.CodeFixes;

/// <summary>
/// The one source of a handler, which the entry point starts and keeps in a <c>using</c> variable or in a static field or property, where code can name it from its start to its end.
/// </summary>
/// <remarks>
/// Not one that the initialiser of a field starts: beside the handler, registration would run within the initialiser that the handler needs, and is refused; in another type,
/// whoever names it first would start it. Another method than the entry point may run twice at the same time, and have two.
/// </remarks>
internal sealed class MaskableSource
{
    private readonly Project _project;
    private readonly ISymbol? _field;
    private readonly StatementSyntax _start;
    private readonly StatementSyntax? _end;

    private MaskableSource(string name, Project project, StatementSyntax start, ISymbol? field = null, StatementSyntax? end = null)
    {
        Name = name;
        _project = project;
        _field = field;
        _start = start;
        _end = end;
    }

    /// <summary>What to write for it, where it is there.</summary>
    public string Name { get; }

    /// <summary>The source that a registration makes, if it is kept so.</summary>
    public static async Task<MaskableSource?> OfAsync(HandlerStart start, CancellationToken cancellationToken)
    {
        if (start.Lifetime?.Using is { } statement && IsOfEntryPoint(statement, start.Model, cancellationToken))
        {
            VariableDeclarationSyntax declaration = (statement as LocalDeclarationStatementSyntax)?.Declaration ?? ((UsingStatementSyntax)statement).Declaration!;
            return new(declaration.Variables[0].Identifier.Text, start.Document.Project, statement);
        }

        return await OfFieldAsync(start, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the source is there whenever the code runs; <see langword="false"/> where it never is, and <see langword="null"/> where that cannot be seen.
    /// </summary>
    /// <param name="place">The code.</param>
    /// <param name="model">The model of its file.</param>
    /// <param name="isRead">Whether it takes no more than a snapshot, which there is after the end, too.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool?> ReachAsync(SyntaxNode place, SemanticModel model, bool isRead, CancellationToken cancellationToken)
    {
        if (_field is null)
        {
            return IsInEntryPoint(place) ? IsBetween(place, isRead: false) : null;
        }

        return IsNamedAt(place, model) ? await ReachAsync(place, model, isRead, [], cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>
    /// Whether the source is there whenever the code runs, on whatever thread: the entry point starts it before anything else of the program can run, and nobody ends it.
    /// </summary>
    /// <inheritdoc cref="ReachAsync(SyntaxNode, SemanticModel, bool, CancellationToken)"/>
    public async Task<bool> IsAlwaysThereAsync(SyntaxNode place, SemanticModel model, bool isRead, CancellationToken cancellationToken) =>
        _field is not null && (_end is null || isRead) && IsNamedAt(place, model) && (!IsInEntryPoint(place) || IsBetween(place, isRead))
        && await FirstStatement.IsAsync(_start, _project, cancellationToken).ConfigureAwait(false);

    private bool IsNamedAt(SyntaxNode place, SemanticModel model) =>
        model.LookupSymbols(place.SpanStart, name: _field!.Name).Any(symbol => SymbolEqualityComparer.Default.Equals(symbol, _field));

    // It is where all callers are, as of them the source has started, and not ended.
    private async Task<bool?> ReachAsync(SyntaxNode place, SemanticModel model, bool isRead, HashSet<SyntaxNode> seen, CancellationToken cancellationToken)
    {
        SyntaxNode? function = Functions.Around(place);
        if (IsInEntryPoint(place))
        {
            return IsBetween(place, isRead);
        }

        if (function is null || await Callers.OfAsync(function, model, _project, cancellationToken).ConfigureAwait(false) is not { IsEmpty: false } callers)
        {
            return null;
        }

        bool? all = null;
        seen.Add(function);
        foreach ((SyntaxNode call, SemanticModel there) in callers.Where(caller => Functions.Around(caller.Call) is not { } around || !seen.Contains(around)))
        {
            bool? one = await ReachAsync(call, there, isRead, seen, cancellationToken).ConfigureAwait(false);
            if (one is null || (all ?? one) != one)
            {
                return null;
            }

            all = one;
        }

        return all;
    }

    // The initialisers of fields are in no function, either.
    private bool IsInEntryPoint(SyntaxNode place) => place.SyntaxTree == _start.SyntaxTree && Functions.Around(place) is var function && function == Functions.Around(_start)
        && (function is not null || place.FirstAncestorOrSelf<GlobalStatementSyntax>() is not null);

    private bool IsBetween(SyntaxNode place, bool isRead) => _start is UsingStatementSyntax { Statement: var body } ? body.Span.Contains(place.Span)
        : (_start.Parent is GlobalStatementSyntax { Parent: var unit } ? unit : _start.Parent)!.Span.Contains(place.Span) && place.SpanStart > _start.Span.End
            && (isRead || _end is null || place.Span.End <= _end.SpanStart);

    private static async Task<MaskableSource?> OfFieldAsync(HandlerStart start, CancellationToken cancellationToken)
    {
        if (start.Call.Parent is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Parent: ExpressionStatementSyntax statement } assignment
            || assignment.Right != start.Call || !IsOfEntryPoint(statement, start.Model, cancellationToken)
            || statement.Parent is not (GlobalStatementSyntax or BlockSyntax { Parent: MethodDeclarationSyntax })
            || start.Model.GetSymbolInfo(assignment.Left, cancellationToken).Symbol is not { IsStatic: true } field
            || field.DeclaringSyntaxReferences is not [{ } reference] || !IsKept(await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)))
        {
            return null;
        }

        ImmutableArray<SyntaxNode>.Builder disposals = ImmutableArray.CreateBuilder<SyntaxNode>();
        foreach (ReferenceLocation place in (await SymbolFinder.FindReferencesAsync(field, start.Document.Project.Solution, cancellationToken).ConfigureAwait(false))
            .SelectMany(static found => found.Locations))
        {
            // A file of several projects is found in each.
            if (start.Document.Project.Documents.FirstOrDefault(document => document.Id == place.Document.Id || document.FilePath == place.Document.FilePath) is not { } document
                || await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root
                || root.FindNode(place.Location.SourceSpan, getInnermostNodeForTie: true) is not SimpleNameSyntax name)
            {
                return null;
            }

            ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
            whole = whole.Parent is PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } suppressed ? suppressed : whole;
            string? called = SourceLifetime.Called(whole);

            // Whoever else has it may dispose of it, or replace it.
            if (called is null && whole != assignment.Left)
            {
                return null;
            }

            if (called == "Dispose" && !disposals.Contains(whole))
            {
                disposals.Add(whole);
            }
        }

        StatementSyntax? end = disposals.Count == 0 ? null : disposals[0].FirstAncestorOrSelf<StatementSyntax>();
        bool isEnded = end is null || (disposals.Count == 1 && end.SyntaxTree == statement.SyntaxTree && end.SpanStart > statement.SpanStart
            && (end.Parent == statement.Parent || (end.Parent is GlobalStatementSyntax && statement.Parent is GlobalStatementSyntax)));
        NullableAnnotation annotation = (field as IPropertySymbol)?.NullableAnnotation ?? ((IFieldSymbol)field).NullableAnnotation;
        string there = annotation == NullableAnnotation.Annotated ? field.Name + "!" : field.Name;
        return isEnded ? new(there, start.Document.Project, statement, field, end) : null;
    }

    // A field, or a property that is no more than one, that nothing but the assignment fills.
    private static bool IsKept(SyntaxNode declaration) => declaration switch
    {
        VariableDeclaratorSyntax declarator => IsEmpty(declarator.Initializer),
        PropertyDeclarationSyntax property => IsEmpty(property.Initializer) && property.AccessorList?.Accessors.All(static accessor => accessor is { Body: null, ExpressionBody: null }) == true,
        _ => false,
    };

    private static bool IsEmpty(EqualsValueClauseSyntax? initializer) =>
        initializer is null or { Value: PostfixUnaryExpressionSyntax { Operand.RawKind: (int)SyntaxKind.NullLiteralExpression } };

    private static bool IsOfEntryPoint(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) => Functions.Around(statement) switch
    {
        null => statement.FirstAncestorOrSelf<GlobalStatementSyntax>() is not null,
        MethodDeclarationSyntax method => SymbolEqualityComparer.Default.Equals(
            model.GetDeclaredSymbol(method, cancellationToken), model.Compilation.GetEntryPoint(cancellationToken)),
        _ => false,
    };
}
