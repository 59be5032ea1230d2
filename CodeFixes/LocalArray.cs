using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.CodeFixes;

/// <summary>An array of constant length that a local has, and that never leaves the method, so that a span over other memory can take its place; or such a span.</summary>
internal sealed class LocalArray
{
    private readonly ILocalSymbol _local;
    private readonly SyntaxNode _body;
    private readonly SemanticModel _model;

    private LocalArray(ExpressionSyntax value, LocalDeclarationStatementSyntax statement, ILocalSymbol local, ITypeSymbol element, int length, int size, SyntaxNode body, SemanticModel model)
    {
        Value = value;
        Statement = statement;
        Element = element;
        Length = length;
        Size = size;
        _local = local;
        _body = body;
        _model = model;
    }

    /// <summary><c>new T[4]</c>, <c>[x, y]</c> or <c>stackalloc T[4]</c>.</summary>
    public ExpressionSyntax Value { get; }

    /// <summary>The declaration, of this alone.</summary>
    public LocalDeclarationStatementSyntax Statement { get; }

    public ITypeSymbol Element { get; }

    public int Length { get; }

    /// <summary>In bytes.</summary>
    public int Size { get; }

    public string Name => _local.Name;

    /// <summary>
    /// In a loop each round takes new stack, which is given back only when the method returns. A jump may be a loop, and in a catch or finally
    /// block a span may not be allocated.
    /// </summary>
    public bool MayRunAgain =>
        Statement.Ancestors().TakeWhile(ancestor => ancestor != _body).Any(static ancestor => ancestor
            is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax or TryStatementSyntax)
        || _body.DescendantNodes().Any(static node => node is LabeledStatementSyntax or GotoStatementSyntax);

    /// <summary>A new array is zeroed; with SkipLocalsInit the stack is not.</summary>
    public bool IsLeftUnset
    {
        get
        {
            ISymbol? symbol = _local.ContainingSymbol;
            for (; symbol is not (null or INamespaceSymbol); symbol = symbol.ContainingSymbol)
            {
                if (IsOn(symbol))
                {
                    return true;
                }
            }

            return IsOn(_local.ContainingModule);

            static bool IsOn(ISymbol symbol) => symbol.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "SkipLocalsInitAttribute");
        }
    }

    /// <summary>What was found, if it is such an array.</summary>
    public static async Task<LocalArray?> OfAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellationToken).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellationToken).ConfigureAwait(false);
        return root is not null && model is not null && root.FullSpan.Contains(diagnostic.Location.SourceSpan)
            && root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is ExpressionSyntax
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
            && model.GetDeclaredSymbol(declarator, cancellationToken) is ILocalSymbol local
            && ElementOf(local.Type) is { IsUnmanagedType: true } element
            && LengthOf(value, model, cancellationToken) is >= 0 and { } length
            && SizeOf(element) is { } size && (long)length * size <= int.MaxValue
            && Functions.Around(statement) is { } body
            && (local.Type is INamedTypeSymbol || body.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(name => name.Identifier.ValueText == local.Name
                    && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local))
                .All(name => Functions.Around(name) == body && IsValidOfSpan(name, model, cancellationToken)))
            && model.Compilation.GetTypeByMetadataName("System.Span`1") is not null
            ? new(value, statement, local, element, length, length * size, body, model) : null;
    }

    /// <summary>The name of the span's type.</summary>
    public TypeSyntax SpanType(Document document) =>
        TypeNames.Of(_model.Compilation.GetTypeByMetadataName("System.Span`1")!.Construct(Element), Statement, _model, document);

    private static ITypeSymbol? ElementOf(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1, ElementType: var element } => element,
        INamedTypeSymbol { Name: "Span", TypeArguments: [var element] } span when IsSpan(span) => element,
        _ => null,
    };

    /// <summary>How many elements there are: of <c>new T[4]</c>, or of <c>[1, 2]</c>, which the compiler puts on the stack itself if a span is asked for.</summary>
    private static int? LengthOf(ExpressionSyntax value, SemanticModel model, CancellationToken cancellationToken) =>
        value switch
        {
            ArrayCreationExpressionSyntax { Type: { RankSpecifiers: [{ Sizes: [not OmittedArraySizeExpressionSyntax] }] } }
                when model.GetOperation(value, cancellationToken) is IArrayCreationOperation { DimensionSizes: [{ ConstantValue.Value: int length }] } => length,
            StackAllocArrayCreationExpressionSyntax { Initializer: null, Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [{ } size] }] } }
                when model.GetConstantValue(size, cancellationToken).Value is int length => length,
            CollectionExpressionSyntax { Elements: var elements } when elements.All(static part => part is ExpressionElementSyntax) => elements.Count,
            _ => null,
        };

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
