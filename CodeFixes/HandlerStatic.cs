using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;

namespace TopHalf.CodeFixes;

/// <summary>A private static that one handler uses and nobody else, so that it may as well be in the handler's state.</summary>
internal sealed class HandlerStatic(
    IFieldSymbol field, string name, ImmutableArray<ExpressionSyntax> uses, Document document, FieldDeclarationSyntax declaration, ExpressionSyntax? value)
{
    public IFieldSymbol Field { get; } = field;

    /// <summary>What it is called in the state.</summary>
    public string Name { get; } = name;

    /// <summary>All that the handler does with it.</summary>
    public ImmutableArray<ExpressionSyntax> Uses { get; } = uses;

    public Document Document { get; } = document;

    /// <summary>What declares it.</summary>
    public TypeDeclarationSyntax Type => (TypeDeclarationSyntax)declaration.Parent!;

    /// <summary>The constant that it is at first.</summary>
    public ExpressionSyntax? Value { get; } = value;

    /// <summary>Those of a handler, in the order of their first use.</summary>
    public static async Task<ImmutableArray<HandlerStatic>> OfAsync(MethodDeclarationSyntax handler, Document document, SemanticModel model, CancellationToken cancellationToken)
    {
        ImmutableArray<HandlerStatic>.Builder found = ImmutableArray.CreateBuilder<HandlerStatic>();
        INamedTypeSymbol type = model.GetDeclaredSymbol(handler, cancellationToken)!.ContainingType;
        foreach (IGrouping<IFieldSymbol, IdentifierNameSyntax> uses in handler.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Select(name => (Name: name, Field: model.GetSymbolInfo(name, cancellationToken).Symbol as IFieldSymbol))
            .Where(use => use.Field is { IsStatic: true, IsConst: false, IsReadOnly: false, IsVolatile: false, DeclaredAccessibility: Accessibility.Private, Type.IsUnmanagedType: true }
                && SymbolEqualityComparer.Default.Equals(use.Field.ContainingType, type))
            .GroupBy(static use => use.Field!, static use => use.Name, (IEqualityComparer<IFieldSymbol>)SymbolEqualityComparer.Default))
        {
            IFieldSymbol field = uses.Key;
            if (field.DeclaringSyntaxReferences is [{ } reference] && document.Project.GetDocument(reference.SyntaxTree) is { } home
                && await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is VariableDeclaratorSyntax
                {
                    Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax { AttributeLists.Count: 0, Parent: TypeDeclarationSyntax } declaration },
                } declarator
                && !Comments.AreWithin(declaration) && declaration.GetLeadingTrivia().All(static trivia => !trivia.IsDirective)
                && declarator.Initializer?.Value is null or LiteralExpressionSyntax or PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax }
                && uses.All(name => Functions.Around(name) == handler && Whole(name).Parent is not PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression })
                && (await PlacesAsync(field, document.Project.Solution, cancellationToken).ConfigureAwait(false)).Length == uses.Count())
            {
                found.Add(new(field, NameInState(field.Name, [.. found.Select(static other => other.Name)]), [.. uses.Select(Whole)], home, declaration, declarator.Initializer?.Value));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Where a symbol is named; a file of several projects is one place.</summary>
    public static async Task<(string? Path, TextSpan Span)[]> PlacesAsync(ISymbol symbol, Solution solution, CancellationToken cancellationToken) =>
        [.. (await SymbolFinder.FindReferencesAsync(symbol, solution, cancellationToken).ConfigureAwait(false)).SelectMany(static reference => reference.Locations)
            .Select(static place => (place.Document.FilePath, place.Location.SourceSpan)).Distinct()];

    /// <summary>It, as a field of the state, with its comments.</summary>
    public MemberDeclarationSyntax AsField(SyntaxTrivia end)
    {
        VariableDeclaratorSyntax variable = declaration.Declaration.Variables[0];
        return declaration
            .WithModifiers([SyntaxFactory.Token(SyntaxKind.PublicKeyword).WithTrailingTrivia(SyntaxFactory.Space)])
            .WithDeclaration(declaration.Declaration.WithVariables([variable.WithInitializer(null).WithIdentifier(SyntaxFactory.Identifier(Name))]))
            .WithLeadingTrivia(MovedTrivia.Split(declaration.GetLeadingTrivia()).Own)
            .WithTrailingTrivia(declaration.GetTrailingTrivia() is { } trailing && trailing.Any(SyntaxKind.EndOfLineTrivia) ? trailing : trailing.Add(end))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    /// <summary>A type without the field.</summary>
    public static TypeDeclarationSyntax Without(TypeDeclarationSyntax type, string name)
    {
        int at = type.Members.IndexOf(member => member is FieldDeclarationSyntax { Declaration.Variables: [{ } only] } && only.Identifier.ValueText == name);
        SyntaxTriviaList above = EmptyLines(type.Members[at]);
        SyntaxList<MemberDeclarationSyntax> members = type.Members.RemoveAt(at);
        if (at == members.Count)
        {
            return type.WithMembers(members);
        }

        // The empty lines above it stay, but an empty line does not begin a type.
        MemberDeclarationSyntax next = members[at];
        SyntaxTriviaList own = next.GetLeadingTrivia();
        SyntaxTriviaList lines = EmptyLines(next);
        SyntaxTriviaList kept = at == 0 ? default : above.Count > 0 ? above : lines;
        return type.WithMembers(members.Replace(next, next.WithLeadingTrivia(kept.AddRange(own.Skip(lines.Count)))));
    }

    private static SyntaxTriviaList EmptyLines(MemberDeclarationSyntax member) => [.. member.GetLeadingTrivia().TakeWhile(static trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))];

    private static ExpressionSyntax Whole(IdentifierNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;

    /// <summary>What a static is called in a state: s_count and _count are called Count, with a number behind it where something else is.</summary>
    public static string NameInState(string name, IReadOnlyCollection<string> taken)
    {
        string bare = name.StartsWith("s_", StringComparison.Ordinal) || name.StartsWith("m_", StringComparison.Ordinal) ? name.Substring(2) : name.TrimStart('_');
        bare = bare.Length == 0 || !SyntaxFacts.IsIdentifierStartCharacter(bare[0]) ? "Value" : char.ToUpperInvariant(bare[0]) + bare.Substring(1);
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? bare : bare + number.ToString(CultureInfo.InvariantCulture)).First(free => !taken.Contains(free));
    }
}
