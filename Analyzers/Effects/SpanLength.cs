using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>How long a span is, where its source says so and the JIT sees it: from where it is made to where it is used.</summary>
internal static class SpanLength
{
    /// <summary>The length of the span that the expression gives, or null where it is not known.</summary>
    public static int? Of(IOperation? span, IOperation root) => span switch
    {
        null => null,
        { Type: { } type } when TypeFacts.InlineArrayLength(type) is { } length => length,
        IParenthesizedOperation parenthesized => Of(parenthesized.Operand, root),
        IConversionOperation { Operand: IArrayCreationOperation { DimensionSizes: [{ ConstantValue: { HasValue: true, Value: int length } }] } } conversion
            when Facts.IsImageData(conversion) => length,
        IConversionOperation { OperatorMethod: null } conversion => Of(conversion.Operand, root),
        IConversionOperation { Operand.Type: { } from } conversion when TypeFacts.IsSpan(from) => Of(conversion.Operand, root),
        { Kind: OperationTable.CollectionExpression or OperationKind.None, Syntax: CollectionExpressionSyntax { Elements: var elements } }
            when elements.All(element => element is ExpressionElementSyntax) => elements.Count,
        IUtf8StringOperation text => System.Text.Encoding.UTF8.GetByteCount(text.Value),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, root) is { } value => Of(value, root),
        IPropertyReferenceOperation { Property: { IsStatic: true, SetMethod: null } property } when TypeFacts.IsReadOnlySpan(property.Type)
            && SymbolEqualityComparer.Default.Equals(property.ContainingAssembly, span.SemanticModel?.Compilation.Assembly) => OfTable(property),
        IObjectCreationOperation { Constructor: { } constructor } creation when IsOverPointer(constructor) => Number(creation.Arguments, 1, root),
        IInvocationOperation slice when IsSlice(slice) => Of(slice, Of(slice.Instance, root), root),
        IImplicitIndexerReferenceOperation { Argument: IRangeOperation range, Instance: { } whole } when TypeFacts.IsSpan(whole.Type) =>
            Of(whole, root) is { } length && Range(range, length, root) is { } part ? part.End - part.Start : null,
        { Syntax: StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax } => StackAllocated(span),
        _ => null,
    };

    // static ReadOnlySpan<int> Table => [1, 2, 3]; such a getter is inlined wherever it is called, and gives an address and a length.
    private static int? OfTable(IPropertySymbol property) => property.DeclaringSyntaxReferences is [{ } declaration] && Value(declaration.GetSyntax()) switch
    {
        CollectionExpressionSyntax { Elements: var elements } when elements.All(static element => element is ExpressionElementSyntax) => elements.Count,
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.Utf8StringLiteralExpression } text => System.Text.Encoding.UTF8.GetByteCount(text.Token.ValueText),
        _ => (int?)null,
    } is { } length ? length : null;

    private static ExpressionSyntax? Value(SyntaxNode declaration) => declaration switch
    {
        PropertyDeclarationSyntax { AttributeLists.Count: 0, ExpressionBody.Expression: var value } => value,
        PropertyDeclarationSyntax { AttributeLists.Count: 0, AccessorList.Accessors: [{ AttributeLists.Count: 0, ExpressionBody.Expression: var value }] } => value,
        _ => null,
    };

    public static bool IsSlice(IInvocationOperation call) => call is { TargetMethod.Name: "Slice", Instance.Type: { } type } && TypeFacts.IsSpan(type);

    /// <summary>Of a pointer and a length, which throws for a negative one.</summary>
    public static bool IsOverPointer(IMethodSymbol constructor) =>
        TypeFacts.IsSpan(constructor.ContainingType) && constructor is
        {
            MethodKind: MethodKind.Constructor, Parameters: [{ Type.TypeKind: TypeKind.Pointer }, { Type.SpecialType: SpecialType.System_Int32 }]
        };

    /// <summary>
    /// A range of constants within a length that is known, where the JIT sees that it is; else null. Of an end that is counted from behind it does not, unless
    /// the start is, too.
    /// </summary>
    public static (int Start, int End)? Range(IRangeOperation range, int length, IOperation root) =>
        (range.LeftOperand is null ? 0 : Offset(range.LeftOperand, length, root)) is >= 0 and var start
            && (range.RightOperand is null ? length : Offset(range.RightOperand, length, root)) is { } end && start <= end && end <= length
            && (!IsFromEnd(range.RightOperand) || IsFromEnd(range.LeftOperand)) ? (start, end) : null;

    /// <summary>Where a constant index is in what has so many elements; null where it is none.</summary>
    public static int? Offset(IOperation index, int length, IOperation root) => index switch
    {
        IConversionOperation conversion => Offset(conversion.Operand, length, root),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, Operand: { } back } => length - Number(back, root),
        _ => Number(index, root),
    };

    private static bool IsFromEnd(IOperation? index) => index switch
    {
        IConversionOperation conversion => IsFromEnd(conversion.Operand),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat } => true,
        _ => false,
    };

    // The start, and the length if it is given, both constants and within.
    private static int? Of(IInvocationOperation slice, int? whole, IOperation root) =>
        whole is { } length && Number(slice.Arguments, 0, root) is { } start && start <= length
            && (slice.Arguments.Length == 1 ? length - start : Number(slice.Arguments, 1, root)) is { } count && count <= length - start ? count : null;

    private static int? Number(ImmutableArray<IArgumentOperation> arguments, int parameter, IOperation root) =>
        arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter)?.Value is { } value && Number(value, root) is >= 0 and var number ? number : null;

    // A constant, or a local that never has another value.
    private static int? Number(IOperation value, IOperation root) => value switch
    {
        { ConstantValue: { HasValue: true, Value: int number } } => number,
        IParenthesizedOperation parenthesized => Number(parenthesized.Operand, root),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, root) is { } only => Number(only, root),
        _ => null,
    };

    private static int? StackAllocated(IOperation allocation) => allocation.Syntax switch
    {
        StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [OmittedArraySizeExpressionSyntax] }] }, Initializer: { } values } =>
            values.Expressions.Count,
        ImplicitStackAllocArrayCreationExpressionSyntax { Initializer: { } values } => values.Expressions.Count,
        _ => allocation.ChildOperations.FirstOrDefault() is { ConstantValue: { HasValue: true, Value: int and >= 0 and var length } } ? length : null,
    };
}
