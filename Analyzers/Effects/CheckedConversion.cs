using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT leaves the check of a checked conversion out. It does where the type alone says that all values fit, and of the rest it sees little: a mask by
/// 255 or 65535, which is a cast to it, and of 64 bits any other mask, if a number of 32 is made of it. Remainders, shifts, choices and smaller masks it does not look at.
/// </summary>
internal static class CheckedConversion
{
    public static bool IsLeftOut(IConversionOperation conversion)
    {
        IOperation value = conversion.Operand;
        while (value is IParenthesizedOperation parenthesized)
        {
            value = parenthesized.Operand;
        }

        return ValueRange.OfType(conversion.Type) is { } possible
            && ((ValueRange.OfType(value.Type) is { } all && possible.Contains(all)) || (Mask(value) is { } mask && possible.Contains(mask) && IsSeen(value.Type!, conversion.Type!, mask.High)));
    }

    // What is computed may be computed in the small type, and then the cast is no more.
    private static ValueRange? Mask(IOperation value) =>
        value is not IBinaryOperation { OperatorMethod: null, IsLifted: false, OperatorKind: BinaryOperatorKind.And } masked ? null
            : IsPlain(masked.LeftOperand) ? Constant(masked.RightOperand) : IsPlain(masked.RightOperand) ? Constant(masked.LeftOperand) : null;

    private static ValueRange? Constant(IOperation mask) =>
        mask.ConstantValue.HasValue && ValueRange.Of(mask, mask) is { Low: var bits } && bits >= 0 ? new ValueRange(0, bits) : null;

    private static bool IsSeen(ITypeSymbol from, ITypeSymbol to, BigInteger mask)
    {
        bool isCast = mask == byte.MaxValue || mask == ushort.MaxValue;
        return TypeFacts.Size(from) == sizeof(long) ? !isCast && TypeFacts.Size(to) == sizeof(int) : isCast;
    }

    // A number that is read from memory, as it is or widened. A local or a parameter may stand for what is computed.
    private static bool IsPlain(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => IsPlain(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null, IsChecked: false, Operand: var operand, Type: { } type } =>
            ValueRange.OfType(type) is { } wide && ValueRange.OfType(operand.Type) is { } narrow && wide.Contains(narrow) && IsPlain(operand),
        _ => value is IFieldReferenceOperation { ConstantValue.HasValue: false },
    };
}
