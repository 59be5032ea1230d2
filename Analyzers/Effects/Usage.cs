using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>Whether a reference to a variable or property reads it, writes it, or lends it out.</summary>
internal static class Usage
{
    public static (bool Reads, bool Writes) Of(IOperation reference)
    {
        IOperation inner = reference;
        IOperation? parent = reference.Parent;
        while (parent is IParenthesizedOperation || parent is ITupleOperation || (parent is IDeclarationExpressionOperation))
        {
            inner = parent;
            parent = parent.Parent;
        }

        return parent switch
        {
            ISimpleAssignmentOperation assignment when assignment.Target == inner => (assignment.IsRef, true),
            ICompoundAssignmentOperation compound when compound.Target == inner => (true, true),
            ICoalesceAssignmentOperation coalesce when coalesce.Target == inner => (true, true),
            IDeconstructionAssignmentOperation deconstruction when deconstruction.Target == inner => (false, true),
            IIncrementOrDecrementOperation => (true, true),
            IArgumentOperation { Parameter.RefKind: RefKind.Out } => (false, true),
            IArgumentOperation { Parameter.RefKind: RefKind.Ref } => (true, true),
            _ => (true, false),
        };
    }

    /// <summary>Whether an expression is compiled to code that branches.</summary>
    public static bool HasBranches(IOperation expression) => expression.DescendantsAndSelf().Any(operation => operation switch
    {
        IConditionalOperation or ICoalesceOperation or ICoalesceAssignmentOperation or IConditionalAccessOperation or ISwitchExpressionOperation
            or IIsPatternOperation => true,
        IBinaryOperation binary => binary.IsLifted || binary.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr,
        IUnaryOperation unary => unary.IsLifted,
        IConversionOperation conversion => conversion.Type?.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T,
        _ => false,
    });

    /// <summary>Whether the address of the variable leaves the expression, after which anyone may write it.</summary>
    public static bool IsExposed(IOperation reference) => reference.Parent switch
    {
        IAddressOfOperation => true,
        IArgumentOperation { Parameter.RefKind: not RefKind.None } => true,
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.RefKind: not RefKind.None } } => true,
        ISimpleAssignmentOperation { IsRef: true } => true,
        IConditionalOperation { IsRef: true } => true,

        // The receiver of a member of an extension block, a type without a name, may be passed by reference.
        IInvocationOperation { TargetMethod.ContainingType.CanBeReferencedByName: false } => true,
        IPropertyReferenceOperation { Property.ContainingType.CanBeReferencedByName: false } => true,

        // Its address waits in a variable of its own until the branches of the arguments have met again.
        IInvocationOperation { Instance: { } instance } call when instance == reference => call.Arguments.Any(HasBranches),
        IPropertyReferenceOperation property when property.Instance == reference => property.Arguments.Any(HasBranches),
        IReturnOperation => false,
        { Kind: OperationKind.None, Syntax: Microsoft.CodeAnalysis.CSharp.Syntax.MakeRefExpressionSyntax } => true,
        _ => false,
    };
}
