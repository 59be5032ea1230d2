using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The range that the JIT finds for an index where it looks for one. That is less than the expression has (<see cref="ValueRange"/>), and null stands for nothing at all: it sees
/// constants, what types and masks leave, sums, shifts and remainders by a constant. A cast to a small type it drops where it computes in that type instead, and
/// so it does with the masks 255 and 65535, which are such casts to it; then nothing is left to see. It does not see a choice between two numbers that it
/// computes from a condition without a branch, and less of numbers of 64 bits. What is here holds for all versions that the code may run on (Tests/Generator.Tests/IndexForms.txt).
/// </summary>
/// <param name="body">Where the index is.</param>
/// <param name="isLengthKnown">As a number, from where the span is made. Of a length that a test tells it sees less.</param>
internal sealed class SeenRange(Body body, bool isLengthKnown)
{
    // From then on it sees how large a shifted number without a sign is.
    private const int SeesLogicalShifts = 10;

    // What any of the small types holds.
    private static readonly ValueRange s_small = new(sbyte.MinValue, ushort.MaxValue);

    private readonly IOperation _root = body.Root;
    private readonly int _oldest = OldestRuntime.Of(body.Engine.Compilation);
    private readonly HashSet<ISymbol> _open = new(SymbolEqualityComparer.Default);

    public static ValueRange? Of(IOperation index, Body body, bool isLengthKnown) => new SeenRange(body, isLengthKnown).Of(index, isShifted: false);

    /// <summary>Whether a number still has the range of its type after a cast to a small one, wherever it goes from there.</summary>
    public static bool IsSeenNarrowed(IOperation value, Body body)
    {
        SeenRange seen = new(body, isLengthKnown: true);
        return (seen.Of(value, isShifted: false) is { } range && s_small.Contains(range)) || seen.IsKept(value, s_small, isShifted: false);
    }

    /// <param name="operation">The index, or a part of it.</param>
    /// <param name="isShifted">What is shifted at once keeps its cast if it is computed.</param>
    private ValueRange? Of(IOperation operation, bool isShifted)
    {
        switch (operation)
        {
            case { ConstantValue.HasValue: true }:
                return ValueRange.Of(operation, _root);

            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, isShifted);

            case IConversionOperation { OperatorMethod: null } conversion:
                return Converted(conversion, isShifted);

            case IConditionalOperation { WhenFalse: { } other } choice when !IsComputed(choice.WhenTrue, other):
                return Of(choice.WhenTrue, isShifted)?.Or(Of(other, isShifted));

            case IBinaryOperation { OperatorMethod: null, IsLifted: false } binary:
                return Combined(binary, isShifted);

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return Held(local, isShifted);

            default:
                return IsRead(operation) ? ValueRange.OfType(operation.Type) : null;
        }
    }

    private ValueRange? Combined(IBinaryOperation binary, bool isShifted)
    {
        if (binary.OperatorKind == BinaryOperatorKind.And)
        {
            return Mask(binary) is { } mask ? Masked(Number(binary.LeftOperand) is null ? binary.LeftOperand : binary.RightOperand, mask, isShifted) : null;
        }

        if (TypeFacts.Size(binary.Type!) is not sizeof(int) || binary.OperatorKind == BinaryOperatorKind.Subtract)
        {
            return null;
        }

        if (ShiftedIn(binary) is { } zeros)
        {
            ValueRange all = new(0, uint.MaxValue >> zeros);
            return binary.OperatorKind == BinaryOperatorKind.RightShift && Of(binary.LeftOperand, isShifted: true) is { Low.Sign: >= 0 } shifted
                && ValueRange.Combined(binary.OperatorKind, shifted, new ValueRange(zeros, zeros)) is { } less && all.Contains(less) ? less : all;
        }

        bool isSeen = binary.OperatorKind switch
        {
            BinaryOperatorKind.RightShift => !TypeFacts.IsUnsigned(binary.Type) || _oldest >= SeesLogicalShifts,
            BinaryOperatorKind.Add => isLengthKnown || _oldest > 8,
            BinaryOperatorKind.Remainder => IsWithoutSign(Facts.Unconverted(binary.LeftOperand)) || (_oldest > 8 && IsMaskedToSmall(binary.LeftOperand)),
            _ => false,
        };
        if (!isSeen || ValueRange.Of(binary.RightOperand, _root) is not { } right)
        {
            return null;
        }

        if (binary.OperatorKind == BinaryOperatorKind.Remainder)
        {
            return right.Low == right.High && right.Low > 0 ? new ValueRange(0, right.Low - 1) : null;
        }

        bool isShift = binary.OperatorKind == BinaryOperatorKind.RightShift;
        return Of(binary.LeftOperand, isShift) is { } left && Of(binary.RightOperand, isShifted: false) is { } seen
            && ValueRange.Combined(binary.OperatorKind, left, seen) is { } range && ValueRange.OfType(binary.Type)!.Value.Contains(range) ? range : null;
    }

    // How many zeros are shifted in from above: then it is all the same to .NET 10 what is shifted.
    private int? ShiftedIn(IBinaryOperation binary) => _oldest >= SeesLogicalShifts
        && (binary.OperatorKind == BinaryOperatorKind.UnsignedRightShift || (binary.OperatorKind == BinaryOperatorKind.RightShift && TypeFacts.IsUnsigned(binary.Type)))
        && binary.RightOperand.ConstantValue is { HasValue: true, Value: int and > 0 and var count } && count < 8 * TypeFacts.Size(binary.Type!) ? count : null;

    // The constant, if it has no sign.
    private static long? Mask(IBinaryOperation binary) => (Number(binary.LeftOperand) ?? Number(binary.RightOperand)) is >= 0 and var mask ? mask : null;

    private ValueRange? Masked(IOperation masked, long mask, bool isShifted) => mask switch
    {
        // Dropped where the other operand is a condition.
        1 => IsPlain(masked) ? new ValueRange(0, 1) : null,
        byte.MaxValue or ushort.MaxValue when ValueRange.Of(masked, _root) is { } range && range.Low >= 0 && range.High <= mask => Of(masked, isShifted) is not null ? new ValueRange(0, mask) : null,
        byte.MaxValue or ushort.MaxValue when TypeFacts.Size(masked.Type!) is not <= sizeof(int) || !IsKept(masked, new ValueRange(0, mask), isShifted) => null,
        _ => new ValueRange(0, mask),
    };

    // Computed in 32 bits of what is read, without a choice that may be a condition to the JIT.
    private bool IsPlain(IOperation operation) => operation switch
    {
        { ConstantValue.HasValue: true } => true,
        IParenthesizedOperation parenthesized => IsPlain(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => IsPlain(conversion.Operand),
        IConditionalOperation { WhenFalse: { } other } choice => !IsComputed(choice.WhenTrue, other) && IsPlain(choice.WhenTrue) && IsPlain(other),
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add } sum when TypeFacts.Size(sum.Type!) is sizeof(int)
            && (IsSum(sum.LeftOperand, sum.RightOperand) || IsSum(sum.RightOperand, sum.LeftOperand)) => true,
        IBinaryOperation { OperatorMethod: null } binary => TypeFacts.Size(binary.Type!) is sizeof(int) && IsPlain(binary.LeftOperand) && IsPlain(binary.RightOperand)
            && binary.OperatorKind is not (BinaryOperatorKind.Subtract or BinaryOperatorKind.UnsignedRightShift or BinaryOperatorKind.Remainder or BinaryOperatorKind.And),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, _root) is { } value => IsPlain(value),
        IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } => false,
        IInvocationOperation or { Kind: OperationKind.None } => !operation.DescendantsAndSelf().Any(static part => part.Type?.SpecialType == SpecialType.System_Boolean),
        _ => true,
    };

    // Of a number that is no condition, and one in memory: not known to be 0, it keeps the sum from being a condition.
    private bool IsSum(IOperation number, IOperation memory) => Facts.Unconverted(memory) is IFieldReferenceOperation { Field: { IsStatic: false } field, Instance: IParameterReferenceOperation }
        && !number.DescendantsAndSelf().Any(static part => part is IConditionalOperation or { Type.SpecialType: SpecialType.System_Boolean })
        && !_root.DescendantsAndSelf().Any(write => write is ISimpleAssignmentOperation { Target: IFieldReferenceOperation { Field: var set }, Value.ConstantValue.HasValue: true }
            && SymbolEqualityComparer.Default.Equals(set, field));

    private ValueRange? Converted(IConversionOperation conversion, bool isShifted)
    {
        if (ValueRange.OfType(conversion.Type) is not { } type || conversion.Operand.Type is not { } from)
        {
            return null;
        }

        if (TypeFacts.IsFloating(from))
        {
            return Usage.HasBranches(conversion) ? null : type;
        }

        if (ValueRange.OfType(from) is not { } all || TypeFacts.Size(conversion.Type!) > sizeof(int))
        {
            return null;
        }

        // Nothing changes, or only how the bits are seen.
        if (type.Contains(all) || (TypeFacts.Size(conversion.Type!) == sizeof(int) && TypeFacts.Size(from) == sizeof(int)))
        {
            return Of(conversion.Operand, isShifted) is { } same && type.Contains(same) ? same : null;
        }

        if (Bare(conversion.Operand) is IBinaryOperation { OperatorKind: BinaryOperatorKind.And } mask && Mask(mask) is not (null or byte.MaxValue or ushort.MaxValue))
        {
            return Of(mask, isShifted) is { } masked && type.Contains(masked) ? masked : null;
        }

        return TypeFacts.Size(conversion.Type!) < sizeof(int) && IsKept(conversion.Operand, type, isShifted) ? type : null;
    }

    /// <summary>Whether the JIT keeps a cast of this to a small type, and so sees the range of the type.</summary>
    private bool IsKept(IOperation value, ValueRange type, bool isShifted)
    {
        switch (Bare(value))
        {
            case IBinaryOperation { OperatorMethod: null } shift when ShiftedIn(shift) is not null:
                return true;

            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.RightShift } shift
                when shift.RightOperand.ConstantValue.HasValue && !TypeFacts.IsUnsigned(shift.Type) && TypeFacts.Size(shift.Type!) == sizeof(int):
                return IsKept(shift.LeftOperand, type, isShifted: true) || !IsNeedless(shift, type);

            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr } bits:
                return isShifted && TypeFacts.Size(bits.Type!) == sizeof(int) && !new SmallComputation(body).Is(bits);

            // Such a mask and such a cast are one.
            case IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.And } mask
                when type.Low == 0 && TypeFacts.Size(mask.Type!) == sizeof(int) && Number(mask.RightOperand) is byte.MaxValue or ushort.MaxValue && Number(mask.RightOperand) == type.High:
                return IsKept(mask.LeftOperand, type, isShifted);

            case IBinaryOperation { OperatorMethod: null, OperatorKind: not BinaryOperatorKind.And } computed:
                return isShifted && (!IsNeedless(computed, type) || Of(computed, isShifted) is not null);

            // From .NET 9 on no number is negated in a small type.
            case IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Minus } minus when !isShifted:
                return _oldest > 8 && TypeFacts.Size(minus.Type!) == sizeof(int) && IsNegatedAsItIs(minus.Operand);

            case IUnaryOperation { OperatorMethod: null } unary:
                return isShifted && TypeFacts.Size(unary.Type!) == sizeof(int);

            case ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }:
                return IsKept(local, type, isShifted);

            case IInvocationOperation { TargetMethod: { Name: "RotateLeft" or "RotateRight", ContainingType: { Name: "BitOperations", ContainingNamespace.Name: "Numerics" } } } rotation:
                return isShifted && rotation.Arguments is [{ Value: var rotated }, { Value: var count }] && !LateFolding.IsFixed(rotated, body)
                    && (Number(count) is { } by ? by % (8 * TypeFacts.Size(rotated.Type!)) != 0 : !LateFolding.IsFixed(count, body) && !LateFolding.MayHappen(count, body));

            case IInvocationOperation { TargetMethod: { ContainingType: { Name: "Interlocked", ContainingNamespace.Name: "Threading" } } }:
            case IInvocationOperation { TargetMethod.MethodImplementationFlags: var flags } when (flags & System.Reflection.MethodImplAttributes.NoInlining) != 0:
                return isShifted && TypeFacts.Size(Bare(value).Type!) >= sizeof(int);

            case var other:
                return TypeFacts.IsFloating(other.Type) ? !Usage.HasBranches(other) : IsRead(other);
        }
    }

    // What does not take the sign into itself: of a product with a constant, and of what is negated already, nothing is negated.
    private bool IsNegatedAsItIs(IOperation value) => Bare(value) switch
    {
        IBinaryOperation
        {
            OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.And or BinaryOperatorKind.ExclusiveOr or BinaryOperatorKind.RightShift
        } computed => TypeFacts.Size(computed.Type!) == sizeof(int) && !computed.LeftOperand.ConstantValue.HasValue && Number(computed.RightOperand) is not (0 or -1)
            && !LateFolding.IsFixed(computed.LeftOperand, body) && !LateFolding.MayHappen(computed, body),
        IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.BitwiseNegation } bits => TypeFacts.Size(bits.Type!) == sizeof(int) && IsRead(Bare(bits.Operand)),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, _root) is { } only && IsNegatedAsItIs(only),
        var other => IsRead(other),
    };

    private bool IsNeedless(IOperation operation, ValueRange type) => ValueRange.Of(operation, _root) is { } range && type.Contains(range);

    // A local keeps a cast to its type if everything does that is written to it.
    private ValueRange? Held(ILocalSymbol local, bool isShifted)
    {
        if (Facts.OnlyValue(local, _root) is { } value)
        {
            return _open.Add(local) ? Of(value, isShifted) : null;
        }

        return ValueRange.OfType(local.Type) is { } type && TypeFacts.Size(local.Type) < sizeof(int) && IsKept(local, type, isShifted) ? type : Chosen(local, isShifted);
    }

    // What several statements set it to, each of them to a constant, or to what a mask keeps small whatever it is.
    private ValueRange? Chosen(ILocalSymbol local, bool isShifted)
    {
        if (!isLengthKnown || local.Type.SpecialType != SpecialType.System_Int32 || !_open.Add(local) || !MemoryRead.IsInOneHand(local, _root) || Facts.IsExposed(local, _root)
            || _root.DescendantsAndSelf().Any(operation => operation is IIncrementOrDecrementOperation { Target: ILocalReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Local, local)))
        {
            return null;
        }

        ValueRange?[] ranges = [.. Facts.WrittenTo(local, _root).Select(written => IsPlainMask(written) ? Of(written, isShifted) : null)];
        return ranges.Length > 1 && ranges.All(static range => range is not null) ? ranges.Aggregate(static (all, range) => all?.Or(range)) : null;
    }

    private static bool IsPlainMask(IOperation written) => Facts.Bare(written) is { ConstantValue.HasValue: true }
        or IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.And, Type.SpecialType: SpecialType.System_Int32, RightOperand.ConstantValue: { HasValue: true, Value: int and > 1 and not (byte.MaxValue or ushort.MaxValue) } };

    private bool IsKept(ILocalSymbol local, ValueRange type, bool isShifted)
    {
        if (!_open.Add(local))
        {
            return false;
        }

        bool isKept = MemoryRead.IsInOneHand(local, _root) && Facts.WrittenTo(local, _root).All(written => written switch
        {
            ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr } => false,
            ICompoundAssignmentOperation => isShifted,
            { ConstantValue.HasValue: true } => true,
            IConditionalOperation { WhenFalse: { } other } choice => IsKept(choice.WhenTrue, type, isShifted) && IsKept(other, type, isShifted) && !IsComputed(choice.WhenTrue, other),
            _ => IsKept(written, type, isShifted),
        }) && (isShifted || !_root.DescendantsAndSelf().Any(operation =>
            operation is IIncrementOrDecrementOperation { Target: ILocalReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Local, local)));
        _open.Remove(local);
        return isKept;
    }

    // What comes out of a cast of another is as good as that of its operand.
    private static IOperation Bare(IOperation value) => value switch
    {
        IParenthesizedOperation parenthesized => Bare(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null, Operand.Type: { } from } conversion when ValueRange.OfType(from) is not null => Bare(conversion.Operand),
        IConversionOperation { OperatorMethod: null, Operand.Type: { } from } conversion when TypeFacts.IsFloating(from) => conversion.Operand,
        _ => value,
    };

    // Of a number that a condition is read as nothing is seen.
    private bool IsRead(IOperation operation) => MemoryRead.Is(operation, _root)
        && !operation.DescendantsAndSelf().Any(static part => part.Type?.SpecialType == SpecialType.System_Boolean);

    // Masks that are casts: whatever becomes of the cast, what is masked so has no sign.
    private bool IsMaskedToSmall(IOperation dividend) => dividend switch
    {
        IParenthesizedOperation parenthesized => IsMaskedToSmall(parenthesized.Operand),
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.And } mask => TypeFacts.Size(mask.Type!) == sizeof(int) && Mask(mask) is byte.MaxValue or ushort.MaxValue,
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, _root) is { } value && IsMaskedToSmall(value),
        _ => false,
    };

    // A cast that changes no value is dropped, and what is left has a sign.
    private bool IsWithoutSign(IOperation dividend) => dividend switch
    {
        IParenthesizedOperation parenthesized => IsWithoutSign(parenthesized.Operand),
        _ when !TypeFacts.IsUnsigned(dividend.Type) => false,
        IConditionalOperation => false,
        IConversionOperation { Operand: { Type: { } from } operand } when TypeFacts.Size(dividend.Type!) < TypeFacts.Size(from) => IsCast(operand, dividend.Type!),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, _root) is { } value => value is IConditionalOperation || IsWithoutSign(value),
        _ => true,
    };

    // It is dropped before the remainder is looked at where a mask leaves fewer bits than the type has without the highest one, and where it may be of a constant.
    private bool IsCast(IOperation operand, ITypeSymbol type) => Bare(operand) switch
    {
        IConditionalOperation or { ConstantValue.HasValue: true } => false,
        IBinaryOperation { OperatorMethod: null } computed when Other(computed) is { } same => IsCast(same, type),
        IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.And } mask => (Number(mask.LeftOperand) ?? Number(mask.RightOperand)) is not { } bits
            || bits < 0 || bits >= 1L << (int)((8 * TypeFacts.Size(type)!.Value) - 1),
        IBinaryOperation { OperatorMethod: null } computed => !LateFolding.IsFixed(computed, body),
        _ => !(ValueRange.OfType(type) is { } all && ValueRange.Of(operand, _root) is { } range && all.Contains(range)),
    };

    // The operand that a constant may leave as it is.
    private static IOperation? Other(IBinaryOperation binary)
    {
        return IsNeutral(binary.RightOperand) ? binary.LeftOperand : IsNeutral(binary.LeftOperand) ? binary.RightOperand : null;

        bool IsNeutral(IOperation operand) => Number(operand) is { } number && binary.OperatorKind switch
        {
            BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide => number is 0 or 1 or -1,
            BinaryOperatorKind.Remainder => number is 1 or -1,
            BinaryOperatorKind.And => number is 0 or -1 or uint.MaxValue,
            _ => number == 0,
        };
    }

    // c ? 1 : 0; also c ? 5 : 0 and c ? 4 : 3
    private bool IsComputed(IOperation one, IOperation other) => Number(one) is { } first && Number(other) is { } second
        && (isLengthKnown ? first is 0 or 1 && second is 0 or 1 : first == 0 || second == 0 || Math.Abs(first - second) == 1);

    private static long? Number(IOperation value) => value.ConstantValue is { HasValue: true, Value: IConvertible and not (string or bool or char) and var constant }
        && Convert.ToDecimal(constant, System.Globalization.CultureInfo.InvariantCulture) is >= int.MinValue and <= uint.MaxValue and var number ? (long)number : null;
}
