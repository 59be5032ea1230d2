using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// The range that the JIT may assume of a computed index before it is tested, as if nothing overflowed. Where all of it lies on one side of zero the JIT drops the test for
/// the other side; where the computation may overflow it does not use the range itself, and has nothing left.
/// </summary>
internal sealed class AssumedRange(IOperation root)
{
    private static readonly BigInteger s_most = int.MaxValue;

    // A counter that counts up is bounded by the end of its loop. One that counts down is not, from above.
    private static readonly ValueRange s_up = new(0, 1 << 24);
    private static readonly ValueRange s_down = new(1, 2 * s_most);

    private readonly HashSet<ISymbol> _open = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a counter of a loop is part of it.</summary>
    private bool _counts;

    public static ValueRange? Of(IOperation operation, IOperation root) => new AssumedRange(root).Of(operation);

    /// <summary>Whether it is computed of a counter of a loop.</summary>
    public static bool IsOfCounter(IOperation operation, IOperation root)
    {
        AssumedRange assumed = new(root);
        assumed.Of(operation);
        return assumed._counts;
    }

    /// <summary>Whether a test of an index is folded away, or half of it, or asks something else of the operands, so that nothing is known of the index behind it.</summary>
    /// <param name="index">What is tested.</param>
    /// <param name="root">The body.</param>
    /// <param name="isTwice">Whether each end is tested by itself.</param>
    public static bool SpoilsTest(IOperation index, IOperation root, bool isTwice)
    {
        AssumedRange assumed = new(root);
        return assumed.Of(index) is { } range && (range.Low < int.MinValue || range.High > int.MaxValue
            ? range.Low >= 0 || range.High < 0 || (isTwice && assumed.AddsPositive(index))
            : isTwice && assumed._counts && range.Low < 0 && range.Low > int.MinValue);
    }

    // What is surely greater than zero, and no constant.
    private bool AddsPositive(IOperation operation) => operation switch
    {
        IParenthesizedOperation or IConversionOperation { OperatorMethod: null } => AddsPositive(operation.ChildOperations.First()),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum => new[] { sum.LeftOperand, sum.RightOperand }.Any(part =>
            part is not (ILocalReferenceOperation or { ConstantValue.HasValue: true }) && (new AssumedRange(root).Of(part) is { } range && range.Low > 0 || AddsPositive(part))),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, root) is { } value && AddsPositive(value),
        _ => false,
    };

    private ValueRange? Of(IOperation operation)
    {
        if (operation.ConstantValue.HasValue)
        {
            return ValueRange.Of(operation, root);
        }

        return ValueRange.OfType(operation.Type) is not { } type ? null : operation switch
        {
            IParenthesizedOperation parenthesized => Of(parenthesized.Operand),
            IConversionOperation { OperatorMethod: null } conversion => Converted(conversion, type),
            IConditionalOperation { WhenFalse: { } other } choice => Of(choice.WhenTrue)?.Or(Of(other)),
            IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Minus } minus when Of(minus.Operand) is { } range => new ValueRange(-range.High, -range.Low),
            IBinaryOperation { OperatorMethod: null, IsLifted: false } binary when Of(binary.LeftOperand) is { } left && Of(binary.RightOperand) is { } right =>
                Combined(binary.OperatorKind, left, right) ?? type,
            IInvocationOperation call => Returned(call) ?? type,
            ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Held(local) ?? type,
            _ => type,
        };
    }

    // A cast that only changes how the bits are seen is none for a counter.
    private ValueRange Converted(IConversionOperation conversion, ValueRange type)
    {
        bool counted = _counts;
        _counts = false;
        ValueRange? range = Of(conversion.Operand);
        bool isKept = _counts && TypeFacts.Size(conversion.Type!) == TypeFacts.Size(conversion.Operand.Type!);
        _counts |= counted;
        return range is { } known && (isKept || type.Contains(known)) ? known : type;
    }

    private static ValueRange? Combined(BinaryOperatorKind kind, ValueRange left, ValueRange right)
    {
        if (kind != BinaryOperatorKind.Multiply)
        {
            return ValueRange.Combined(kind, left, right);
        }

        BigInteger[] corners = [left.Low * right.Low, left.Low * right.High, left.High * right.Low, left.High * right.High];
        return new ValueRange(corners.Min(), corners.Max());
    }

    private ValueRange? Returned(IInvocationOperation call) => call is { TargetMethod: { ContainingType.Name: "Math", Name: var name }, Arguments: [{ Value: var one }, { Value: var other }] }
        && Of(one) is { } first && Of(other) is { } second ? name switch
        {
            "Max" => new ValueRange(BigInteger.Max(first.Low, second.Low), BigInteger.Max(first.High, second.High)),
            "Min" => new ValueRange(BigInteger.Min(first.Low, second.Low), BigInteger.Min(first.High, second.High)),
            _ => null,
        } : null;

    private ValueRange? Held(ILocalSymbol local)
    {
        if (Facts.OnlyValue(local, root) is { } value)
        {
            return _open.Add(local) ? Of(value) : null;
        }

        IOperation[] found = Steps(local);
        _counts |= found.Length > 0;
        return found switch
        {
            [] => null,
            var steps when steps.All(IsUp) => s_up,
            var steps when !steps.Any(IsUp) => s_down,
            _ => null,
        };
    }

    private IOperation[] Steps(ILocalSymbol local) => [.. root.DescendantsAndSelf().Where(operation => Target(operation) is ILocalReferenceOperation { Local: var other }
        && SymbolEqualityComparer.Default.Equals(other, local))];

    private static IOperation? Target(IOperation operation) => operation switch
    {
        IIncrementOrDecrementOperation step => step.Target,
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, Value.ConstantValue.HasValue: true } step => step.Target,
        _ => null,
    };

    private static bool IsUp(IOperation step) => step is { Kind: OperationKind.Increment } or ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add };
}
