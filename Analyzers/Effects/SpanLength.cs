using Microsoft.CodeAnalysis;
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
        IObjectCreationOperation { Constructor: { } constructor } creation when IsOverPointer(constructor) => Length(creation),
        { Syntax: StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax } => StackAllocated(span),
        _ => null,
    };

    /// <summary>Of a pointer and a length, which throws for a negative one.</summary>
    public static bool IsOverPointer(IMethodSymbol constructor) =>
        TypeFacts.IsSpan(constructor.ContainingType) && constructor is
        {
            MethodKind: MethodKind.Constructor, Parameters: [{ Type.TypeKind: TypeKind.Pointer }, { Type.SpecialType: SpecialType.System_Int32 }]
        };

    private static int? Length(IObjectCreationOperation creation) =>
        creation.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 1)?.Value.ConstantValue is { HasValue: true, Value: int and >= 0 and var length }
            ? length : null;

    private static int? StackAllocated(IOperation allocation) => allocation.Syntax switch
    {
        StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax { RankSpecifiers: [{ Sizes: [OmittedArraySizeExpressionSyntax] }] }, Initializer: { } values } =>
            values.Expressions.Count,
        ImplicitStackAllocArrayCreationExpressionSyntax { Initializer: { } values } => values.Expressions.Count,
        _ => allocation.ChildOperations.FirstOrDefault() is { ConstantValue: { HasValue: true, Value: int and >= 0 and var length } } ? length : null,
    };
}
