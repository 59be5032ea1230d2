using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>A comparison that is known to be true.</summary>
internal readonly struct Comparison(BinaryOperatorKind kind, IOperation left, IOperation right)
{
    public BinaryOperatorKind Kind { get; } = kind;

    public IOperation Left { get; } = left;

    public IOperation Right { get; } = right;

    /// <summary>The same, seen from the other side.</summary>
    public Comparison Flipped => new(
        Kind switch
        {
            BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
            BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
            BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
            BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
            _ => Kind,
        },
        Right,
        Left);

    /// <summary>The comparisons that are true if <paramref name="condition"/> has the value <paramref name="truth"/>.</summary>
    public static IEnumerable<Comparison> Of(IOperation? condition, bool truth)
    {
        switch (condition)
        {
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, truth);

            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return Of(not.Operand, !truth);

            case IBinaryOperation { OperatorMethod: null, IsLifted: false } binary:
                if (binary.OperatorKind == (truth ? BinaryOperatorKind.ConditionalAnd : BinaryOperatorKind.ConditionalOr))
                {
                    return Of(binary.LeftOperand, truth).Concat(Of(binary.RightOperand, truth));
                }

                return Known(binary.OperatorKind, truth) is { } known
                    && !TypeFacts.IsFloating(binary.LeftOperand.Type)
                    ? [new Comparison(known, binary.LeftOperand, binary.RightOperand)] : [];

            case IIsPatternOperation pattern:
                return OfPattern(pattern.Value, pattern.Pattern, truth);

            default:
                return [];
        }
    }

    // What holds if the operator's result is known.
    private static BinaryOperatorKind? Known(BinaryOperatorKind kind, bool truth) => kind switch
    {
        BinaryOperatorKind.Equals => truth ? BinaryOperatorKind.Equals : BinaryOperatorKind.NotEquals,
        BinaryOperatorKind.NotEquals => truth ? BinaryOperatorKind.NotEquals : BinaryOperatorKind.Equals,
        BinaryOperatorKind.LessThan => truth ? BinaryOperatorKind.LessThan : BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.LessThanOrEqual => truth ? BinaryOperatorKind.LessThanOrEqual : BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.GreaterThan => truth ? BinaryOperatorKind.GreaterThan : BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.GreaterThanOrEqual => truth ? BinaryOperatorKind.GreaterThanOrEqual : BinaryOperatorKind.LessThan,
        _ => null,
    };

    private static IEnumerable<Comparison> OfPattern(IOperation value, IPatternOperation pattern, bool truth) => pattern switch
    {
        INegatedPatternOperation negated => OfPattern(value, negated.Pattern, !truth),
        IBinaryPatternOperation both when both.OperatorKind == (truth ? BinaryOperatorKind.And : BinaryOperatorKind.Or) =>
            OfPattern(value, both.LeftPattern, truth).Concat(OfPattern(value, both.RightPattern, truth)),
        IRelationalPatternOperation relation when ValueRange.OfType(value.Type) is not null && Known(relation.OperatorKind, truth) is { } kind => [new Comparison(kind, value, relation.Value)],
        IConstantPatternOperation constant when ValueRange.OfType(value.Type) is not null => [new Comparison(truth ? BinaryOperatorKind.Equals : BinaryOperatorKind.NotEquals, value, constant.Value)],
        _ => [],
    };
}
