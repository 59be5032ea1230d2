using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Removes a static constructor that only gives fields their first values, and gives them where the fields are declared: then registration runs the
/// initialiser, and code that was compiled before asks for nothing.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH5001_FieldInitializersFix))]
[Shared]
public sealed class TH5001_FieldInitializersFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH5001.FieldInitializers";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.TypeInitializer];

    private protected override string FixAllTitle => "Initialise fields where they are declared";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        if (await Cause.FindAsync<SyntaxNode>(
                solution, diagnostic, (one, where) => Initialized(one, where, cancellationToken) is not null, cancellationToken).ConfigureAwait(false) is not ({ }, { } node, { } model)
            || Initialized(node, model, cancellationToken) is not { StaticConstructors: [{ DeclaringSyntaxReferences: [{ } reference] }] } type
            || solution.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not ConstructorDeclarationSyntax { Parent: TypeDeclarationSyntax around } constructor
            || KeptComments.With(constructor) is not { } comments || constructor.AttributeLists.Count > 0
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } inside
            || Values(constructor, type, inside, cancellationToken) is not { } values || (values.Count == 0 && comments.Count > 0))
        {
            return null;
        }

        string title = values.Count == 0 ? $"Remove the empty static constructor of '{type.Name}'" : $"Initialise the fields of '{type.Name}' where they are declared";
        Edit? edit = new(title, home, around, static current => Without((TypeDeclarationSyntax)current));
        foreach ((IFieldSymbol field, ExpressionSyntax value) in values)
        {
            if (field.DeclaringSyntaxReferences is not [{ } declaration] || solution.GetDocument(declaration.SyntaxTree) is not { } place
                || await declaration.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not VariableDeclaratorSyntax declarator
                || (declarator.Initializer is { } old && (Comments.AreIn(old.DescendantTrivia()) || await place.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false)
                    is not { } other || !other.GetConstantValue(old.Value, cancellationToken).HasValue)))
            {
                return null;
            }

            if (Said(constructor, comments, values, value) is { Length: > 0 } said)
            {
                edit = new Edit(title, place, declarator.FirstAncestorOrSelf<FieldDeclarationSyntax>()!, current => KeptComments.Above(current, said), sameness: field.Name).With(edit);
            }

            edit = new Edit(title, place, declarator, current =>
            {
                var changed = (VariableDeclaratorSyntax)current;
                return changed.Initializer is { } first
                    ? changed.WithInitializer(first.WithValue(value.WithTriviaFrom(first.Value)))
                    : changed.WithIdentifier(changed.Identifier.WithTrailingTrivia()).WithInitializer(SyntaxFactory.EqualsValueClause(
                        SyntaxFactory.Token(SyntaxKind.EqualsToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space), value.WithoutTrivia()))
                        .WithTrailingTrivia(changed.GetTrailingTrivia());
            }).With(edit);
        }

        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // What is said before the value of a field, and in its line; with the last one, also what is said behind it.
    private static SyntaxTrivia[] Said(
        ConstructorDeclarationSyntax constructor, IEnumerable<SyntaxTrivia> comments, List<(IFieldSymbol Field, ExpressionSyntax Value)> values, ExpressionSyntax value)
    {
        int at = values.FindIndex(each => each.Value == value);
        int from = at == 0 ? constructor.FullSpan.Start : End(values[at - 1].Value);
        int to = at == values.Count - 1 ? constructor.FullSpan.End : End(value);
        return [.. comments.Where(comment => comment.SpanStart >= from && comment.SpanStart < to)];

        static int End(ExpressionSyntax value) => (value.FirstAncestorOrSelf<StatementSyntax>() ?? (SyntaxNode)value).FullSpan.End;
    }

    // The type of what is used, or of the handler itself.
    private static INamedTypeSymbol? Initialized(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken) =>
        (model.GetDeclaredSymbol(node, cancellationToken) ?? model.GetSymbolInfo(node, cancellationToken).Symbol)?.ContainingType
            is { StaticConstructors: [{ IsImplicitlyDeclared: false }] } type ? type : null;

    // A constant for each field, once: then it does not matter what is set first, nor when.
    private static List<(IFieldSymbol Field, ExpressionSyntax Value)>? Values(
        ConstructorDeclarationSyntax constructor, INamedTypeSymbol type, SemanticModel model, CancellationToken cancellationToken)
    {
        IEnumerable<ExpressionSyntax?> expressions = constructor.ExpressionBody is { } arrow ? [arrow.Expression]
            : constructor.Body?.Statements.Select(static statement => (statement as ExpressionStatementSyntax)?.Expression) ?? [null];
        List<(IFieldSymbol Field, ExpressionSyntax Value)> values = [];
        foreach (ExpressionSyntax? expression in expressions)
        {
            if (expression is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: IdentifierNameSyntax name, Right: var value }
                || model.GetSymbolInfo(name, cancellationToken).Symbol is not IFieldSymbol { IsStatic: true, IsConst: false } field
                || !SymbolEqualityComparer.Default.Equals(field.ContainingType, type)
                || values.Any(other => SymbolEqualityComparer.Default.Equals(other.Field, field))
                || !model.GetConstantValue(value, cancellationToken).HasValue)
            {
                return null;
            }

            values.Add((field, value));
        }

        return values;
    }

    private static TypeDeclarationSyntax Without(TypeDeclarationSyntax type)
    {
        ConstructorDeclarationSyntax? constructor = type.Members.OfType<ConstructorDeclarationSyntax>().FirstOrDefault(static one => one.Modifiers.Any(SyntaxKind.StaticKeyword));
        if (constructor is null)
        {
            return type;
        }

        // The empty line between it and the next one goes with it.
        int at = type.Members.IndexOf(constructor);
        SyntaxList<MemberDeclarationSyntax> members = type.Members.RemoveAt(at);
        return type.WithMembers(at == 0 && members.Count > 0
            ? members.Replace(members[0], members[0].WithLeadingTrivia(members[0].GetLeadingTrivia().SkipWhile(static t => t.IsKind(SyntaxKind.EndOfLineTrivia))))
            : members);
    }
}
