using System.Collections.Immutable;
using System.Composition;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Adds <c>[MethodImpl(MethodImplOptions.AggressiveOptimization)]</c> to a handler (TH0003), or to a method that one calls (TH5003): code
/// that is optimised before it first runs never enters the runtime to be compiled, counted or patched.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH0003_AddAggressiveOptimizationFix))]
[Shared]
public sealed class TH0003_AddAggressiveOptimizationFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH0003.AddAggressiveOptimization";

    // By value: netstandard2.0 does not know AggressiveOptimization.
    private const int AggressiveOptimization = 512;

    // Options that say nothing against it. NoOptimization contradicts it, Synchronized takes a lock, the others have no managed body.
    private const MethodImplOptions Compatible =
        MethodImplOptions.NoInlining | MethodImplOptions.AggressiveInlining | MethodImplOptions.PreserveSig;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.NotOptimized, RuleIds.NotInlined];

    private protected override string FixAllTitle => "Add AggressiveOptimization";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (await FindMethodAsync(document, diagnostic, cancellationToken).ConfigureAwait(false) is not { } method
            || await PlanAsync(document.Project.Solution, method, cancellationToken).ConfigureAwait(false) is not { } edit)
        {
            return null;
        }

        if (diagnostic.Id == RuleIds.NotInlined)
        {
            // The whole chain at once: what the method calls would be reported next.
            foreach (IMethodSymbol callee in UnpreparedCallees.Of(
                method, (await document.Project.GetCompilationAsync(cancellationToken).ConfigureAwait(false))!, document.Project.AnalyzerOptions, cancellationToken))
            {
                if (await PlanAsync(document.Project.Solution, callee, cancellationToken).ConfigureAwait(false) is { } more)
                {
                    edit = edit.With(more.With(edit.Other));
                }
            }
        }

        return edit;
    }

    /// <summary>The edit that adds the option to a method, where that can be, or <see langword="null"/>.</summary>
    internal static async Task<Edit?> PlanAsync(Solution solution, IMethodSymbol method, CancellationToken cancellationToken)
    {
        if (method.IsAbstract || method.IsVirtual || method.IsOverride || method.IsExtern
            || await DeclarationAsync(solution, method, cancellationToken).ConfigureAwait(false) is not var (home, declaration)
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplAttribute") is not { } attributeType
            || model.Compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.MethodImplOptions") is not { } optionsType
            || optionsType.GetMembers("AggressiveOptimization").IsEmpty)
        {
            return null;
        }

        string title = $"Add AggressiveOptimization to '{method.Name}'";
        AttributeData? present = method.GetAttributes().Concat(method.PartialDefinitionPart?.GetAttributes() ?? [])
            .FirstOrDefault(attribute => SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, attributeType));
        if (present is null)
        {
            ExpressionSyntax only = TypeNames.Member(optionsType, nameof(AggressiveOptimization), declaration, model, home);
            AttributeSyntax added = SyntaxFactory.Attribute(
                TypeNames.Of(attributeType, declaration, model, home),
                SyntaxFactory.AttributeArgumentList([SyntaxFactory.AttributeArgument(only)]));
            return new Edit(title, home, declaration, current => WithAttribute(current, declaration, added));
        }

        return await MergeAsync(solution, title, present, optionsType, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The method that lacks the option: the handler that a TH0003 stands at, the callee that a TH5003 is about.</summary>
    internal static async Task<IMethodSymbol?> FindMethodAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (diagnostic.Id == RuleIds.NotOptimized)
        {
            return (await MethodAtAsync(document.Project.Solution, diagnostic.Location, cancellationToken).ConfigureAwait(false)).Method;
        }

        // The locations are those of the chain and, where that makes the root one, of its registration: the callee is the one that is named.
        IMethodSymbol? declared = null;
        foreach (Location place in (IEnumerable<Location>)[.. diagnostic.AdditionalLocations.Reverse(), diagnostic.Location])
        {
            (IMethodSymbol? method, bool isDeclaration) = await MethodAtAsync(document.Project.Solution, place, cancellationToken).ConfigureAwait(false);
            if (method is not null && diagnostic.Properties.TryGetValue(RuleProperties.Culprit, out string? culprit)
                && method.GetDocumentationCommentId() == culprit)
            {
                return method;
            }

            // A constructed method and a function in a method have no name that is told again from the declaration.
            declared ??= isDeclaration ? method : null;
        }

        return declared;
    }

    private static async Task<(IMethodSymbol? Method, bool IsDeclaration)> MethodAtAsync(Solution solution, Location place, CancellationToken cancellationToken)
    {
        if (place.SourceTree is not { } tree
            || solution.GetDocument(tree) is not { } home
            || await home.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model)
        {
            return default;
        }

        SyntaxNode root = await model.SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false);
        SyntaxNode node = root.FindNode(place.SourceSpan, getInnermostNodeForTie: true);
        return model.GetDeclaredSymbol(node, cancellationToken) is IMethodSymbol declared
            ? (declared, true) : (model.GetSymbolInfo(node, cancellationToken).Symbol as IMethodSymbol, false);
    }

    /// <summary>What declares a method, where attributes can be put on it.</summary>
    internal static async Task<(Document Home, SyntaxNode Declaration)?> DeclarationAsync(
        Solution solution, IMethodSymbol method, CancellationToken cancellationToken)
    {
        IMethodSymbol withBody = method.PartialImplementationPart ?? method;
        if (withBody.DeclaringSyntaxReferences is not [{ } reference] || solution.GetDocument(reference.SyntaxTree) is not { } home)
        {
            return null;
        }

        // An expression-bodied property has no accessor to put an attribute on; a primary constructor has no list of its own.
        SyntaxNode declaration = await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false);
        return declaration is BaseMethodDeclarationSyntax { Body: not null } or BaseMethodDeclarationSyntax { ExpressionBody: not null }
            or LocalFunctionStatementSyntax { Body: not null } or LocalFunctionStatementSyntax { ExpressionBody: not null }
            or AccessorDeclarationSyntax { Body: not null } or AccessorDeclarationSyntax { ExpressionBody: not null }
            ? (home, declaration)
            : null;
    }

    private static async Task<Edit?> MergeAsync(
        Solution solution, string title, AttributeData present, INamedTypeSymbol optionsType, CancellationToken cancellationToken)
    {
        if (present.ApplicationSyntaxReference is not { } reference
            || solution.GetDocument(reference.SyntaxTree) is not { } document
            || await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false) is not { } model
            || await reference.GetSyntaxAsync(cancellationToken).ConfigureAwait(false) is not AttributeSyntax attribute)
        {
            return null;
        }

        ExpressionSyntax option = TypeNames.Member(optionsType, nameof(AggressiveOptimization), attribute, model, document);
        AttributeArgumentSyntax? value = attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals is null);
        if (value is null)
        {
            return present.ConstructorArguments.IsEmpty
                ? new Edit(title, document, attribute, current => WithFirstArgument((AttributeSyntax)current, option))
                : null;
        }

        // [MethodImpl(256)] has the constructor that takes a number, to which the option cannot be added as it is.
        if (present.ConstructorArguments is not [{ Kind: TypedConstantKind.Enum, Value: int options }]
            || (options & ~(int)Compatible) != 0)
        {
            return null;
        }

        option = Like(value.Expression, model, optionsType, cancellationToken) ?? option;
        return new Edit(title, document, value.Expression, current =>
        {
            ExpressionSyntax left = ((ExpressionSyntax)current).WithoutTrailingTrivia();
            if (left is ConditionalExpressionSyntax)
            {
                left = SyntaxFactory.ParenthesizedExpression(left);
            }

            return SyntaxFactory.BinaryExpression(SyntaxKind.BitwiseOrExpression, left, option).WithTrailingTrivia(current.GetTrailingTrivia());
        });
    }

    /// <summary>The option, named in the way in which the author named the last one: by an alias, in full, or by <c>using static</c>.</summary>
    private static ExpressionSyntax? Like(
        ExpressionSyntax options, SemanticModel model, INamedTypeSymbol optionsType, CancellationToken cancellationToken)
    {
        SimpleNameSyntax? last = options.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().LastOrDefault(name =>
            model.GetSymbolInfo(name, cancellationToken).Symbol is IFieldSymbol field
            && SymbolEqualityComparer.Default.Equals(field.ContainingType, optionsType));
        IdentifierNameSyntax option = SyntaxFactory.IdentifierName(nameof(AggressiveOptimization));
        return last?.Parent is MemberAccessExpressionSyntax access && access.Name == last
            ? access.WithoutTrivia().WithName(option)
            : last is not null && model.LookupSymbols(last.SpanStart, name: nameof(AggressiveOptimization)) is [IFieldSymbol found]
                && SymbolEqualityComparer.Default.Equals(found.ContainingType, optionsType)
                ? option
                : null;
    }

    private static AttributeSyntax WithFirstArgument(AttributeSyntax attribute, ExpressionSyntax expression)
    {
        AttributeArgumentListSyntax list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        return attribute.WithArgumentList(list.WithArguments(list.Arguments.Insert(0, SyntaxFactory.AttributeArgument(expression))));
    }

    /// <summary>
    /// Adds the attribute to the last list there is, and where there is none, as a list of its own: on a line of its own, unless the
    /// declaration shares its line with something else.
    /// </summary>
    internal static SyntaxNode WithAttribute(SyntaxNode current, SyntaxNode original, AttributeSyntax attribute)
    {
        SyntaxList<AttributeListSyntax> lists = Lists(current);
        if (lists.LastOrDefault(list => list.Target is null) is { } last)
        {
            return WithLists(current, lists.Replace(last, last.AddAttributes(attribute)));
        }

        SyntaxTriviaList leading = current.GetLeadingTrivia();
        SyntaxTriviaList indentation = [.. leading.Reverse().Take(1).Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia))];
        bool beginsLine = original.SyntaxTree.GetText() is var text
            && text.Lines.GetLineFromPosition(original.SpanStart) is var line
            && string.IsNullOrWhiteSpace(text.ToString(new(line.Start, original.SpanStart - line.Start)));
        string lineEnd = text.ToString(new(line.End, line.EndIncludingLineBreak - line.End));
        AttributeListSyntax added = SyntaxFactory.AttributeList([attribute])
            .WithLeadingTrivia(leading)
            .WithTrailingTrivia(beginsLine ? SyntaxFactory.EndOfLine(lineEnd.Length == 0 ? "\n" : lineEnd) : SyntaxFactory.Space);

        // The leading trivia goes first: an existing list, such as that of the return value, has the declaration's.
        SyntaxNode bare = current.WithLeadingTrivia(beginsLine ? indentation : default);
        return WithLists(bare, Lists(bare).Insert(0, added));
    }

    private static SyntaxList<AttributeListSyntax> Lists(SyntaxNode declaration) =>
        declaration switch
        {
            MemberDeclarationSyntax member => member.AttributeLists,
            AccessorDeclarationSyntax accessor => accessor.AttributeLists,
            LocalFunctionStatementSyntax function => function.AttributeLists,
            _ => throw new ArgumentException("Not a method.", nameof(declaration)),
        };

    private static SyntaxNode WithLists(SyntaxNode declaration, SyntaxList<AttributeListSyntax> lists) =>
        declaration switch
        {
            MemberDeclarationSyntax member => member.WithAttributeLists(lists),
            AccessorDeclarationSyntax accessor => accessor.WithAttributeLists(lists),
            LocalFunctionStatementSyntax function => function.WithAttributeLists(lists),
            _ => throw new ArgumentException("Not a method.", nameof(declaration)),
        };
}
