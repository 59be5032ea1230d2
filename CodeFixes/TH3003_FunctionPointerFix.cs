using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Calls a function of the C library through a managed pointer, which makes no transition, in place of a P/Invoke: declares the pointer beside the
/// P/Invoke, resolved when the type is initialised. Only functions that registration accepts and that never wait, with arguments and a result that both
/// conventions pass alike.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH3003_FunctionPointerFix))]
[Shared]
public sealed class TH3003_FunctionPointerFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH3003.FunctionPointer";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NativeTransition, RuleIds.GCPoll];

    private protected override string FixAllTitle => "Call native functions through managed pointers";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await FindAsync(document.Project.Solution, diagnostic, cancellationToken).ConfigureAwait(false) is not var (home, call, import, model)
            || NativeCalls.OfHandlers(import) is not var (library, function)
            || Name(call) is not { } name
            || call.ArgumentList.Arguments.Count != import.Parameters.Length
            || call.ArgumentList.Arguments.Any(static argument => argument.NameColon is not null)
            || !FunctionPointers.IsPassedAlike(import)
            || import.GetDllImportData()?.SetLastError == true || HasMarshalling(import)
            || model.Compilation.Options is not CSharpCompilationOptions { AllowUnsafe: true }
            || import.ContainingType is not { IsGenericType: false, TypeKind: TypeKind.Class or TypeKind.Struct }
            || import.ContainingType.StaticConstructors.Any(static constructor => !constructor.IsImplicitlyDeclared)
            || import.DeclaringSyntaxReferences is not [{ } reference] || document.Project.Solution.GetDocument(reference.SyntaxTree) is not { } nativeHome
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not MethodDeclarationSyntax { Parent: TypeDeclarationSyntax type } declaration
            || await nativeHome.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } nativeModel
            || nativeModel.Compilation.GetTypeByMetadataName("System.Runtime.InteropServices.NativeLibrary") is not { } loader)
        {
            return null;
        }

        string pointer = "s_" + import.Name;
        Edit? uses = UnsafeContext.For(call, home);
        if ((uses is null && !UnsafeContext.Includes(call)) || !import.ContainingType.GetMembers(pointer).IsEmpty
            || (name == call.Expression && !model.LookupSymbols(name.SpanStart, name: pointer).IsEmpty))
        {
            return null;
        }

        FieldDeclarationSyntax field = Field(pointer, declaration, library, function, loader, nativeModel, nativeHome);
        Edit declares = new(
            "", nativeHome, type,
            current => Insert((TypeDeclarationSyntax)current, declaration, field, LineEnds.Like(type)), uses, sameness: pointer);
        return new Edit(
            $"Call '{function}' through a managed function pointer", home, name, current => SyntaxFactory.IdentifierName(pointer).WithTriviaFrom(current), declares);
    }

    // The finding is at the handler's own call; the P/Invoke may be further down the chain.
    private static async Task<(Document Home, InvocationExpressionSyntax Call, IMethodSymbol Import, SemanticModel Model)?> FindAsync(
        Solution solution, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        foreach (Location place in (IEnumerable<Location>)[diagnostic.Location, .. diagnostic.AdditionalLocations])
        {
            if (place.SourceTree is { } tree && solution.GetDocument(tree) is { } home
                && await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is { } model
                && (await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false)).FindNode(place.SourceSpan, getInnermostNodeForTie: true)
                    is InvocationExpressionSyntax call
                && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol method && NativeCalls.IsImport(method))
            {
                return (home, call, method, model);
            }
        }

        return null;
    }

    private static IdentifierNameSyntax? Name(InvocationExpressionSyntax call) => call.Expression switch
    {
        IdentifierNameSyntax name => name,
        MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression, Name: IdentifierNameSyntax name } => name,
        _ => null,
    };

    private static bool HasMarshalling(IMethodSymbol import) =>
        import.GetReturnTypeAttributes().Concat(import.Parameters.SelectMany(static parameter => parameter.GetAttributes())).Any()
        || import.GetAttributes().Any(static attribute => attribute.NamedArguments.Any(static argument => argument is { Key: "SetLastError", Value.Value: true }));

    private static FieldDeclarationSyntax Field(
        string name, MethodDeclarationSyntax import, string library, string function, INamedTypeSymbol loader, SemanticModel model, Document document)
    {
        IEnumerable<TypeSyntax> passed = [.. import.ParameterList.Parameters.Select(static parameter => parameter.Type!), import.ReturnType];
        string type = $"delegate*<{string.Join(", ", passed.Select(static type => type.WithoutTrivia().ToString()))}>";
        string access = string.Concat(import.Modifiers
            .Where(static modifier => SyntaxFacts.IsAccessibilityModifier(modifier.Kind()))
            .Select(static modifier => modifier.Text + " "));
        string isUnsafe = UnsafeContext.Includes(import.Parent!) ? "" : "unsafe ";
        var field = (FieldDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(
            $"{access}static readonly {isUnsafe}{type} {name} = ({type})_.GetExport(_.Load({SyntaxFactory.Literal(library)}), {SyntaxFactory.Literal(function)});")!;
        return field
            .ReplaceNodes(
                field.DescendantNodes().OfType<MemberAccessExpressionSyntax>(),
                (_, access) => TypeNames.Member(loader, access.Name.Identifier.ValueText, import, model, document));
    }

    // In front of the P/Invoke, in front of which others may have been put, and which may have changed.
    private static TypeDeclarationSyntax Insert(TypeDeclarationSyntax type, MethodDeclarationSyntax import, FieldDeclarationSyntax field, SyntaxTrivia lineEnd)
    {
        int place = type.Members.IndexOf(member => member is MethodDeclarationSyntax method && method.Identifier.ValueText == import.Identifier.ValueText
            && SyntaxFactory.AreEquivalent(method.ParameterList, import.ParameterList));
        return NewMember.Before(type, place, field, lineEnd);
    }
}
