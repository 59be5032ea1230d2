using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What an integer is divided by: is it ever zero, or -1 where that overflows? The JIT emits no test, and the processor faults; so here counts what is true, and not what the JIT finds out.
/// </summary>
internal sealed class Divisor
{
    private readonly IOperation _root;
    private readonly bool _mayOverflow;

    private Divisor(IOperation root, bool mayOverflow) => (_root, _mayOverflow) = (root, mayOverflow);

    public enum Danger
    {
        None,

        /// <summary>It may be zero.</summary>
        Zero,

        /// <summary>It is not zero, but may be -1, by which the smallest number cannot be divided.</summary>
        MinusOne,
    }

    /// <summary>What may become of a division.</summary>
    /// <param name="dividend">What is divided.</param>
    /// <param name="divisor">By what.</param>
    /// <param name="root">The body that both are in.</param>
    public static Danger Of(IOperation dividend, IOperation divisor, IOperation root)
    {
        divisor = Unlifted(divisor);

        // Only the smallest number has no counterpart.
        bool mayOverflow = !TypeFacts.IsUnsigned(divisor.Type)
            && !(ValueRange.OfType(divisor.Type) is { } all && ValueRange.Of(dividend, root) is { } range && range.Low > all.Low);
        return new Divisor(root, mayOverflow).IsSafe(divisor) ? Danger.None
            : mayOverflow && new Divisor(root, mayOverflow: false).IsSafe(divisor) ? Danger.MinusOne
            : Danger.Zero;
    }

    // Of n / 10 with a Nullable n, 10.
    private static IOperation Unlifted(IOperation divisor) =>
        divisor is IConversionOperation { OperatorMethod: null, IsImplicit: true, Type.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, Operand: { } operand } ? Unlifted(operand) : divisor;

    private bool IsSafe(IOperation divisor)
    {
        if (ValueRange.Of(divisor, _root) is { } range && (range.Low > 0 || range.High < (_mayOverflow ? -1 : 0)))
        {
            return true;
        }

        IOperation bare = Facts.Bare(divisor);

        // An unsigned number seen as a signed one may be -1 if that is of the same size, and never if it is larger.
        if (_mayOverflow && TypeFacts.IsUnsigned(bare.Type) && !TypeFacts.IsUnsigned(divisor.Type))
        {
            return TypeFacts.Size(bare.Type!) < TypeFacts.Size(divisor.Type!) && new Divisor(_root, mayOverflow: false).IsSafe(bare);
        }

        return bare switch
        {
            // A bit that is always set; with a sign all others may be, too, and that is -1.
            IBinaryOperation { OperatorMethod: null, IsLifted: false, OperatorKind: BinaryOperatorKind.Or } bits =>
                !(_mayOverflow && !TypeFacts.IsUnsigned(bits.Type)) && (IsSafe(bits.LeftOperand) || IsSafe(bits.RightOperand)),
            IConditionalOperation { WhenFalse: { } other } choice => IsSafe(choice.WhenTrue) && IsSafe(other),
            _ => Facts.Variable(bare) is { } variable && !Facts.IsExposed(variable, _root)
                && (Facts.Holds(bare, test => Excludes(test, variable), variable) || IsMended(bare, variable)
                    || (variable is ILocalSymbol local && Facts.OnlyValue(local, _root) is { } value && IsSafe(value))),
        };
    }

    // d > 0; for an unsigned d also d != 0
    private bool Excludes(Comparison test, ISymbol variable) =>
        SymbolEqualityComparer.Default.Equals(Facts.Variable(Facts.Bare(test.Left)), variable)
        && ValueRange.Of(test.Right, _root) is { } other && ValueRange.OfType(test.Left.Type) is { } type && test.Kind switch
        {
            // -1 is greater than zero as an unsigned number.
            BinaryOperatorKind.GreaterThan => other.Low >= 0 && !(_mayOverflow && type.Low == 0),
            BinaryOperatorKind.GreaterThanOrEqual => other.Low > 0 && !(_mayOverflow && type.Low == 0),
            BinaryOperatorKind.LessThan => other.High <= (_mayOverflow ? -1 : BigInteger.Zero),
            BinaryOperatorKind.LessThanOrEqual => other.High < (_mayOverflow ? -1 : BigInteger.Zero),
            BinaryOperatorKind.Equals => other.Low > 0 || other.High < (_mayOverflow ? -1 : 0),
            BinaryOperatorKind.NotEquals => !_mayOverflow && test.Right.ConstantValue.HasValue && other is { Low.IsZero: true, High.IsZero: true },
            _ => false,
        };

    // if (d == 0) d = 1;
    private bool IsMended(IOperation place, ISymbol variable)
    {
        for (IOperation? child = place, parent = place.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            // In a loop what is written behind the place comes before it, too, and so it does where control arrives from elsewhere.
            if (parent is ILabeledOperation || (parent is ILoopOperation or ISwitchOperation && Facts.Writes(parent, variable)))
            {
                return false;
            }

            foreach (IOperation before in parent.ChildOperations.TakeWhile(operation => operation != child).Reverse())
            {
                if (Mends(before, variable))
                {
                    return true;
                }

                if (Facts.Writes(before, variable) || Facts.HasLabel(before))
                {
                    return false;
                }
            }
        }

        return false;
    }

    private bool Mends(IOperation statement, ISymbol variable) => statement is IConditionalOperation { WhenFalse: null } test && !Facts.Writes(test.Condition, variable)
        && (test.WhenTrue is IBlockOperation { Operations: [var only] } ? only : test.WhenTrue) is IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { Target: var target, Value: var value } }
        && SymbolEqualityComparer.Default.Equals(Facts.Variable(target), variable) && IsSafe(value)
        && Comparison.Of(test.Condition, false).Any(known => Excludes(known, variable) || Excludes(known.Flipped, variable));
}
