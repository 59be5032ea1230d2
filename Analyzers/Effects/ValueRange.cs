using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What values an integer may have, both ends included, by the expression that computes it: by its type, by masks and shifts, by what a local
/// was set to once. Whether the JIT finds it out, too, is <see cref="SeenRange"/>'s to say.
/// </summary>
internal readonly struct ValueRange(BigInteger low, BigInteger high)
{
    public BigInteger Low { get; } = low;

    public BigInteger High { get; } = high;

    /// <summary>The range of an expression in a body; null where it is no integer.</summary>
    public static ValueRange? Of(IOperation operation, IOperation root)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } constant })
        {
            return Constant(constant) is { } value ? new ValueRange(value, value) : null;
        }

        return OfType(operation.Type) is not { } type ? null : Computed(operation, type, root) is { } range && type.Contains(range) ? range : type;
    }

    /// <summary>All values that the type has, or null.</summary>
    public static ValueRange? OfType(ITypeSymbol? type) => ((type as INamedTypeSymbol)?.EnumUnderlyingType ?? type)?.SpecialType switch
    {
        SpecialType.System_SByte => new ValueRange(sbyte.MinValue, sbyte.MaxValue),
        SpecialType.System_Byte => new ValueRange(byte.MinValue, byte.MaxValue),
        SpecialType.System_Int16 => new ValueRange(short.MinValue, short.MaxValue),
        SpecialType.System_UInt16 or SpecialType.System_Char => new ValueRange(ushort.MinValue, ushort.MaxValue),
        SpecialType.System_Int32 => new ValueRange(int.MinValue, int.MaxValue),
        SpecialType.System_UInt32 => new ValueRange(uint.MinValue, uint.MaxValue),
        SpecialType.System_Int64 or SpecialType.System_IntPtr => new ValueRange(long.MinValue, long.MaxValue),
        SpecialType.System_UInt64 or SpecialType.System_UIntPtr => new ValueRange(ulong.MinValue, ulong.MaxValue),
        _ => null,
    };

    /// <summary>From the lower of both ends to the higher one; null if the other is not known.</summary>
    public ValueRange? Or(ValueRange? other) => other is { } known ? new ValueRange(BigInteger.Min(Low, known.Low), BigInteger.Max(High, known.High)) : null;

    public bool Contains(ValueRange other) => Low <= other.Low && other.High <= High;

    private static ValueRange? Computed(IOperation operation, ValueRange type, IOperation root)
    {
        switch (operation)
        {
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, root);

            case IConversionOperation { OperatorMethod: null, Operand.Type: { } from } conversion when OfType(from) is not null:
                return Of(conversion.Operand, root);

            case IConditionalOperation { WhenFalse: { } other } choice when Of(choice.WhenTrue, root) is { } first && Of(other, root) is { } second:
                return new ValueRange(BigInteger.Min(first.Low, second.Low), BigInteger.Max(first.High, second.High));

            case IBinaryOperation { OperatorMethod: null, IsLifted: false } binary
                when Of(binary.LeftOperand, root) is { } left && Of(binary.RightOperand, root) is { } right:
                return Combined(binary.OperatorKind, left, right);

            case IInvocationOperation { TargetMethod: { Name: "Max" or "Min", ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } method, Arguments: [{ Value: { } one }, { Value: { } other }] }
                when Of(one, root) is { } first && Of(other, root) is { } second:
                return method.Name == "Max" ? new ValueRange(BigInteger.Max(first.Low, second.Low), BigInteger.Max(first.High, second.High))
                    : new ValueRange(BigInteger.Min(first.Low, second.Low), BigInteger.Min(first.High, second.High));

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, root) is { } value:
                return Of(value, root);

            default:
                return type;
        }
    }

    /// <summary>What an operator makes of two ranges, if nothing overflows; null where that is not known.</summary>
    public static ValueRange? Combined(BinaryOperatorKind kind, ValueRange left, ValueRange right)
    {
        switch (kind)
        {
            // What is masked by a number without a sign has no sign.
            case BinaryOperatorKind.And when left.Low >= 0 || right.Low >= 0:
                return new ValueRange(0, left.Low < 0 ? right.High : right.Low < 0 ? left.High : BigInteger.Min(left.High, right.High));
            case BinaryOperatorKind.Add:
                return new ValueRange(left.Low + right.Low, left.High + right.High);
            case BinaryOperatorKind.Subtract:
                return new ValueRange(left.Low - right.High, left.High - right.Low);
            case BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift
                when left.Low >= 0 && right.Low == right.High && right.Low >= 0 && right.High < 32:
                return new ValueRange(left.Low >> (int)right.Low, left.High >> (int)right.Low);
            case BinaryOperatorKind.Remainder when left.Low >= 0 && right.Low == right.High && right.Low > 0:
                return new ValueRange(0, right.Low - 1);
            default:
                return null;
        }
    }

    private static BigInteger? Constant(object value) => value switch
    {
        char character => character,
        IConvertible number and not (string or bool or float or double or decimal) =>
            new BigInteger(number.ToDecimal(System.Globalization.CultureInfo.InvariantCulture)),
        _ => null,
    };
}
