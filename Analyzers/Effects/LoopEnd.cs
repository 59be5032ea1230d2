using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What ends a loop. By source alone, and no prover: a counter that the loop itself moves towards a bound is seen, everything else is not. Which
/// way the counter overflows, and how large the bound is, does not matter here. What the loop calls in this compilation is followed (<see cref="LoopCode"/>).
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

    public static Kind Of(ILoopOperation loop, Body body)
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

        LoopCode code = new(loop, body);
        return conditions.Any(condition => IsCounted(condition, loop, code) || IsRetry(condition, loop)) ? Kind.Counted
            : Moves(conditions, code, body.Root) ? Kind.Unseen
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
    private static bool IsCounted(IOperation condition, ILoopOperation loop, LoopCode code) => condition switch
    {
        IParenthesizedOperation parenthesized => IsCounted(parenthesized.Operand, loop, code),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => IsCounted(not.Operand, loop, code),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } both =>
            IsCounted(both.LeftOperand, loop, code) || IsCounted(both.RightOperand, loop, code),
        IBinaryOperation
        {
            OperatorMethod: null, OperatorKind: BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual
                or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.NotEquals or BinaryOperatorKind.Equals
        } comparison => IsCounter(comparison.LeftOperand, comparison.RightOperand, loop, code) || IsCounter(comparison.RightOperand, comparison.LeftOperand, loop, code),
        _ => false,
    };

    private static bool IsCounter(IOperation side, IOperation bound, ILoopOperation loop, LoopCode code)
    {
        while (side is IConversionOperation { OperatorMethod: null, Operand: var operand })
        {
            side = operand;
        }

        if (side is IIncrementOrDecrementOperation step && Local(step.Target) is not null)
        {
            return !Mentions(bound, Local(step.Target)!);
        }

        return Local(side) is { } counter && !Mentions(bound, counter) && EachRound(loop).Any(statement => IsStep(statement, counter) || IsStepByCall(statement, counter, code));
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

    // Step() of a local function, Step(ref counter): what the callee runs whenever it is called.
    private static bool IsStepByCall(IOperation statement, ISymbol counter, LoopCode code)
    {
        if (statement is not IExpressionStatementOperation { Operation: IInvocationOperation call } || code.Called(call) is not [{ } body])
        {
            return false;
        }

        ISymbol[] names = [counter, .. call.Arguments.Where(argument => argument.Parameter is { RefKind: RefKind.Ref } && Is(argument.Value, counter))
            .Select(argument => code.Parameter(call, argument.Parameter!)).OfType<ISymbol>()];
        IBlockOperation? block = body switch
        {
            IMethodBodyBaseOperation method => method.BlockBody ?? method.ExpressionBody,
            _ => body as IBlockOperation,
        };

        // Nothing that could jump over it.
        return block is not null && !Inside(block).Any(operation => operation is IBranchOperation { BranchKind: BranchKind.GoTo } or IThrowOperation
                || (operation is IReturnOperation && operation != block.Operations.LastOrDefault()))
            && block.Operations.Any(inner => names.Any(name => IsStep(inner is IReturnOperation { ReturnedValue: { } value } ? value : inner, name)));
    }

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
    private static bool Moves(List<IOperation> conditions, LoopCode code, IOperation root)
    {
        // What else the loop calls may change anything.
        if (code.CallsUnknown)
        {
            return true;
        }

        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default);
        HashSet<IOperation> bodies = [];
        Dictionary<ISymbol, HashSet<ISymbol>> sources = new(SymbolEqualityComparer.Default);
        Queue<(IOperation Operation, ISymbol? MakesUp)> queue = new(conditions.Select(static condition => (condition, (ISymbol?)null)));
        bool writesMemory = code.Operations.Any(operation => Target(operation) is { } target && code.Referents(target).Any(referent => IsMemory(referent, code)));
        while (queue.Count > 0)
        {
            (IOperation next, ISymbol? made) = queue.Dequeue();
            foreach (IOperation operation in Inside(next).SelectMany(part => code.Referents(part).Select(Bare).Prepend(part)).Distinct())
            {
                switch (operation)
                {
                    // What was exchanged is found in the next round.
                    case IBinaryOperation comparison when Stored(comparison.LeftOperand) is { } stored
                        && stored.Equals(comparison.RightOperand.ConstantValue.Value):
                    case IInvocationOperation call when IsUnseen(call, code):
                    case IPropertyReferenceOperation property when !IsLengthOfSpan(property) && property.BackingField() is null && code.Called(property).IsEmpty:
                    case IIncrementOrDecrementOperation or ICompoundAssignmentOperation when code.Referents(Target(operation)!).Any(target => Local(target) is not { } own || !code.IsOfCallee(own)):
                    case { } memory when writesMemory && (IsMemory(memory, code) || Field(memory) is not null):
                    case { } place when Field(place) is { } field && WritesField(code, field):
                        return true;
                }

                // What a callee says depends on what it returns, and when.
                foreach (IOperation leave in code.Called(operation).Where(bodies.Add).SelectMany(Inside).Where(static inner => inner is IReturnOperation { ReturnedValue: not null }))
                {
                    queue.Enqueue((((IReturnOperation)leave).ReturnedValue!, made));
                    Enqueue(ConditionsAround(leave));
                }

                if (Local(operation) is not { } variable)
                {
                    continue;
                }

                if (made is not null && IsMadeOf(variable.OriginalDefinition, made))
                {
                    // By way of another: (a, b) = (b, a % b).
                    return true;
                }

                if (!seen.Add(variable.OriginalDefinition))
                {
                    continue;
                }

                bool begins = code.IsOfCallee(variable);
                Enqueue(begins ? code.Given(variable) : []);
                foreach (IOperation value in Values(code, variable))
                {
                    if (!begins && (Mentions(value, variable) || value is IIncrementOrDecrementOperation or ICompoundAssignmentOperation or IArgumentOperation))
                    {
                        return true;
                    }

                    queue.Enqueue((value, begins ? null : variable.OriginalDefinition));
                    Enqueue(ConditionsAround(value).TakeWhile(code.Has));
                }

                if (writesMemory && Inside(root).Any(reference => Is(reference, variable) && Usage.IsExposed(reference)))
                {
                    return true;
                }
            }
        }

        return false;

        // Notes that the second is made of the first, and says whether the first is made of the second.
        bool IsMadeOf(ISymbol source, ISymbol of)
        {
            (sources.TryGetValue(of, out HashSet<ISymbol>? known) ? known : sources[of] = new(SymbolEqualityComparer.Default)).Add(source);
            HashSet<ISymbol> reached = new(SymbolEqualityComparer.Default);
            Stack<ISymbol> open = new([source]);
            while (open.Count > 0)
            {
                ISymbol next = open.Pop();
                if (reached.Add(next))
                {
                    Array.ForEach(Sources(next), open.Push);
                }
            }

            return reached.Contains(of);
        }

        ISymbol[] Sources(ISymbol variable) => sources.TryGetValue(variable, out HashSet<ISymbol>? known) ? [.. known] : [];

        void Enqueue(IEnumerable<IOperation> all)
        {
            foreach (IOperation each in all)
            {
                queue.Enqueue((each, null));
            }
        }
    }

    private static bool IsUnseen(IInvocationOperation call, LoopCode code) =>
        !IsPlainRead(call.TargetMethod) && code.Called(call).IsEmpty && (!LoopCode.IsClosed(call.TargetMethod) || call.TargetMethod.ContainingType.Name is "Interlocked" or "InterruptClock");

    // Those that decide whether a part of a body runs.
    private static IEnumerable<IOperation> ConditionsAround(IOperation operation)
    {
        for (IOperation? child = operation, parent = operation.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            IOperation? condition = parent switch
            {
                IConditionalOperation conditional when conditional.Condition != child => conditional.Condition,
                ISwitchOperation choice when choice.Value != child => choice.Value,
                ILoopOperation loop => Condition(loop) ?? (loop as IForEachLoopOperation)?.Collection,
                _ => null,
            };
            if (condition is { ConstantValue.HasValue: false } && condition != child)
            {
                yield return condition;
            }
        }
    }

    private static object? Stored(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "Exchange", ContainingType.Name: "Interlocked" }, Arguments: [_, { Value: var value }] }
            ? value.ConstantValue.Value : null;

    // What may be the same memory as other such things.
    private static bool IsMemory(IOperation operation, LoopCode code) => operation is { Kind: OperationKind.None } or IArrayElementReferenceOperation
        or ILocalReferenceOperation { Local.RefKind: not RefKind.None }
        || (operation is IParameterReferenceOperation { Parameter: { RefKind: not RefKind.None } parameter } && !code.IsOfCallee(parameter));

    // Reads and takes of a lock: neither brings the loop further.
    private static bool IsPlainRead(IMethodSymbol method) => method is
    {
        ContainingType: { Name: "Volatile" or "Interlocked", ContainingNamespace.Name: "Threading" },
        Name: "Read" or "Exchange" or "CompareExchange" or "MemoryBarrier"
    };

    /// <summary>Whether a call lets time pass and does nothing else.</summary>
    public static bool IsPause(IMethodSymbol method) => method is
    { ContainingType.Name: "X86Base", Name: "Pause" } or { ContainingType.Name: "Thread", Name: "SpinWait" or "MemoryBarrier" or "Yield" or "Sleep" }
        or { ContainingType.Name: "SpinWait", Name: "SpinOnce" };

    private static bool IsLengthOfSpan(IPropertyReferenceOperation property) =>
        property.Property.Name == "Length" && TypeFacts.IsSpan(property.Property.ContainingType);

    private static bool WritesField(LoopCode code, IFieldSymbol field) => code.Operations.Any(operation =>
        code.Referents(operation).Any(referent => SymbolEqualityComparer.Default.Equals(Field(referent), field))
        && Usage.Of(operation).Writes && !IsTake(operation) && !IsLentTo(operation, code));

    // Whether the callee writes it is seen in the callee.
    private static bool IsLentTo(IOperation reference, LoopCode code) => reference.Parent is IArgumentOperation { Parent: IInvocationOperation call } && !code.Called(call).IsEmpty;

    private static IFieldSymbol? Field(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Field: { } field } => field.OriginalDefinition,
        IPropertyReferenceOperation property => property.BackingField()?.OriginalDefinition,
        _ => null,
    };

    // Interlocked.Exchange(ref s_lock, 1) writes what it waits for, but always the same.
    private static bool IsTake(IOperation reference) =>
        reference.Parent is IArgumentOperation { Parent: IInvocationOperation { TargetMethod: var method } } && IsPlainRead(method);

    private static IOperation? Target(IOperation operation) => operation switch
    {
        IAssignmentOperation assignment => assignment.Target,
        IIncrementOrDecrementOperation step => step.Target,
        _ => null,
    };

    private static IEnumerable<IOperation> Values(ILoopOperation loop, ISymbol variable) => Inside(loop).Select(operation => Value(operation, target => Is(target, variable))).OfType<IOperation>();

    // Also by what is called: of a captured variable, and of one that is handed over by reference.
    private static IEnumerable<IOperation> Values(LoopCode code, ISymbol variable) => code.Operations.Select(operation =>
        Value(operation, target => code.Referents(target).Any(referent => Is(referent, variable)))
            ?? (operation is IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument && Is(argument.Value, variable) && !IsLentTo(argument.Value, code) && !IsTake(argument.Value)
                ? argument : null)).OfType<IOperation>();

    // What an operation sets a variable to; itself, if it makes that of what the variable has.
    private static IOperation? Value(IOperation operation, Func<IOperation, bool> isVariable) => operation switch
    {
        ISimpleAssignmentOperation { IsRef: false } assignment when isVariable(assignment.Target) => assignment.Value,
        IAssignmentOperation assignment when Inside(assignment.Target).Any(isVariable) => assignment,
        IIncrementOrDecrementOperation step when isVariable(step.Target) => step,
        IVariableDeclaratorOperation declarator when isVariable(declarator) => declarator.GetVariableInitializer()?.Value,
        _ => null,
    };

    private static bool Mentions(IOperation operation, ISymbol variable) => Inside(operation).Any(part => Is(part, variable));

    private static bool Is(IOperation operation, ISymbol variable) => SymbolEqualityComparer.Default.Equals(
        Local(operation) ?? (Bare(operation) as IParameterReferenceOperation)?.Parameter, variable);

    private static ISymbol? Local(IOperation operation) => operation switch
    {
        IVariableDeclaratorOperation { Symbol.RefKind: RefKind.None } declarator => declarator.Symbol,
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
        IParenthesizedOperation parenthesized => Local(parenthesized.Operand),
        IDeclarationExpressionOperation declaration => Local(declaration.Expression),
        IConversionOperation { OperatorMethod: null } conversion => Local(conversion.Operand),
        _ => null,
    };

    /// <summary>Without what does not change which place an expression names.</summary>
    public static IOperation Bare(IOperation operation) => operation switch
    {
        IParenthesizedOperation parenthesized => Bare(parenthesized.Operand),
        IDeclarationExpressionOperation declaration => Bare(declaration.Expression),
        _ => operation,
    };

    /// <summary>All of an operation but functions that are only defined in it: they run elsewhere.</summary>
    public static IEnumerable<IOperation> Inside(IOperation operation)
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
