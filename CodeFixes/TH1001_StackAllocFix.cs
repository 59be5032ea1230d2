using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers;

namespace TopHalf.CodeFixes;

/// <summary>
/// Turns <c>T[] a = new T[4];</c> into <c>Span&lt;T&gt; a = stackalloc T[4];</c>, and <c>T[] a = [x, y];</c> into <c>Span&lt;T&gt; a = [x, y];</c>, where the
/// array never leaves the method.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TH1001_StackAllocFix))]
[Shared]
public sealed class TH1001_StackAllocFix : EditingCodeFix
{
    /// <summary>The equivalence key.</summary>
    public const string Key = "TH1001.StackAlloc";

    // A handler runs on what is left of the interrupted code's stack, and more than this is zeroed by a helper of the runtime (TH4004).
    private const int LargestSize = 256;

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.Allocation, RuleIds.HiddenAllocation];

    private protected override string FixAllTitle => "Use stackalloc";

    private protected override string EquivalenceKey => Key;

    private protected override async Task<Edit?> PlanAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        if (root is null || model is null
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not ExpressionSyntax
            {
                Parent: EqualsValueClauseSyntax
                {
                    Parent: VariableDeclaratorSyntax
                    {
                        Parent: VariableDeclarationSyntax
                        {
                            Variables.Count: 1,
                            Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } statement,
                        },
                    } declarator,
                },
            } value
            || model.GetDeclaredSymbol(declarator, cancellationToken) is not ILocalSymbol { Type: IArrayTypeSymbol { Rank: 1, ElementType: { IsUnmanagedType: true } element } } local
            || LengthOf(value, diagnostic, model, cancellationToken) is not { } length
            || length < 0 || SizeOf(element) is not { } size || (long)length * size > LargestSize
            || Functions.Around(statement) is not { } body
            || MayRunAgain(statement, body)
            || model.GetEnclosingSymbol(statement.SpanStart, cancellationToken) is not IMethodSymbol method
            || LeavesUnset(method)
            || !body.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(name => name.Identifier.ValueText == local.Name
                    && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local))
                .All(name => Functions.Around(name) == body && IsValidOfSpan(name, model, cancellationToken))
            || model.Compilation.GetTypeByMetadataName("System.Span`1") is not { } span)
        {
            return null;
        }

        TypeSyntax spanType = TypeNames.Of(span.Construct(element), statement, model, document);
        Edit edit = new(
            value is ArrayCreationExpressionSyntax ? "Use stackalloc" : "Use a span", document, statement, current => Rewrite((LocalDeclarationStatementSyntax)current, spanType));

        // A span that is returned, kept or captured is an error, and an index may be one that the analyzer cannot judge.
        return await Trial.CleanAsync(edit, document, diagnostic.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How many elements there are: of <c>new T[4]</c>, or of <c>[1, 2]</c>, which the compiler puts on the stack itself if a span is asked for.</summary>
    private static int? LengthOf(ExpressionSyntax value, Diagnostic diagnostic, SemanticModel model, CancellationToken cancellationToken) =>
        value switch
        {
            ArrayCreationExpressionSyntax { Type: { RankSpecifiers: [{ Sizes: [not OmittedArraySizeExpressionSyntax] }] } }
                when diagnostic.Properties.TryGetValue(RuleProperties.Kind, out string? kind) && kind == RuleProperties.KindArray
                    && model.GetOperation(value, cancellationToken) is IArrayCreationOperation { DimensionSizes: [{ ConstantValue.Value: int length }] } => length,
            CollectionExpressionSyntax { Elements: var elements } when elements.All(static part => part is ExpressionElementSyntax) => elements.Count,
            _ => null,
        };

    private static LocalDeclarationStatementSyntax Rewrite(LocalDeclarationStatementSyntax statement, TypeSyntax spanType)
    {
        VariableDeclaratorSyntax declarator = statement.Declaration.Variables[0];
        if (declarator.Initializer!.Value is ArrayCreationExpressionSyntax creation)
        {
            StackAllocArrayCreationExpressionSyntax allocation = SyntaxFactory.StackAllocArrayCreationExpression(
                SyntaxFactory.Token(SyntaxKind.StackAllocKeyword).WithTriviaFrom(creation.NewKeyword), creation.Type, creation.Initializer);
            declarator = declarator.WithInitializer(declarator.Initializer.WithValue(allocation));
        }

        return statement.WithDeclaration(statement.Declaration.WithType(spanType.WithTriviaFrom(statement.Declaration.Type)).WithVariables([declarator]));
    }

    /// <summary>
    /// In a loop each round takes new stack, which is given back only when the method returns. A jump may be a loop, and in a catch or finally
    /// block a span may not be allocated.
    /// </summary>
    private static bool MayRunAgain(SyntaxNode statement, SyntaxNode body) =>
        statement.Ancestors().TakeWhile(ancestor => ancestor != body).Any(ancestor => ancestor
            is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax or TryStatementSyntax)
        || body.DescendantNodes().Any(node => node is LabeledStatementSyntax or GotoStatementSyntax);

    // A new array is zeroed; with SkipLocalsInit the stack is not.
    private static bool LeavesUnset(IMethodSymbol method)
    {
        for (ISymbol? symbol = method; symbol is not (null or INamespaceSymbol); symbol = symbol.ContainingSymbol)
        {
            if (IsOn(symbol))
            {
                return true;
            }
        }

        return IsOn(method.ContainingModule);

        static bool IsOn(ISymbol symbol) =>
            symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "SkipLocalsInitAttribute");
    }

    /// <summary>What an array and a span do alike: one element, the length, foreach, and being passed as a span.</summary>
    private static bool IsValidOfSpan(IdentifierNameSyntax name, SemanticModel model, CancellationToken cancellationToken) =>
        name.Parent switch
        {
            // a[1..] copies an array and not a span.
            ElementAccessExpressionSyntax { ArgumentList.Arguments: [{ Expression: var index }] } access when access.Expression == name =>
                model.GetTypeInfo(index, cancellationToken).ConvertedType?.SpecialType == SpecialType.System_Int32
                || model.GetTypeInfo(index, cancellationToken).Type?.ToDisplayString() == "System.Index",
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Length" } access => access.Expression == name,
            ForEachStatementSyntax loop => loop.Expression == name,
            ArgumentSyntax { RefKindKeyword.RawKind: 0 } => model.GetOperation(name, cancellationToken)?.Parent
                is IConversionOperation { Type: { } type } && IsSpan(type),
            _ => false,
        };

    private static bool IsSpan(ITypeSymbol type) =>
        type is
        {
            Name: "Span" or "ReadOnlySpan",
            ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true },
        };

    /// <summary>Of the types whose size is the same everywhere; that of a struct is not known here.</summary>
    private static int? SizeOf(ITypeSymbol type) =>
        (type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? underlying : type).SpecialType switch
        {
            SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte => 1,
            SpecialType.System_Char or SpecialType.System_Int16 or SpecialType.System_UInt16 => 2,
            SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
            SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
            SpecialType.System_IntPtr or SpecialType.System_UIntPtr => 8,
            _ => null,
        };
}
