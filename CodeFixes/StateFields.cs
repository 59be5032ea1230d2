using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace TopHalf.CodeFixes;

/// <summary>New fields in the struct that is a handler's state: where they can be added, how, and how they get their first value.</summary>
internal static class StateFields
{
    private const string Added = "TopHalf.AddedState";

    /// <summary>The declaration that a field can be added to, if there is one that all can see through.</summary>
    public static (Document Document, TypeDeclarationSyntax Declaration)? Home(INamedTypeSymbol state, Project project, CancellationToken cancellationToken) =>
        state is { TypeKind: TypeKind.Struct, IsReadOnly: false, IsFileLocal: false } && !IsGeneric(state)
            && !state.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name is "StructLayoutAttribute" or "InlineArrayAttribute")
            && state.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).OfType<TypeDeclarationSyntax>()
                .OrderByDescending(static part => part.Members.OfType<FieldDeclarationSyntax>().Any()).FirstOrDefault() is { } declaration
            && project.GetDocument(declaration.SyntaxTree) is { } document
            ? (document, declaration)
            : null;

    /// <summary>Whether anybody replaces the whole state behind a reference to it, and with it what registration put into a field.</summary>
    public static async Task<bool> AreReplacedAsync(INamedTypeSymbol state, Project project, CancellationToken cancellationToken)
    {
        foreach (Document document in project.Documents)
        {
            if (await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false) is not { } root)
            {
                continue;
            }

            if (root.DescendantNodes().SelectMany(Changed).ToArray() is { Length: > 0 } changed)
            {
                SemanticModel model = (await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false))!;
                if (changed.Any(target => SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(target, cancellationToken).Type, state)
                    && model.GetSymbolInfo(target, cancellationToken).Symbol is not (IFieldSymbol or IPropertySymbol { RefKind: RefKind.None } or ILocalSymbol { RefKind: RefKind.None }
                        or IParameterSymbol { RefKind: RefKind.None, IsThis: false })))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // What is assigned or given to be assigned.
    private static IEnumerable<ExpressionSyntax> Changed(SyntaxNode node) =>
        node switch
        {
            AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: TupleExpressionSyntax tuple } =>
                tuple.Arguments.Select(static part => part.Expression),
            AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment => [assignment.Left],
            ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword, Expression: not DeclarationExpressionSyntax } argument => [argument.Expression],
            _ => [],
        };

    public static bool IsGeneric(ISymbol? symbol)
    {
        for (; symbol is not null; symbol = symbol.ContainingSymbol)
        {
            if (symbol is IMethodSymbol { IsGenericMethod: true } or INamedTypeSymbol { IsGenericType: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How a new field is to be seen: not by more than the project, where documentation may be asked for.</summary>
    public static string Accessibility(TypeDeclarationSyntax state) => state.Modifiers.Any(SyntaxKind.PublicKeyword) ? "internal" : "public";

    /// <summary>A field.</summary>
    public static MemberDeclarationSyntax Field(string accessibility, ITypeSymbol type, string name, SyntaxNode place, SemanticModel model, Document document)
    {
        var field = (FieldDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration($"{accessibility} __T {name};")!;
        return field.WithDeclaration(field.Declaration.WithType(TypeOf(type, place, model, document).WithTriviaFrom(field.Declaration.Type)));
    }

    /// <summary>A type's name, which for the built-in ones is a keyword.</summary>
    public static TypeSyntax TypeOf(ITypeSymbol type, SyntaxNode place, SemanticModel model, Document document) =>
        type.SpecialType is SpecialType.None or SpecialType.System_DateTime or SpecialType.System_IntPtr or SpecialType.System_UIntPtr
            && type is INamedTypeSymbol { IsNativeIntegerType: false }
            ? TypeNames.Of(type, place, model, document)
            : SyntaxFactory.ParseTypeName(type.ToDisplayString());

    /// <summary>The struct with one more field, behind those that it has.</summary>
    /// <param name="state">The struct.</param>
    /// <param name="field">The field.</param>
    /// <param name="moved">What it replaces elsewhere, whose comments come along.</param>
    public static TypeDeclarationSyntax With(TypeDeclarationSyntax state, MemberDeclarationSyntax field, SyntaxNode? moved = null)
    {
        int last = state.Members.LastIndexOf(static member => member is FieldDeclarationSyntax);
        last = last < 0 ? state.Members.Count - 1 : last;
        if (last < 0)
        {
            // record struct State; has no braces.
            return state.WithSemicolonToken(default)
                .WithOpenBraceToken(SyntaxFactory.Token(SyntaxKind.OpenBraceToken)).WithMembers([field])
                .WithCloseBraceToken(SyntaxFactory.Token(SyntaxKind.CloseBraceToken).WithTrailingTrivia(state.GetTrailingTrivia())).WithAdditionalAnnotations(Formatter.Annotation);
        }

        MemberDeclarationSyntax before = state.Members[last];
        SyntaxTriviaList end = MovedTrivia.Bare(before.GetTrailingTrivia());
        SyntaxTriviaList indentation = MovedTrivia.Indentation(before);
        SyntaxTriviaList leading = indentation;
        if (moved is not null && Comments.AreIn(moved.GetLeadingTrivia()))
        {
            leading = indentation.AddRange(MovedTrivia.Split(moved.GetLeadingTrivia()).Own.SkipWhile(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)));
            field = field.WithAdditionalAnnotations(Formatter.Annotation);
        }

        if (moved is not null && Comments.AreIn(moved.GetTrailingTrivia()))
        {
            end = moved.GetTrailingTrivia();
        }

        return state.WithMembers(state.Members.Insert(last + 1, field.WithLeadingTrivia(leading).WithTrailingTrivia(end)));
    }

    /// <summary>The arguments of <c>Start</c> with a field set in the initial state, which is added if there is none.</summary>
    /// <param name="arguments">The arguments, the first of which is the handler.</param>
    /// <param name="initial">Which one is the initial state, if one is.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="type">The state's name there.</param>
    public static ArgumentListSyntax Set(ArgumentListSyntax arguments, int? initial, string field, string value, TypeSyntax type)
    {
        InitializerExpressionSyntax set = ((WithExpressionSyntax)SyntaxFactory.ParseExpression($"x with {{ {field} = {value} }}")).Initializer;
        // Another field may have been set before.
        initial ??= arguments.Arguments.Count > 1 && arguments.Arguments[1].HasAnnotations(Added) ? 1 : null;
        if (initial is not { } index)
        {
            SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
            return arguments.WithArguments(SyntaxFactory.SeparatedList<ArgumentSyntax>(
                arguments.Arguments.GetWithSeparators().InsertRange(1, [comma,
                    SyntaxFactory.Argument(New(type, set)).WithAdditionalAnnotations(new SyntaxAnnotation(Added))])));
        }

        ArgumentSyntax argument = arguments.Arguments[index];
        ExpressionSyntax expression = argument.Expression switch
        {
            DefaultExpressionSyntax or LiteralExpressionSyntax => New(type, set),
            BaseObjectCreationExpressionSyntax { Initializer: { } present } creation =>
                creation.WithInitializer(present.WithExpressions(With(present.Expressions, set.Expressions[0]))),
            ObjectCreationExpressionSyntax { ArgumentList: null or { Arguments.Count: 0 } } creation when !Comments.AreIn(creation.DescendantTrivia()) => New(creation.Type, set),
            BaseObjectCreationExpressionSyntax creation => creation
                .WithArgumentList((creation.ArgumentList ?? SyntaxFactory.ArgumentList()).WithTrailingTrivia(SyntaxFactory.Space)).WithInitializer(AsObject(set)),
            WithExpressionSyntax present => present.WithInitializer(present.Initializer.WithExpressions(With(present.Initializer.Expressions, set.Expressions[0]))),
            { } given => SyntaxFactory.WithExpression(
                given.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space),
                    SyntaxFactory.Token(SyntaxKind.WithKeyword).WithTrailingTrivia(SyntaxFactory.Space), set),
        };
        return arguments.ReplaceNode(argument, argument.WithRefKindKeyword(default).WithExpression(expression.WithTriviaFrom(argument.Expression)));
    }

    private static ObjectCreationExpressionSyntax New(TypeSyntax type, InitializerExpressionSyntax set) =>
        SyntaxFactory.ObjectCreationExpression(
            SyntaxFactory.Token(SyntaxKind.NewKeyword).WithTrailingTrivia(SyntaxFactory.Space),
                type.WithoutLeadingTrivia().WithTrailingTrivia(SyntaxFactory.Space), null, AsObject(set));

    private static InitializerExpressionSyntax AsObject(InitializerExpressionSyntax set) =>
        SyntaxFactory.InitializerExpression(SyntaxKind.ObjectInitializerExpression, set.OpenBraceToken, set.Expressions, set.CloseBraceToken);

    // Behind the last one, as that is: on a line of its own or not, with a comma behind it or not.
    private static SeparatedSyntaxList<ExpressionSyntax> With(SeparatedSyntaxList<ExpressionSyntax> present, ExpressionSyntax added)
    {
        SyntaxNodeOrTokenList list = present.GetWithSeparators();
        if (list.Count == 0)
        {
            return SyntaxFactory.SingletonSeparatedList(added.WithTrailingTrivia(SyntaxFactory.Space));
        }

        SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken);
        SyntaxNodeOrToken last = list.Last();
        SyntaxTriviaList end = MovedTrivia.Bare(last.GetTrailingTrivia());
        bool isOnOwnLine = end.Any(SyntaxKind.EndOfLineTrivia);
        added = added.WithLeadingTrivia(isOnOwnLine ? MovedTrivia.Indentation(present.Last()) : default);
        return SyntaxFactory.SeparatedList<ExpressionSyntax>(last.IsToken
            ? list.Add(added).Add(comma.WithTrailingTrivia(end))
            : list.Replace(last, last.WithTrailingTrivia()).Add(comma.WithTrailingTrivia(
                isOnOwnLine ? last.GetTrailingTrivia() : [SyntaxFactory.Space])).Add(added.WithTrailingTrivia(end)));
    }
}
