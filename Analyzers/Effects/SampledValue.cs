using System.Globalization;
using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether what is computed is surely no constant: numbers for all that it reads, for which it comes to one thing, and others for which it comes to another. What may be
/// one and the same read gets the same number. A compiler that is right makes no constant of such a value, whatever it knows of equal reads.
/// </summary>
/// <param name="root">The body.</param>
/// <param name="name">A name for what an operation reads, the same for all that may be the same; null where that cannot be told.</param>
internal sealed class SampledValue(IOperation root, Func<IOperation, string?> name)
{
    // Of 64 bits each, with small numbers among them, so that comparisons come out either way.
    private const int Samples = 48;

    private static readonly ulong[] s_masks = [ulong.MaxValue, 0xFF, 7, uint.MaxValue, 0x8000_0000_8000_0001, 1];

    private readonly HashSet<string> _read = [];
    private ulong _sample;
    private bool _isUnknown;

    /// <summary>Whether it is, and so is all that it is computed of: a part that comes to one thing leaves another value than is written there. False where it cannot be told.</summary>
    public bool Varies(IOperation value) => Computed(value).All(VariesItself);

    private IEnumerable<IOperation> Computed(IOperation value) => value.DescendantsAndSelf()
        .Where(static part => part is IBinaryOperation or IUnaryOperation or IConditionalOperation && !part.ConstantValue.HasValue)
        .Concat(value.DescendantsAndSelf().OfType<ILocalReferenceOperation>()
            .Select(local => local.Local.RefKind == RefKind.None ? Facts.OnlyValue(local.Local, root) : null).OfType<IOperation>().SelectMany(Computed))
        .Append(value);

    private bool VariesItself(IOperation value)
    {
        HashSet<BigInteger> values = [];
        for (_sample = 0; _sample < Samples && values.Count < 2; _sample++)
        {
            if (Of(value) is { } number)
            {
                values.Add(number);
            }

            if (_isUnknown)
            {
                return false;
            }
        }

        return values.Count > 1 && !root.DescendantsAndSelf().Any(IsFact);
    }

    // Where a test leaves one number only, of all that is read.
    private bool IsFact(IOperation operation) => operation switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } test =>
            (test.RightOperand.ConstantValue.HasValue && IsRead(test.LeftOperand)) || (test.LeftOperand.ConstantValue.HasValue && IsRead(test.RightOperand)),
        ISwitchOperation choice => IsRead(choice.Value),
        ISwitchExpressionOperation choice => IsRead(choice.Value),
        IIsPatternOperation pattern => IsRead(pattern.Value),
        _ => false,
    };

    private bool IsRead(IOperation value) => value switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => IsRead(value.ChildOperations.First()),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, root) is { } only => IsRead(only),
        _ => name(value) is { } read && _read.Contains(read),
    };

    // Null where it is not known, and where it would throw.
    private BigInteger? Of(IOperation value)
    {
        if (_isUnknown)
        {
            return null;
        }

        switch (value)
        {
            case { ConstantValue: { HasValue: true, Value: bool truth } }:
                return truth ? 1 : 0;

            case { ConstantValue: { HasValue: true, Value: char character } }:
                return character;

            case { ConstantValue: { HasValue: true, Value: IConvertible and not (string or float or double or decimal) and var number } }:
                return new BigInteger(((IConvertible)number).ToDecimal(CultureInfo.InvariantCulture));

            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand);

            case IConversionOperation { OperatorMethod: null, IsChecked: false } conversion when IsNumber(conversion.Type) && IsNumber(conversion.Operand.Type):
                return Fit(Of(conversion.Operand), conversion.Type!);

            case IUnaryOperation { OperatorMethod: null, IsChecked: false, IsLifted: false } unary:
                return Unary(unary);

            case IBinaryOperation { OperatorMethod: null, IsChecked: false, IsLifted: false } binary when IsNumber(binary.LeftOperand.Type) && IsNumber(binary.RightOperand.Type):
                return Of(binary.LeftOperand) is { } left && Of(binary.RightOperand) is { } right ? Binary(binary, left, right) : null;

            case IConditionalOperation { WhenFalse: { } other } choice:
                return Of(choice.Condition) is { } condition ? Of(condition.IsOne ? choice.WhenTrue : other) : null;

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, root) is { } only:
                return Of(only);

            case IInvocationOperation { TargetMethod: { ContainingType: { Name: "Math", ContainingNamespace.Name: "System" }, Name: "Min" or "Max" } method, Arguments: [{ Value: var one }, { Value: var another }] }
                when IsNumber(method.ReturnType):
                return Of(one) is { } first && Of(another) is { } second ? method.Name == "Min" ? BigInteger.Min(first, second) : BigInteger.Max(first, second) : null;

            default:
                return IsNumber(value.Type) && name(value) is { } read ? Fit(Read(read), value.Type!) : Unknown();
        }
    }

    private BigInteger? Unary(IUnaryOperation unary)
    {
        if (Of(unary.Operand) is not { } operand)
        {
            return null;
        }

        return unary.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus when IsNumber(unary.Type) => Fit(-operand, unary.Type!),
            UnaryOperatorKind.BitwiseNegation when IsNumber(unary.Type) => Fit(-operand - 1, unary.Type!),
            UnaryOperatorKind.Not => BigInteger.One - operand,
            _ => Unknown(),
        };
    }

    private BigInteger? Binary(IBinaryOperation binary, BigInteger left, BigInteger right)
    {
        BigInteger? result = binary.OperatorKind switch
        {
            BinaryOperatorKind.Add => left + right,
            BinaryOperatorKind.Subtract => left - right,
            BinaryOperatorKind.Multiply => left * right,
            BinaryOperatorKind.Divide => right.IsZero ? null : BigInteger.Divide(left, right),
            BinaryOperatorKind.Remainder => right.IsZero ? null : BigInteger.Remainder(left, right),
            BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd => left & right,
            BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr => left | right,
            BinaryOperatorKind.ExclusiveOr => left ^ right,
            BinaryOperatorKind.LeftShift => left << Count(binary, right),
            BinaryOperatorKind.RightShift => left >> Count(binary, right),
            BinaryOperatorKind.UnsignedRightShift => Bits(left, binary.Type!) >> Count(binary, right),
            BinaryOperatorKind.Equals => Bit(left == right),
            BinaryOperatorKind.NotEquals => Bit(left != right),
            BinaryOperatorKind.LessThan => Bit(left < right),
            BinaryOperatorKind.LessThanOrEqual => Bit(left <= right),
            BinaryOperatorKind.GreaterThan => Bit(left > right),
            BinaryOperatorKind.GreaterThanOrEqual => Bit(left >= right),
            _ => Unknown(),
        };
        return Fit(result, binary.Type!);
    }

    private static BigInteger Bit(bool truth) => truth ? BigInteger.One : BigInteger.Zero;

    private static int Count(IBinaryOperation shift, BigInteger count) => (int)(count & ((8 * Size(shift.Type!)) - 1));

    private static int Size(ITypeSymbol type) => (int)(TypeFacts.Size(type) ?? sizeof(long));

    private static BigInteger Bits(BigInteger number, ITypeSymbol type) => number & ((BigInteger.One << (8 * Size(type))) - 1);

    private static BigInteger? Fit(BigInteger? number, ITypeSymbol type)
    {
        if (number is not { } any || type.SpecialType == SpecialType.System_Boolean)
        {
            return number is { } truth ? truth & 1 : null;
        }

        BigInteger bits = Bits(any, type);
        return ValueRange.OfType(type) is { } range && bits > range.High ? bits - (BigInteger.One << (8 * Size(type))) : bits;
    }

    private static bool IsNumber(ITypeSymbol? type) => type?.SpecialType == SpecialType.System_Boolean || ValueRange.OfType(type) is not null;

    private BigInteger? Unknown()
    {
        _isUnknown = true;
        return null;
    }

    private BigInteger Read(string read)
    {
        _read.Add(read);
        ulong mixed = 14695981039346656037 + (_sample * 0x9E3779B97F4A7C15);
        foreach (char character in read)
        {
            mixed = (mixed ^ character) * 1099511628211;
        }

        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return mixed & s_masks[(int)((_sample + (mixed >> 60)) % (ulong)s_masks.Length)];
    }
}
