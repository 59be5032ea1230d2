using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

// The least that there may be: the compiler leaves out what is dead, what nobody uses, and locals that can be left on the stack.
internal sealed partial class ILSize
{
    /// <summary>The least that a body may be.</summary>
    public static int Least(IOperation root)
    {
        ILookup<ISymbol, ILocalReferenceOperation> uses = root.Descendants().OfType<ILocalReferenceOperation>().ToLookup(static local => (ISymbol)local.Local, SymbolEqualityComparer.Default);
        return OfPart(root);

        // What is stored is never loaded, or something else is stored in between.
        bool MayBeUnused(ILocalSymbol local) => uses[local].All(IsStatement) || uses[local].Any(static use => use.Parent is ISimpleAssignmentOperation assignment && assignment.Target == use);

        static bool IsStatement(ILocalReferenceOperation use) => (use.Parent is IAssignmentOperation assignment && assignment.Target == use && ILSize.IsStatement(assignment))
            || (use.Parent is IIncrementOrDecrementOperation increment && ILSize.IsStatement(increment));

        // What is left of a value that is not used.
        int OfCalls(IOperation operation) => operation is IInvocationOperation ? OfPart(operation) : operation.ConstantValue.HasValue || operation is IConditionalOperation or IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } ? 0
            : operation.ChildOperations.Sum(OfCalls);

        int OfPart(IOperation operation) => operation switch
        {
            { ConstantValue: { HasValue: true, Value: var value } } => operation.Parent is { Kind: OperationKind.None } || IsZero(operation) ? 0 : Constant(value),
            _ when Facts.ImageSpanLength(operation) is not null => 2 * Token,

            // What a constant decides against is dead, and what has no effect is left out.
            IConditionalOperation choice when DecidedCondition.Of(choice.Condition) is { } holds => (holds ? choice.WhenTrue : choice.WhenFalse) is { } taken ? OfPart(taken) : 0,
            ISwitchOperation { Value.ConstantValue.HasValue: true } or ISimpleAssignmentOperation { Target: IDiscardOperation }
                or IVariableDeclaratorOperation { Symbol.IsConst: true } or ICaseClauseOperation or ILocalFunctionOperation => 0,
            IVariableDeclaratorOperation declarator when MayBeUnused(declarator.Symbol) => declarator.ChildOperations.Sum(OfCalls),
            IAssignmentOperation { Target: ILocalReferenceOperation { Local: var local }, Value: var assigned } when MayBeUnused(local) => OfCalls(assigned),
            IIncrementOrDecrementOperation { Target: ILocalReferenceOperation { Local: var local } } when MayBeUnused(local) => 0,
            IBinaryOperation test when DecidedCondition.Of(test) is not null => 0,
            IBinaryOperation binary when IsZero(binary.LeftOperand) || IsZero(binary.RightOperand) => 0,
            IBlockOperation block => block.Operations.Sum(OfPart) - block.Operations.SkipWhile(static statement => !MayLeave(statement)).Skip(1).Sum(OfPart),
            ISwitchOperation choice => choice.Cases.Sum(OfPart),
            IPropertyReferenceOperation { Instance.Type.TypeKind: TypeKind.Array, Instance: var array } => OfPart(array),
            _ => operation.ChildOperations.Sum(OfPart) + operation switch
            {
                IFieldReferenceOperation or IInvocationOperation or IPropertyReferenceOperation => Token,
                IObjectCreationOperation { Arguments.IsEmpty: false } => Token,

                // A local may be left on the stack, unless it has to have an address.
                ILocalReferenceOperation { Local: var local } => local.RefKind == RefKind.None && uses[local].Any(static read => read.Parent is IPropertyReferenceOperation { Property.IsIndexer: true } element && element.Instance == read) ? 2 : 0,
                IConditionalOperation or ILoopOperation or ICompoundAssignmentOperation { Target: not ILocalReferenceOperation } => 2,
                IBinaryOperation test when IsBranchedOn(test) || test.OperatorKind is BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr => 0,
                ICompoundAssignmentOperation or IReturnOperation or IIncrementOrDecrementOperation or IParameterReferenceOperation or IInstanceReferenceOperation or IBinaryOperation
                    or { Kind: OperationKind.None, Syntax: PrefixUnaryExpressionSyntax } => 1,
                { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax } => operation.ChildOperations.Last().ConstantValue.HasValue ? 0 : 1,
                _ => 0,
            },
        };
    }

    // Whether what follows a statement is dead, as a constant decides.
    private static bool MayLeave(IOperation statement) => (statement is IWhileLoopOperation { Condition.ConstantValue.HasValue: true } || (statement is IConditionalOperation choice && DecidedCondition.Of(choice.Condition) is not null))
        && statement.Descendants().Any(part => part is IReturnOperation or IThrowOperation or IBranchOperation { BranchKind: BranchKind.GoTo } || (part is IBranchOperation && !IsInLoopOrSwitch(part.Parent, statement)));

    private static bool IsInLoopOrSwitch(IOperation? part, IOperation statement) => part is not null && (part is ILoopOperation or ISwitchOperation || (part != statement && IsInLoopOrSwitch(part.Parent, statement)));
}
