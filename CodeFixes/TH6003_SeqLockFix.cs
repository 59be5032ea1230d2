using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Makes a <c>SeqLock&lt;T&gt;</c> of a static that is read or written in halves, and changes all that uses it: <c>Read</c> and <c>Write</c> in ordinary
/// code, <c>TryWrite</c> in handlers. Only where handlers do no more than write it: what one is to do that cannot read it, only its author knows.
/// </summary>
/// <remarks>A try that fails leaves the value of the writer that it met, which is done later: the same as if the handler had come right before that.</remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH6003_SeqLockFix))]
[Shared]
public sealed class TH6003_SeqLockFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH6003.SeqLock";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.TornValue];

    private protected override string FixAllTitle => "Share wide values by SeqLock<T>";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (model is null || root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax place
            || Static(place) is not { } field || !CanBeLocked(field)
            || field.DeclaringSyntaxReferences is not [{ } reference] || document.Project.GetDocument(reference.SyntaxTree) is not { } home
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false)
                is not VariableDeclaratorSyntax
                {
                    Initializer: null, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax { AttributeLists.Count: 0 } } declaration,
                }
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } homeModel
            || homeModel.Compilation.GetTypeByMetadataName("TopHalf.SeqLock`1") is not { } seqLock
            || await UsesAsync(field, document.Project, cancellationToken).ConfigureAwait(false) is not { } uses)
        {
            return null;
        }

        TypeSyntax type = TypeNames.Of(seqLock.Construct(field.Type), declaration, homeModel, home);
        Edit edit = new("", home, declaration.Type, current => type.WithTriviaFrom(current));
        foreach (Edit use in uses)
        {
            edit = use.With(edit);
        }

        return new Edit($"Share '{field.Name}' by a SeqLock<T>", edit.Document, edit.Target, edit.Rewrite, edit.Other);

        // The static that the place is, or is a part of.
        IFieldSymbol? Static(ExpressionSyntax place) => model.GetSymbolInfo(place, cancellationToken).Symbol is IFieldSymbol { IsStatic: true } found ? found
            : place is MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression } access ? Static(access.Expression) : null;
    }

    private static bool CanBeLocked(IFieldSymbol field) =>
        field is { IsReadOnly: false, DeclaredAccessibility: Accessibility.Private or Accessibility.Internal, ContainingType.IsGenericType: false }
        && field.Type is INamedTypeSymbol { TypeKind: TypeKind.Struct, IsUnmanagedType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T };

    // Null if one of them cannot be changed.
    private static async Task<List<Edit>?> UsesAsync(IFieldSymbol field, Project project, CancellationToken cancellation)
    {
        ImmutableHashSet<string?> files = [.. project.Documents.Select(static document => document.FilePath)];
        Compilation compilation = (await project.GetCompilationAsync(cancellation).ConfigureAwait(false))!;
        ImmutableHashSet<ISymbol> handlers = HandlerMembers.Of(compilation, project.AnalyzerOptions, cancellation);
        List<Edit> edits = [];
        foreach (ReferenceLocation place in (await SymbolFinder.FindReferencesAsync(field, project.Solution, cancellation).ConfigureAwait(false))
            .SelectMany(static reference => reference.Locations))
        {
            // A file of several projects is changed in this one.
            if (place.Document.Project.Id != project.Id)
            {
                if (files.Contains(place.Document.FilePath))
                {
                    continue;
                }

                return null;
            }

            SyntaxNode? root = await place.Document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
            SemanticModel? model = await place.Document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
            SyntaxNode? name = root?.FindNode(place.Location.SourceSpan, findInsideTrivia: true, getInnermostNodeForTie: true);
            if (name?.FirstAncestorOrSelf<DocumentationCommentTriviaSyntax>() is not null)
            {
                continue;
            }

            if (name is not IdentifierNameSyntax identifier || model is null || Use(identifier, place.Document, model, handlers, cancellation) is not { } edit)
            {
                return null;
            }

            edits.Add(edit);
        }

        return edits;
    }

    private static Edit? Use(IdentifierNameSyntax name, Document document, SemanticModel model, ImmutableHashSet<ISymbol> handlers, CancellationToken cancellation)
    {
        ExpressionSyntax whole = name.Parent is MemberAccessExpressionSyntax qualified && qualified.Name == name ? qualified : name;
        if (model.GetOperation(whole, cancellation) is not { } operation || Runs(whole, model, handlers, cancellation) is not { } isHandler)
        {
            return null;
        }

        if (operation.Parent is ISimpleAssignmentOperation { IsRef: false, Parent: IExpressionStatementOperation, Syntax: AssignmentExpressionSyntax assignment } write
            && write.Target == operation)
        {
            // What is computed of the old value would be lost by what comes in between; and another static would be lent, and read in halves, until it
            // is mended itself.
            return write.Value is IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: false } }
                || assignment.Right.DescendantTokens().Any(token => token.ValueText == name.Identifier.ValueText) ? null
                : new Edit("", document, assignment, current =>
                {
                    var changed = (AssignmentExpressionSyntax)current;
                    ArgumentSyntax value = SyntaxFactory.Argument(changed.Right.WithoutTrivia());
                    return Call(changed.Left.WithoutTrailingTrivia(), isHandler ? "TryWrite" : "Write", value).WithTriviaFrom(current);
                });
        }

        return !isHandler && IsRead(operation)
            ? new Edit("", document, whole, static current => Call(((ExpressionSyntax)current).WithoutTrivia(), "Read").WithTriviaFrom(current)) : null;
    }

    // In a handler or not; null where both can be, or where it is not known.
    private static bool? Runs(SyntaxNode node, SemanticModel model, ImmutableHashSet<ISymbol> handlers, CancellationToken cancellation)
    {
        bool isHandler = false;
        for (ISymbol? symbol = model.GetEnclosingSymbol(node.SpanStart, cancellation); symbol is IMethodSymbol method; symbol = symbol.ContainingSymbol)
        {
            if (method.GetAttributes().Concat(method.AssociatedSymbol?.GetAttributes() ?? [])
                .Any(static attribute => attribute.AttributeClass?.Name is "AsyncSignalSafeAttribute" or "UnmanagedCallersOnlyAttribute"))
            {
                return null;
            }

            isHandler |= handlers.Contains(method.OriginalDefinition);
        }

        return isHandler;
    }

    // Of the whole or of a part: not by reference, and nothing is called on it that may change it.
    private static bool IsRead(IOperation operation) =>
        operation.Syntax.Parent is not (RefExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None })
        && operation.Parent switch
        {
            IFieldReferenceOperation part => part.Type is { IsReferenceType: false } && IsRead(part),
            IPropertyReferenceOperation part => part.Property.GetMethod is { } get && Keeps(get) && part.Arguments.IsEmpty && IsRead(part),
            IInvocationOperation call => call.Instance != operation || Keeps(call.TargetMethod),
            IArgumentOperation argument => argument.Parameter?.RefKind == RefKind.None,
            IAssignmentOperation assignment => assignment.Target != operation && assignment is not ISimpleAssignmentOperation { IsRef: true },
            IIncrementOrDecrementOperation or IAddressOfOperation or ITupleOperation or IInvalidOperation or null => false,
            { Kind: OperationKind.None } => false,
            _ => true,
        };

    private static bool Keeps(IMethodSymbol method) => method.IsReadOnly || method.ContainingType.IsReadOnly || method.ContainingType.SpecialType != SpecialType.None
        || method.ContainingAssembly.Name is "System.Runtime" or "System.Private.CoreLib" or "netstandard";

    private static InvocationExpressionSyntax Call(ExpressionSyntax instance, string member, params ArgumentSyntax[] arguments) =>
        SyntaxFactory.InvocationExpression(
            SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, instance, SyntaxFactory.IdentifierName(member)),
            SyntaxFactory.ArgumentList(SyntaxFactory.SeparatedList(arguments)));
}
