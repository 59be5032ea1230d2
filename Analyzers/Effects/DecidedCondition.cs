using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// A condition that constants decide, as <c>Traces &amp;&amp; n &gt; 3</c> where <c>Traces</c> is a constant that is false. It is more than what the language calls constant
/// (C# specification, Constant expressions), which may not mention a variable at all.
/// </summary>
internal static class DecidedCondition
{
    /// <summary>What the condition is, whatever its variables are; null if that depends.</summary>
    public static bool? Of(IOperation condition) => condition switch
    {
        { ConstantValue: { HasValue: true, Value: bool value } } => value,
        IParenthesizedOperation parenthesized => Of(parenthesized.Operand),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not => !Of(not.Operand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd, OperatorMethod: null } both => Of(both.LeftOperand) & Of(both.RightOperand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr, OperatorMethod: null } either => Of(either.LeftOperand) | Of(either.RightOperand),
        _ => null,
    };

    /// <summary>The parts of a condition that are evaluated.</summary>
    public static IEnumerable<IOperation> Evaluated(IOperation condition) => condition switch
    {
        { ConstantValue.HasValue: true } => [],
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd, OperatorMethod: null } both => Evaluated(both, until: false),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr, OperatorMethod: null } either => Evaluated(either, until: true),
        _ => condition.ChildOperations,
    };

    private static IEnumerable<IOperation> Evaluated(IBinaryOperation test, bool until) => Of(test.LeftOperand) == until ? [test.LeftOperand] : [test.LeftOperand, test.RightOperand];
}
