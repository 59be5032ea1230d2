using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether the JIT, where it looks for the range of an index, finds the one that the expression has (<see cref="ValueRange"/>). It sees types, sums, masks and remainders
/// by a constant, and shifts. It does not see a choice between two numbers that it computes from a condition without a branch, and less of numbers of 64 bits.
/// </summary>
/// <param name="body">Where the index is.</param>
/// <param name="isLengthKnown">As a number, from where the span is made. Of a length that a test tells it sees less.</param>
internal sealed class SeenRange(Body body, bool isLengthKnown)
{
    // From then on it sees how large a shifted number without a sign is.
    private const int SeesLogicalShifts = 10;

    private readonly IOperation _root = body.Root;
    private readonly int _oldest = OldestRuntime.Of(body.Engine.Compilation);

    public static bool Has(IOperation index, Body body, bool isLengthKnown) => new SeenRange(body, isLengthKnown).Has(index);

    private bool Has(IOperation operation) => operation switch
    {
        { ConstantValue.HasValue: true } => true,
        IParenthesizedOperation parenthesized => Has(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => Has(conversion.Operand),
        IConditionalOperation { WhenFalse: { } other } choice => !IsComputed(choice.WhenTrue, other) && Has(choice.WhenTrue) && Has(other),
        IBinaryOperation { OperatorMethod: null } binary => Has(binary),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, _root) is { } value => Has(value),

        IInvocationOperation { TargetMethod.ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } } => false,

        // A condition that is read as a number.
        IInvocationOperation or { Kind: OperationKind.None } => !operation.DescendantsAndSelf().Any(static part => part.Type?.SpecialType == SpecialType.System_Boolean),
        _ => true,
    };

    private bool Has(IBinaryOperation binary) => binary.OperatorKind switch
    {
        // The mask 1 is dropped where the other operand is a condition.
        BinaryOperatorKind.And => (binary.LeftOperand.ConstantValue.HasValue || binary.RightOperand.ConstantValue.HasValue)
            && (!(Number(binary.LeftOperand) == 1 || Number(binary.RightOperand) == 1) || (Has(binary.LeftOperand) && Has(binary.RightOperand))),
        _ when TypeFacts.Size(binary.Type!) is not sizeof(int) => false,
        BinaryOperatorKind.RightShift when TypeFacts.IsUnsigned(binary.Type) => _oldest >= SeesLogicalShifts,
        BinaryOperatorKind.UnsignedRightShift or BinaryOperatorKind.Subtract => false,
        BinaryOperatorKind.Add when !isLengthKnown && _oldest <= 8 => false,
        BinaryOperatorKind.Remainder => IsWithoutSign(Facts.Unconverted(binary.LeftOperand)),
        _ => Has(binary.LeftOperand) && Has(binary.RightOperand),
    };

    // A cast that changes no value is dropped, and what is left has a sign.
    private bool IsWithoutSign(IOperation dividend) => dividend switch
    {
        IParenthesizedOperation parenthesized => IsWithoutSign(parenthesized.Operand),
        _ when !TypeFacts.IsUnsigned(dividend.Type) => false,
        IConversionOperation { Operand: { Type: { } from } operand } when TypeFacts.Size(dividend.Type!) < TypeFacts.Size(from) =>
            !(ValueRange.OfType(dividend.Type) is { } type && ValueRange.Of(operand, _root) is { } range && type.Contains(range)),
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } when Facts.OnlyValue(local, _root) is { } value => IsWithoutSign(value),
        _ => true,
    };

    // c ? 1 : 0; also c ? 5 : 0 and c ? 4 : 3
    private bool IsComputed(IOperation one, IOperation other) => Number(one) is { } first && Number(other) is { } second
        && (isLengthKnown ? first is 0 or 1 && second is 0 or 1 : first == 0 || second == 0 || Math.Abs(first - second) == 1);

    private static long? Number(IOperation value) => value.ConstantValue is { HasValue: true, Value: IConvertible and not (string or bool or char) and var constant }
        && Convert.ToDecimal(constant, System.Globalization.CultureInfo.InvariantCulture) is >= int.MinValue and <= uint.MaxValue and var number ? (long)number : null;
}
