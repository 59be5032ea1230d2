using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// A loop over a counter from a constant that is not negative, which only its step changes: a <c>for</c>, or a <c>while</c> that is compiled to the same code, as its body ends with the step
/// and nothing jumps over that. Where the counter is declared before the loop, nothing else sets it anywhere.
/// </summary>
internal sealed class CountingLoop
{
    private readonly IEnumerable<IOperation> _round;

    private CountingLoop(IOperation condition, IOperation step, IEnumerable<IOperation> round)
    {
        Condition = condition;
        Step = step;
        _round = round;
    }

    public IOperation Condition { get; }

    public IOperation Step { get; }

    /// <summary>The loop around a place in its body, or in its condition if that counts; null if there is none over this counter.</summary>
    public static CountingLoop? Around(IOperation place, ISymbol counter, IOperation root, bool inCondition)
    {
        for (IOperation child = place; child.Parent is { } parent; child = parent)
        {
            if (parent is IForLoopOperation { Condition: { } condition, AtLoopBottom: [IExpressionStatementOperation { Operation: var step }] } loop && (loop.Body == child || (inCondition && condition == child))
                && (loop.Before.SelectMany(static before => before.DescendantsAndSelf()).Any(operation => Starts(operation, counter)) || (loop.Before.IsEmpty && IsOver(counter, loop, step, root))))
            {
                CountingLoop counting = new(condition, step, [loop.Body]);
                return !counting.Writes(counter) ? counting : null;
            }

            if (parent is IWhileLoopOperation { ConditionIsTop: true, ConditionIsUntil: false, Condition: { } test, Body: var body } repeated
                && (body is IBlockOperation { Operations: { IsEmpty: false } round } ? round.ToArray() : [body]) is var statements
                && statements[statements.Length - 1] is IExpressionStatementOperation { Operation: var last } && (body == child || (inCondition && test == child)) && IsOver(counter, repeated, last, root))
            {
                CountingLoop counting = new(test, last, statements.Take(statements.Length - 1));
                return !last.Syntax.Span.Contains(place.Syntax.Span) && !counting.Writes(counter) ? counting : null;
            }
        }

        return null;
    }

    /// <summary>Whether the condition, or a round before its step, sets a variable.</summary>
    public bool Writes(ISymbol variable) => _round.Append(Condition).Any(part => Facts.Writes(part, variable));

    private static bool IsOver(ISymbol counter, ILoopOperation loop, IOperation step, IOperation root) =>
        loop.Parent is IBlockOperation block && block.Operations.TakeWhile(statement => statement != loop).Any(statement => statement is IVariableDeclarationGroupOperation
            && statement.DescendantsAndSelf().Any(operation => Starts(operation, counter)))
        && root.DescendantsAndSelf().Count(operation => Facts.Writes(operation, counter) && !operation.ChildOperations.Any(part => Facts.Writes(part, counter))) == 1
        && Facts.Writes(step, counter)
        && !loop.Body.DescendantsAndSelf().Any(static operation => operation is IBranchOperation { BranchKind: BranchKind.Continue or BranchKind.GoTo });

    private static bool Starts(IOperation operation, ISymbol counter) => operation is IVariableDeclaratorOperation declarator
        && SymbolEqualityComparer.Default.Equals(declarator.Symbol, counter) && declarator.GetVariableInitializer()?.Value.ConstantValue is { HasValue: true, Value: int and >= 0 };
}
