using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What ends a loop. By source alone, and no prover: a counter that the loop itself moves towards a bound is seen, everything else is not. Which
/// way the counter overflows, and how large the bound is, does not matter here.
/// </summary>
internal static class LoopEnd
{
    public enum Kind
    {
        /// <summary>A counter, or the elements of a span.</summary>
        Counted,

        /// <summary>The loop changes what its condition asks, but not by counting.</summary>
        Unseen,

        /// <summary>Only others can change what its conditions ask.</summary>
        UpToOthers,

        /// <summary>Nothing leads out.</summary>
        None,
    }

    public static Kind Of(ILoopOperation loop, IOperation root)
    {
        if (loop is IForEachLoopOperation each)
        {
            return Facts.IsEnumeratedByIndex(each) ? Kind.Counted : Kind.Unseen;
        }

        List<IOperation> conditions = Conditions(loop, out bool always);
        if (always)
        {
            return Kind.Counted; // It runs once, or less.
        }

        if (conditions.Count == 0)
        {
            return Kind.None;
        }

        return conditions.Any(condition => IsCounted(condition, loop) || IsRetry(condition, loop)) ? Kind.Counted
            : Moves(conditions, loop, root) ? Kind.Unseen
            : Kind.UpToOthers;
    }

    /// <summary>The conditions on which the loop is left: its own, and those around each way out in its body.</summary>
    private static List<IOperation> Conditions(ILoopOperation loop, out bool always)
    {
        List<IOperation> conditions = [];
        always = false;
        if (Condition(loop) is { ConstantValue.HasValue: false } own)
        {
            conditions.Add(own);
        }
        else if (Condition(loop) is { ConstantValue: { HasValue: true, Value: bool value } }
            && value == (loop is IWhileLoopOperation { ConditionIsUntil: true }))
        {
            always = true;
        }

        foreach (IOperation exit in Inside(loop.Body).Where(operation => Leaves(operation, loop)))
        {
            bool any = false;
            for (IOperation? child = exit, parent = exit.Parent; child != loop && parent is not null; child = parent, parent = parent.Parent)
            {
                IOperation? condition = parent switch
                {
                    IConditionalOperation conditional when conditional.Condition != child => conditional.Condition,
                    ISwitchOperation choice when choice.Value != child => choice.Value,
                    ILoopOperation inner when inner != loop => Condition(inner) ?? (inner as IForEachLoopOperation)?.Collection,
                    _ => null,
                };
                if (condition is { ConstantValue.HasValue: false })
                {
                    any = true;
                    conditions.Add(condition);
                }
            }

            always |= !any && !Inside(loop.Body).Any(operation => operation is IBranchOperation { BranchKind: BranchKind.Continue } or ILabeledOperation);
        }

        return conditions;
    }

    private static IOperation? Condition(ILoopOperation loop) => loop switch
    {
        IForLoopOperation { Condition: var condition } => condition,
        IWhileLoopOperation { Condition: var condition } => condition,
        _ => null,
    };

    private static bool Leaves(IOperation operation, ILoopOperation loop) => operation switch
    {
        IReturnOperation { Kind: not OperationKind.YieldReturn } or IThrowOperation => true,
        IBranchOperation { BranchKind: BranchKind.Break } leave => SymbolEqualityComparer.Default.Equals(leave.Target, loop.ExitLabel),
        IBranchOperation { BranchKind: BranchKind.GoTo } jump => !Inside(loop.Body).Any(inner =>
            inner is ILabeledOperation label && SymbolEqualityComparer.Default.Equals(label.Label, jump.Target)),
        _ => false,
    };

    // A comparison of a local that each round of the loop moves.
    private static bool IsCounted(IOperation condition, ILoopOperation loop) => condition switch
    {
        IParenthesizedOperation parenthesized => IsCounted(parenthesized.Operand, loop),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => IsCounted(not.Operand, loop),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } both =>
            IsCounted(both.LeftOperand, loop) || IsCounted(both.RightOperand, loop),
        IBinaryOperation
        {
            OperatorMethod: null, OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual
                or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.NotEquals or BinaryOperatorKind.Equals
        } comparison => IsCounter(comparison.LeftOperand, comparison.RightOperand, loop) || IsCounter(comparison.RightOperand, comparison.LeftOperand, loop),
        _ => false,
    };

    private static bool IsCounter(IOperation side, IOperation bound, ILoopOperation loop)
    {
        while (side is IConversionOperation { OperatorMethod: null, Operand: var operand })
        {
            side = operand;
        }

        if (side is IIncrementOrDecrementOperation step && Local(step.Target) is not null)
        {
            return !Mentions(bound, Local(step.Target)!);
        }

        return Local(side) is { } counter && !Mentions(bound, counter) && EachRound(loop).Any(statement => IsStep(statement, counter));
    }

    private static bool IsStep(IOperation statement, ISymbol counter) => statement switch
    {
        IExpressionStatementOperation { Operation: var operation } => IsStep(operation, counter),
        IIncrementOrDecrementOperation step => Is(step.Target, counter),

        // By a constant, or by a bit that is cleared: value &= value - 1.
        ICompoundAssignmentOperation { OperatorMethod: null } step => Is(step.Target, counter) && (step.OperatorKind switch
        {
            BinaryOperatorKind.Add or BinaryOperatorKind.Subtract => step.Value.ConstantValue is { HasValue: true, Value: not 0 },
            BinaryOperatorKind.Divide or BinaryOperatorKind.Multiply => step.Value.ConstantValue is { HasValue: true, Value: not (0 or 1 or -1) },
            BinaryOperatorKind.LeftShift or BinaryOperatorKind.RightShift or BinaryOperatorKind.UnsignedRightShift =>
                step.Value.ConstantValue is { HasValue: true, Value: not 0 },
            BinaryOperatorKind.And => step.Value is IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } less && Is(less.LeftOperand, counter)
                && less.RightOperand.ConstantValue.HasValue,
            _ => false,
        }),
        _ => false,
    };

    // What every round runs: the end of a for, and the statements of the body that nothing jumps over.
    private static IEnumerable<IOperation> EachRound(ILoopOperation loop)
    {
        IEnumerable<IOperation> end = loop is IForLoopOperation counting ? counting.AtLoopBottom : Enumerable.Empty<IOperation>();
        bool jumps = Inside(loop.Body).Any(operation =>
            operation is IBranchOperation { BranchKind: BranchKind.Continue or BranchKind.GoTo });
        return jumps ? end : end.Concat(loop.Body is IBlockOperation block ? block.Operations : Enumerable.Repeat(loop.Body, 1));
    }

    // Compare, exchange, and try again with what is there now: the interrupted thread cannot disturb it, and other processors only by getting on.
    private static bool IsRetry(IOperation condition, ILoopOperation loop) =>
        Inside(condition).Concat(Inside(condition).Select(Local).OfType<ISymbol>().SelectMany(local => Values(loop, local)).SelectMany(Inside)).Any(operation =>
            operation is IInvocationOperation { TargetMethod: { Name: "CompareExchange", ContainingType.Name: "Interlocked" }, Arguments: [_, _, { Value: var expected }] }
            && (Inside(expected).Any(static part => part is IFieldReferenceOperation or IInvocationOperation)
                || Inside(expected).Select(Local).OfType<ISymbol>().Any(local => Values(loop, local).Any())));

    // Whether a condition depends on what the loop itself does, or on code that cannot be followed here.
    private static bool Moves(List<IOperation> conditions, ILoopOperation loop, IOperation root)
    {
        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default);
        Queue<IOperation> queue = new(conditions);
        bool writesMemory = Inside(loop).Any(static operation => Target(operation) is { } target && IsMemory(target));
        while (queue.Count > 0)
        {
            foreach (IOperation operation in Inside(queue.Dequeue()))
            {
                switch (operation)
                {
                    // What was exchanged is found in the next round.
                    case IBinaryOperation comparison when Stored(comparison.LeftOperand) is { } stored
                        && stored.Equals(comparison.RightOperand.ConstantValue.Value):
                    case IInvocationOperation call when !IsPlainRead(call.TargetMethod):
                    case IPropertyReferenceOperation property when !IsLengthOfSpan(property):
                    case IIncrementOrDecrementOperation or ICompoundAssignmentOperation:
                    case { } memory when writesMemory && (IsMemory(memory) || memory is IFieldReferenceOperation):
                    case IFieldReferenceOperation { Field: var field } when WritesField(loop, field):
                        return true;
                }

                if (Local(operation) is not { } variable || !seen.Add(variable))
                {
                    continue;
                }

                foreach (IOperation value in Values(loop, variable))
                {
                    if (Mentions(value, variable) || value is IIncrementOrDecrementOperation or ICompoundAssignmentOperation)
                    {
                        return true;
                    }

                    queue.Enqueue(value);
                }

                if (writesMemory && Inside(root).Any(reference => Is(reference, variable) && Usage.IsExposed(reference)))
                {
                    return true;
                }
            }
        }

        // What else the loop calls may change anything.
        return Inside(loop.Body).Any(static operation => operation is IInvocationOperation call && !IsPlainRead(call.TargetMethod) && !IsPause(call.TargetMethod));
    }

    private static object? Stored(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "Exchange", ContainingType.Name: "Interlocked" }, Arguments: [_, { Value: var value }] }
            ? value.ConstantValue.Value : null;

    // What may be the same memory as other such things.
    private static bool IsMemory(IOperation operation) => operation is { Kind: OperationKind.None } or IArrayElementReferenceOperation
        or ILocalReferenceOperation { Local.RefKind: not RefKind.None } or IParameterReferenceOperation { Parameter.RefKind: not RefKind.None };

    // Reads and takes of a lock: neither brings the loop further.
    private static bool IsPlainRead(IMethodSymbol method) => method is
    {
        ContainingType: { Name: "Volatile" or "Interlocked", ContainingNamespace.Name: "Threading" },
        Name: "Read" or "Exchange" or "CompareExchange" or "MemoryBarrier"
    };

    private static bool IsPause(IMethodSymbol method) => method is
    { ContainingType.Name: "X86Base", Name: "Pause" } or { ContainingType.Name: "Thread", Name: "SpinWait" or "MemoryBarrier" or "Yield" or "Sleep" }
        or { ContainingType.Name: "SpinWait", Name: "SpinOnce" };

    private static bool IsLengthOfSpan(IPropertyReferenceOperation property) =>
        property.Property.Name == "Length" && TypeFacts.IsSpan(property.Property.ContainingType);

    private static bool WritesField(ILoopOperation loop, IFieldSymbol field) => Inside(loop).Any(operation =>
        operation is IFieldReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Field, field)
        && Usage.Of(reference).Writes && !IsTake(reference));

    // Interlocked.Exchange(ref s_lock, 1) writes what it waits for, but always the same.
    private static bool IsTake(IOperation reference) =>
        reference.Parent is IArgumentOperation { Parent: IInvocationOperation { TargetMethod: var method } } && IsPlainRead(method);

    private static IOperation? Target(IOperation operation) => operation switch
    {
        IAssignmentOperation assignment => assignment.Target,
        IIncrementOrDecrementOperation step => step.Target,
        _ => null,
    };

    private static IEnumerable<IOperation> Values(ILoopOperation loop, ISymbol variable) => Inside(loop).Select(operation => operation switch
    {
        ISimpleAssignmentOperation assignment when Is(assignment.Target, variable) => assignment.Value,
        IAssignmentOperation assignment when Mentions(assignment.Target, variable) => assignment,
        IIncrementOrDecrementOperation step when Is(step.Target, variable) => step,
        IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, variable) =>
            declarator.GetVariableInitializer()?.Value,
        _ => null,
    }).OfType<IOperation>();

    private static bool Mentions(IOperation operation, ISymbol variable) => Inside(operation).Any(part => Is(part, variable));

    private static bool Is(IOperation operation, ISymbol variable) => SymbolEqualityComparer.Default.Equals(Local(operation), variable);

    private static ISymbol? Local(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
        IParenthesizedOperation parenthesized => Local(parenthesized.Operand),
        IConversionOperation { OperatorMethod: null } conversion => Local(conversion.Operand),
        _ => null,
    };

    // Functions that are only defined here run elsewhere.
    private static IEnumerable<IOperation> Inside(IOperation operation)
    {
        yield return operation;
        foreach (IOperation child in operation.ChildOperations)
        {
            if (child is not (ILocalFunctionOperation or IAnonymousFunctionOperation))
            {
                foreach (IOperation inner in Inside(child))
                {
                    yield return inner;
                }
            }
        }
    }
}
