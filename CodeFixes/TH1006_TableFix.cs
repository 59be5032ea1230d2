using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns a private <c>static readonly int[] Table = [1, 2, 3];</c> that is only ever read into <c>static ReadOnlySpan&lt;int&gt; Table =&gt; [1, 2, 3];</c>: the
/// compiler puts the numbers into the image, and no object is left.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1006_TableFix))]
[Shared]
public sealed class TH1006_TableFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1006.Table";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ManagedRead];

    private protected override string FixAllTitle => "Put tables into the image";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await Cause.FindAsync<ExpressionSyntax>(
                document.Project.Solution, diagnostic, (node, at) => Field(node, at, cancellationToken) is not null, cancellationToken).ConfigureAwait(false) is not var (_, read, model)
            || Field(read, model, cancellationToken) is not
            {
                IsStatic: true, IsReadOnly: true, DeclaredAccessibility: Accessibility.Private, Type: IArrayTypeSymbol { Rank: 1, ElementType: var number },
            } field
            || field.DeclaringSyntaxReferences is not [{ } reference] || document.Project.Solution.GetDocument(reference.SyntaxTree) is not { } home
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } declared
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not VariableDeclaratorSyntax
            {
                Initializer.Value: { } value, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax { AttributeLists.Count: 0 } declaration },
            }
            || Elements(value) is not { Count: > 0 } elements || !elements.All(one => declared.GetConstantValue(one, cancellationToken).HasValue)
            || !await IsOnlyReadAsync(field, document.Project.Solution, cancellationToken).ConfigureAwait(false)
            || declared.Compilation.GetTypeByMetadataName("System.ReadOnlySpan`1") is not { } span)
        {
            return null;
        }

        TypeSyntax type = TypeNames.Of(span.Construct(number), declaration, declared, home);
        Edit edit = new($"Put the numbers of '{field.Name}' into the image", home, declaration, current => Property((FieldDeclarationSyntax)current, type));
        Document[] parts = [.. field.ContainingType.DeclaringSyntaxReferences.Select(part => document.Project.Solution.GetDocument(part.SyntaxTree)).OfType<Document>()];
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken, parts).ConfigureAwait(false);
    }

    private static IFieldSymbol? Field(ExpressionSyntax read, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetSymbolInfo(
            read switch
            {
                ElementAccessExpressionSyntax element => element.Expression,
                MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Length" } length => length.Expression,
                _ => read,
            },
            cancellationToken).Symbol as IFieldSymbol;

    private static IReadOnlyList<ExpressionSyntax>? Elements(ExpressionSyntax value) => value switch
    {
        CollectionExpressionSyntax { Elements: var elements } when elements.All(static element => element is ExpressionElementSyntax) =>
            [.. elements.Select(static element => ((ExpressionElementSyntax)element).Expression)],
        ArrayCreationExpressionSyntax { Initializer.Expressions: var elements } => elements,
        ImplicitArrayCreationExpressionSyntax { Initializer.Expressions: var elements } => elements,
        InitializerExpressionSyntax { Expressions: var elements } => elements,
        _ => null,
    };

    private static PropertyDeclarationSyntax Property(FieldDeclarationSyntax field, TypeSyntax type)
    {
        VariableDeclaratorSyntax declarator = field.Declaration.Variables[0];
        EqualsValueClauseSyntax initializer = declarator.Initializer!;

        // A collection expression alone is never an array on the way.
        ExpressionSyntax value = Braces(initializer.Value) is { } braces ? Brackets(braces) : initializer.Value;
        SyntaxTokenList modifiers = SyntaxFactory.TokenList(field.Modifiers.Where(static modifier => !modifier.IsKind(SyntaxKind.ReadOnlyKeyword)));
        if (field.Modifiers.IndexOf(SyntaxKind.ReadOnlyKeyword) == 0)
        {
            modifiers = modifiers.Replace(modifiers[0], modifiers[0].WithLeadingTrivia(field.Modifiers[0].LeadingTrivia));
        }

        return SyntaxFactory.PropertyDeclaration(type.WithTriviaFrom(field.Declaration.Type), declarator.Identifier)
            .WithModifiers(modifiers).WithAccessorList(null).WithExpressionBody(SyntaxFactory.ArrowExpressionClause(SyntaxFactory.Token(SyntaxKind.EqualsGreaterThanToken).WithTriviaFrom(initializer.EqualsToken), value))
            .WithSemicolonToken(field.SemicolonToken);
    }

    private static CollectionExpressionSyntax Brackets(InitializerExpressionSyntax braces)
    {
        SyntaxNodeOrToken[] parts = [.. braces.Expressions.GetWithSeparators()];
        int last = parts.Length - 1;
        if (parts[last].AsNode() is { } end)
        {
            parts[last] = end.WithTrailingTrivia(Inner(end.GetTrailingTrivia()));
        }

        return SyntaxFactory.CollectionExpression(
            SyntaxFactory.Token(SyntaxKind.OpenBracketToken).WithLeadingTrivia(braces.OpenBraceToken.LeadingTrivia)
                .WithTrailingTrivia(Inner(braces.OpenBraceToken.TrailingTrivia)),
            SyntaxFactory.SeparatedList<CollectionElementSyntax>(
                parts.Select(static part => part.AsNode() is ExpressionSyntax one ? (SyntaxNodeOrToken)SyntaxFactory.ExpressionElement(one) : part)),
            SyntaxFactory.Token(SyntaxKind.CloseBracketToken).WithTriviaFrom(braces.CloseBraceToken));
    }

    private static InitializerExpressionSyntax? Braces(ExpressionSyntax value) => value switch
    {
        ArrayCreationExpressionSyntax creation => creation.Initializer,
        ImplicitArrayCreationExpressionSyntax creation => creation.Initializer,
        _ => value as InitializerExpressionSyntax,
    };

    // { 1, 2 } has spaces inside, [1, 2] has none.
    private static SyntaxTriviaList Inner(SyntaxTriviaList trivia) =>
        trivia.All(static t => t.IsKind(SyntaxKind.WhitespaceTrivia)) ? default : trivia;

    // In all parts of its class: an element by an index, the length, foreach, and being passed as a span of what is only read.
    private static async Task<bool> IsOnlyReadAsync(IFieldSymbol field, Solution solution, CancellationToken cancellationToken)
    {
        foreach (SyntaxReference part in field.ContainingType.DeclaringSyntaxReferences)
        {
            if (solution.GetDocument(part.SyntaxTree) is not { } document || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
            {
                return false;
            }

            SyntaxNode type = await part.GetSyntaxAsync(cancellationToken).ConfigureAwait(false);
            if (!type.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(name => name.Identifier.ValueText == field.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, field))
                .All(name => IsRead(name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name, model, cancellationToken)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsRead(ExpressionSyntax table, SemanticModel model, CancellationToken cancellationToken) => table.Parent switch
    {
        ElementAccessExpressionSyntax { ArgumentList.Arguments: [{ Expression: { } index }] } access => access.Expression == table
            && model.GetTypeInfo(index, cancellationToken).ConvertedType?.SpecialType == SpecialType.System_Int32
            && access.Parent is not (ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or RefExpressionSyntax
                or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression or (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression }
                or PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression })
            && !(access.Parent is AssignmentExpressionSyntax assignment && assignment.Left == access),
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Length" } access => access.Expression == table,
        ForEachStatementSyntax loop => loop.Expression == table,
        ArgumentSyntax { RefKindKeyword.RawKind: 0 } or EqualsValueClauseSyntax => model.GetTypeInfo(table, cancellationToken).ConvertedType is { } type
            && type.OriginalDefinition.ToDisplayString() == "System.ReadOnlySpan<T>",
        _ => false,
    };
}
