using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// A name for where a value is read from, to the byte where constants lead there: the JIT takes reads from places of different names never for the same number. A number that
/// is not known leads to one name, whatever it is; what it is read from tells two such places apart.
/// </summary>
/// <param name="root">The body.</param>
/// <param name="reads">Notes what such a number is read from; false where that cannot be told.</param>
internal sealed class MemoryAddress(IOperation root, Func<IOperation, bool> reads)
{
    private const string Any = ".*";

    /// <summary>The name; null for what has none.</summary>
    public string? Of(IOperation value) => value switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => Cast(value, Of(value.ChildOperations.First())),
        IFieldReferenceOperation { Field: { IsStatic: true } field } => field.ToDisplayString(),
        IFieldReferenceOperation { Instance: { } instance } field => Of(instance) is { } owner ? Name(owner, field.Field) : null,
        IParameterReferenceOperation { Parameter: { RefKind: not RefKind.None } parameter } => parameter.Name,
        IParameterReferenceOperation { Type.TypeKind: TypeKind.Pointer, Parameter: var parameter } => parameter.Name,
        IInstanceReferenceOperation => "this",
        ILocalReferenceOperation { Local: { } local } => Facts.OnlyValue(local, root) is { } only && !LateFolding.IsChanged(local, root) ? Of(only) : null,
        IInlineArrayAccessOperation access => Of(access.Instance) is { } owner ? Name(Moved((owner, 0), access.Argument, 1)) : null,
        IPropertyReferenceOperation { Arguments: [{ Value: { } index }] } element when Facts.IsElementAccessOfSpan(element) =>
            Name(Moved(Start(element.Instance), index, Size(element.Type))),
        { Kind: OperationKind.None, Syntax: ParenthesizedExpressionSyntax } => Of(value.ChildOperations.First()),
        { Kind: OperationKind.None } => value.ChildOperations.ToArray() switch
        {
            [var pointer] => Name(Pointed(pointer)),
            [var pointer, var index] => Name(Moved(Pointed(pointer), index, Size(value.Type))),
            _ => null,
        },
        _ => null,
    };

    /// <summary>The name of a part of a struct. Fields that are laid out by hand may overlap, and are not told apart.</summary>
    public static string Name(string owner, IFieldSymbol field) => owner.EndsWith(Any, StringComparison.Ordinal) ? owner
        : field.ContainingType.IsExplicitLayout() ? owner + Any
        : $"{owner}.{field.Name}";

    // Behind a pointer to values of another type a field may lie where an element does behind the first one: see ReadPlace.
    private static string? Cast(IOperation value, string? owner) =>
        value is IConversionOperation { Type: IPointerTypeSymbol to, Operand.Type: IPointerTypeSymbol from } ? Cast(owner, from.PointedAtType, to.PointedAtType) : owner;

    private static string? Cast(string? owner, ITypeSymbol from, ITypeSymbol to) => owner is null || SymbolEqualityComparer.Default.Equals(from, to) ? owner : $"{owner}{ReadPlace.Cast}{to}";

    // The constructor takes any pointer, and reads elements of the span's type there.
    private (string Owner, BigInteger? Bytes)? Start(IOperation pointer, ITypeSymbol element) => Facts.Unconverted(pointer) is { Type: IPointerTypeSymbol { PointedAtType: var from } } own
        && Pointed(own) is { } start && Cast(start.Owner, from, element) is { } owner ? (owner, start.Bytes) : null;

    private (string Owner, BigInteger? Bytes)? Pointed(IOperation pointer) => pointer switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } or { Kind: OperationKind.None, Syntax: ParenthesizedExpressionSyntax } =>
            Pointed(pointer.ChildOperations.First()) is { } start && Cast(pointer, start.Owner) is { } owner ? (owner, start.Bytes) : null,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type: IPointerTypeSymbol { PointedAtType: var type }, LeftOperand: { Type.TypeKind: TypeKind.Pointer } start } sum =>
            Moved(Pointed(start), sum.RightOperand, Size(type)),
        ILocalReferenceOperation { Local: { } local } => Facts.OnlyValue(local, root) is { } only && !LateFolding.IsChanged(local, root) ? Pointed(only) : null,
        _ => Of(pointer) is { } owner ? (owner, 0) : null,
    };

    // Of a span over a pointer.
    private (string Owner, BigInteger? Bytes)? Start(IOperation? span) => span switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => Start(span.ChildOperations.First()),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, root) is { } only ? Start(only) : null,
        IObjectCreationOperation { Constructor: { } constructor, Arguments: [{ Value: { } pointer }, _] } when SpanLength.IsOverPointer(constructor) => Start(pointer, constructor.ContainingType.TypeArguments[0]),
        _ => null,
    };

    private (string Owner, BigInteger? Bytes)? Moved((string Owner, BigInteger? Bytes)? start, IOperation index, long? size) => (start, size) switch
    {
        (null, _) or (_, null) => null,
        ({ } from, { } width) when ValueRange.Of(index, root) is { } range && range.Low == range.High => (from.Owner, from.Bytes + (range.Low * width)),
        ({ } from, _) => reads(index) ? (from.Owner, null) : null,
    };

    private static string? Name((string Owner, BigInteger? Bytes)? place) => place is { } known ? known.Bytes is { } bytes ? FormattableString.Invariant($"{known.Owner}[{bytes}]") : $"{known.Owner}[?]" : null;

    private static long? Size(ITypeSymbol? type) => type is null ? null : TypeFacts.Size(type);
}
