using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What is left of an index where the JIT decides a choice in it, since it compares what is equal: one of the two values, and so a smaller range than the expression has.
/// </summary>
internal static class DecidedChoice
{
    private const int Most = 8;

    /// <summary>The ranges that the value may turn out to have; that of all of them together if nothing in it may be decided.</summary>
    public static IReadOnlyList<ValueRange> Ranges(IOperation value, Body body) => value switch
    {
        { ConstantValue.HasValue: true } => Whole(value, body),
        IParenthesizedOperation parenthesized => Ranges(parenthesized.Operand, body),
        IConversionOperation { OperatorMethod: null } conversion when ValueRange.OfType(conversion.Type) is { } type =>
            [.. Ranges(conversion.Operand, body).Select(range => type.Contains(range) ? range : type)],
        IConditionalOperation { WhenFalse: { } other } choice when DecidedCondition.Of(choice.Condition) is { } isTrue => Ranges(isTrue ? choice.WhenTrue : other, body),
        IConditionalOperation { WhenFalse: { } other } choice when LateFolding.MayHappen(choice.Condition, body) =>
            Few(LateFolding.OfEquals(choice.Condition, body) is { } outcome ? [.. Ranges(outcome ? choice.WhenTrue : other, body), .. Whole(value, body)]
                : [.. Ranges(choice.WhenTrue, body), .. Ranges(other, body)], value, body),
        IBinaryOperation { OperatorMethod: null, IsLifted: false } binary when ValueRange.OfType(binary.Type) is { } type => Few(
            [.. Ranges(binary.LeftOperand, body).SelectMany(left => Ranges(binary.RightOperand, body).Select(right =>
                ValueRange.Combined(binary.OperatorKind, left, right) is { } range && type.Contains(range) ? range : type))], value, body),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, body.Root) is { } only => Ranges(only, body),
        _ => Whole(value, body),
    };

    private static ValueRange[] Few(ValueRange[] ranges, IOperation value, Body body) => ranges.Length is > 0 and <= Most ? ranges : Whole(value, body);

    private static ValueRange[] Whole(IOperation value, Body body) => ValueRange.Of(value, body.Root) is { } range ? [range] : [];
}
