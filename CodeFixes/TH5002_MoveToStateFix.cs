using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>Moves a private thread static that only one handler uses into that handler's state, where each source has its own.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH5002_MoveToStateFix))]
[Shared]
public sealed class TH5002_MoveToStateFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH5002.MoveToState";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ThreadStatic];

    private protected override string FixAllTitle => "Move thread statics into the state";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        Solution solution = document.Project.Solution;
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax used || model is null
            || model.GetSymbolInfo(used, cancellationToken).Symbol is not IFieldSymbol { IsStatic: true, DeclaredAccessibility: Accessibility.Private, Type.IsUnmanagedType: true } field
            || !Functions.IsInHandler(used, model, cancellationToken) || Functions.Around(used) is not { } handler
            || model.GetDeclaredSymbol(handler, cancellationToken) is not IMethodSymbol { Parameters: [{ Type: INamedTypeSymbol state } parameter, _] }
            || await StateAsync(state, field, solution, cancellationToken).ConfigureAwait(false) is not var (home, declaration)
            || field.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } place
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not VariableDeclaratorSyntax
            {
                Initializer: null,
                Parent: VariableDeclarationSyntax
                {
                    Variables.Count: 1,
                    Parent: FieldDeclarationSyntax { Parent: TypeDeclarationSyntax around, AttributeLists: [{ Attributes.Count: 1 }] } old,
                },
            }
            || KeptComments.With(old) is not { } comments
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } inState
            || await UsesAsync(field, handler, solution, cancellationToken).ConfigureAwait(false) is not { Count: > 0 } uses)
        {
            return null;
        }

        string title = $"Move '{field.Name}' into the state";
        Edit edit = new(title, place, around, current => Without((TypeDeclarationSyntax)current, field.Name), sameness: "-" + field.Name);
        TypeSyntax named = SyntaxFactory.ParseTypeName(field.Type.ToMinimalDisplayString(inState, declaration.OpenBraceToken.SpanStart));
        edit = new Edit(title, home, declaration, current => With((StructDeclarationSyntax)current, field.Name, named, comments), sameness: "+" + field.Name).With(edit);
        foreach (ExpressionSyntax use in uses)
        {
            edit = new Edit(title, document, use, current => SyntaxFactory.MemberAccessExpression(
                SyntaxKind.SimpleMemberAccessExpression, SyntaxFactory.IdentifierName(parameter.Name), SyntaxFactory.IdentifierName(field.Name)).WithTriviaFrom(current)).With(edit);
        }

        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    // A struct of the solution, with fields of its own, in no order that anybody counts on.
    private static async Task<(Document Home, StructDeclarationSyntax Declaration)?> StateAsync(
        INamedTypeSymbol state, IFieldSymbol field, Solution solution, CancellationToken cancellationToken) =>
        state is { IsReadOnly: false, IsGenericType: false, DeclaringSyntaxReferences: [{ } reference] }
        && state.GetMembers(field.Name).IsEmpty && field.ContainingType.TypeParameters.IsEmpty
        && !state.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name is "StructLayoutAttribute" or "InlineArrayAttribute")
        && solution.GetDocument(reference.SyntaxTree) is { } home
        && await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is StructDeclarationSyntax { OpenBraceToken.RawKind: not 0 } declaration
            ? (home, declaration) : null;

    // All of them must be in the handler itself.
    private static async Task<List<ExpressionSyntax>?> UsesAsync(IFieldSymbol field, SyntaxNode handler, Solution solution, CancellationToken cancellationToken)
    {
        List<ExpressionSyntax> uses = [];
        foreach (SyntaxReference part in field.ContainingType.DeclaringSyntaxReferences)
        {
            if (solution.GetDocument(part.SyntaxTree) is not { } document || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
            {
                return null;
            }

            foreach (IdentifierNameSyntax name in (await part.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)).DescendantNodes().OfType<IdentifierNameSyntax>())
            {
                if (name.Identifier.ValueText != field.Name || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, field))
                {
                    continue;
                }

                if (Functions.Around(name) != handler)
                {
                    return null;
                }

                uses.Add(name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name);
            }
        }

        return uses;
    }

    private static TypeDeclarationSyntax Without(TypeDeclarationSyntax type, string name)
    {
        FieldDeclarationSyntax? field = type.Members.OfType<FieldDeclarationSyntax>()
            .FirstOrDefault(one => one.Declaration.Variables.Any(variable => variable.Identifier.ValueText == name));
        if (field is null)
        {
            return type;
        }

        int at = type.Members.IndexOf(field);
        SyntaxList<MemberDeclarationSyntax> members = type.Members.RemoveAt(at);
        return type.WithMembers(at == 0 && members.Count > 0
            ? members.Replace(members[0], members[0].WithLeadingTrivia(members[0].GetLeadingTrivia().SkipWhile(static t => t.IsKind(SyntaxKind.EndOfLineTrivia))))
            : members);
    }

    private static StructDeclarationSyntax With(StructDeclarationSyntax state, string name, TypeSyntax type, List<SyntaxTrivia> comments)
    {
        FieldDeclarationSyntax field = SyntaxFactory.FieldDeclaration(
                SyntaxFactory.VariableDeclaration(
                    type.WithTrailingTrivia(SyntaxFactory.Space),
                    [SyntaxFactory.VariableDeclarator(name)]))
            .WithModifiers([SyntaxFactory.Token(SyntaxKind.PublicKeyword).WithTrailingTrivia(SyntaxFactory.Space)]);
        if (state.Members.LastOrDefault() is not { } last)
        {
            return state.AddMembers(KeptComments.Above(field, comments).WithAdditionalAnnotations(Formatter.Annotation));
        }

        // On a line of its own where the one before has one.
        bool ownLine = last.GetTrailingTrivia().Any(static t => t.IsKind(SyntaxKind.EndOfLineTrivia));
        SyntaxTriviaList indentation = [.. last.GetLeadingTrivia().Reverse().TakeWhile(static t => t.IsKind(SyntaxKind.WhitespaceTrivia)).Reverse()];
        SyntaxTriviaList end = [.. last.GetTrailingTrivia().Where(static t => t.RawKind is (int)SyntaxKind.WhitespaceTrivia or (int)SyntaxKind.EndOfLineTrivia)];
        SyntaxTriviaList leading = ownLine ? indentation : comments.Count > 0 ? [SyntaxFactory.EndOfLine(LineEnds.Like(state).ToString())] : default;
        leading = leading.AddRange(KeptComments.Lines(comments, indentation, LineEnds.Like(state)));
        return state.AddMembers(field.WithLeadingTrivia(leading).WithTrailingTrivia(ownLine ? [end.Last(static t => t.IsKind(SyntaxKind.EndOfLineTrivia))] : end));
    }
}
