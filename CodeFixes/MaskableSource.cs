using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TopHalf.CodeFixes;

/// <summary>The one source of a handler, where code can name it from its start to its end.</summary>
internal sealed class MaskableSource
{
    private readonly IFieldSymbol? _field;
    private readonly StatementSyntax? _using;

    private MaskableSource(string name, IFieldSymbol? field, StatementSyntax? @using)
    {
        Name = name;
        _field = field;
        _using = @using;
    }

    /// <summary>Of the variable or field that has it.</summary>
    public string Name { get; }

    /// <summary>The source that a registration makes, if it is kept in a <c>using</c> variable, or for ever in a private static field of the type.</summary>
    public static async Task<MaskableSource?> OfAsync(HandlerStart start, INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        if (start.Lifetime is { Using: { } statement })
        {
            // Another method may run twice at the same time, and have two.
            if (!IsOfEntryPoint(statement, start.Model, cancellationToken))
            {
                return null;
            }

            VariableDeclarationSyntax declaration = (statement as LocalDeclarationStatementSyntax)?.Declaration ?? ((UsingStatementSyntax)statement).Declaration!;
            return new(declaration.Variables[0].Identifier.Text, null, statement);
        }

        return start.Call.Parent is EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator }
            && start.Model.GetDeclaredSymbol(declarator, cancellationToken) is IFieldSymbol { IsStatic: true, IsReadOnly: true, DeclaredAccessibility: Accessibility.Private } field
            && SymbolEqualityComparer.Default.Equals(field.ContainingType, type)
            && await IsKeptAsync(field, start.Document.Project, cancellationToken).ConfigureAwait(false)
            ? new(declarator.Identifier.Text, field, null) : null;
    }

    /// <summary>
    /// Whether the source is there whenever the statement runs, under its name; <see langword="false"/> where it never is, and <see langword="null"/> where that
    /// cannot be seen.
    /// </summary>
    public bool? Reach(StatementSyntax statement, SemanticModel model)
    {
        if (_field is not null)
        {
            return model.LookupSymbols(statement.SpanStart, name: _field.Name) is [var found] && SymbolEqualityComparer.Default.Equals(found, _field) ? true : null;
        }

        if (Functions.Around(statement) != Functions.Around(_using!) || statement.SyntaxTree != _using!.SyntaxTree)
        {
            return null;
        }

        return _using is UsingStatementSyntax { Statement: var body } ? body.Span.Contains(statement.Span)
            : (_using.Parent is GlobalStatementSyntax { Parent: var unit } ? unit : _using.Parent)!.Span.Contains(statement.Span) && statement.SpanStart > _using.Span.End;
    }

    private static bool IsOfEntryPoint(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken) => Functions.Around(statement) switch
    {
        null => statement.FirstAncestorOrSelf<GlobalStatementSyntax>() is not null,
        MethodDeclarationSyntax method => SymbolEqualityComparer.Default.Equals(
            model.GetDeclaredSymbol(method, cancellationToken), model.Compilation.GetEntryPoint(cancellationToken)),
        _ => false,
    };

    // Nobody disposes of it, or gives it away, and nothing of the program runs before it is there.
    private static async Task<bool> IsKeptAsync(IFieldSymbol field, Project project, CancellationToken cancellationToken)
    {
        if (field.ContainingType.StaticConstructors.Any(static constructor => !constructor.IsImplicitlyDeclared))
        {
            return false;
        }

        foreach (SyntaxReference part in field.ContainingType.DeclaringSyntaxReferences)
        {
            if (project.GetDocument(part.SyntaxTree) is not { } document
                || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
                || await part.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not TypeDeclarationSyntax type
                || type.Members.Where(static member => member is (FieldDeclarationSyntax or PropertyDeclarationSyntax) && member.Modifiers.Any(SyntaxKind.StaticKeyword))
                    .SelectMany(static member => member.DescendantNodes().OfType<EqualsValueClauseSyntax>())
                    .SelectMany(static value => value.DescendantNodes().Where(static node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax))
                    .Any(call => model.GetSymbolInfo(call, cancellationToken).Symbol is not { Locations: [{ IsInMetadata: true }, ..] })
                || type.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == field.Name
                    && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, field)
                    && !IsHarmless(name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHarmless(ExpressionSyntax source) =>
        source.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: not "Dispose" } access && access.Expression == source;
}
