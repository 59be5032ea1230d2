using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT may compute in a small type what is cast to it, and so drop the cast (optNarrowTree, src/coreclr/jit/optimizer.cpp): bits that are combined of constants and of what is
/// read or cast. Of a sum, a shift or any other computation it does not, unless that folds away.
/// </summary>
internal sealed class SmallComputation(Body body)
{
    public bool Is(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => Is(parenthesized.Operand),

        // Between signs nothing happens. Every other cast is one to less, or from less.
        IConversionOperation { OperatorMethod: null, Operand: { Type: { } from } operand } conversion =>
            TypeFacts.Size(from) != sizeof(int) || TypeFacts.Size(conversion.Type!) != sizeof(int) || TypeFacts.IsFloating(from) || Is(operand),

        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr } bits => Is(bits.LeftOperand) && Is(bits.RightOperand),
        IBinaryOperation { OperatorMethod: null } computed => !IsComputation(computed),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, body.Root) is not { } only || Is(only),
        _ => true,
    };

    // Of two numbers that are both no constants, or of one that is not computed with another constant: so nothing is left out.
    private bool IsComputation(IBinaryOperation binary) => TypeFacts.Size(binary.Type!) == sizeof(int)
        && binary.OperatorKind is BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply
            or BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift
        && !IsConstant(binary.LeftOperand) && (!IsConstant(binary.RightOperand) || (IsPlain(binary.LeftOperand) && binary.RightOperand.ConstantValue is { HasValue: true, Value: int and > 1 and < 32 }));

    private bool IsConstant(IOperation value) =>
        LateFolding.IsFixed(value, body) || LateFolding.MayHappen(value, body) || (ValueRange.Of(value, body.Root) is { } range && range.Low == range.High);

    private static bool IsPlain(IOperation value) => value switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => IsPlain(value.ChildOperations.First()),
        IFieldReferenceOperation { Instance: IParameterReferenceOperation } => true,
        _ => false,
    };
}
