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

    private CountingLoop(int start, IOperation condition, IOperation step, IEnumerable<IOperation> round)
    {
        Start = start;
        Condition = condition;
        Step = step;
        _round = round;
    }

    public int Start { get; }

    public IOperation Condition { get; }

    public IOperation Step { get; }

    /// <summary>The loop around a place in its body, or in its condition if that counts; null if there is none over this counter.</summary>
    public static CountingLoop? Around(IOperation place, ISymbol counter, IOperation root, bool inCondition)
    {
        for (IOperation child = place; child.Parent is { } parent; child = parent)
        {
            if (parent is IForLoopOperation { Condition: { } condition, AtLoopBottom: [IExpressionStatementOperation { Operation: var step }] } loop && (loop.Body == child || (inCondition && condition == child))
                && (StartOf(loop.Before, counter) ?? (loop.Before.IsEmpty ? StartBefore(counter, loop, step, root) : null)) is { } first)
            {
                CountingLoop counting = new(first, condition, step, [loop.Body]);
                return !counting.Writes(counter) ? counting : null;
            }

            if (parent is IWhileLoopOperation { ConditionIsTop: true, ConditionIsUntil: false, Condition: { } test, Body: var body } repeated
                && (body is IBlockOperation { Operations: { IsEmpty: false } round } ? round.ToArray() : [body]) is var statements
                && statements[statements.Length - 1] is IExpressionStatementOperation { Operation: var last } && (body == child || (inCondition && test == child)) && StartBefore(counter, repeated, last, root) is { } start)
            {
                CountingLoop counting = new(start, test, last, statements.Take(statements.Length - 1));
                return !last.Syntax.Span.Contains(place.Syntax.Span) && !counting.Writes(counter) ? counting : null;
            }
        }

        return null;
    }

    /// <summary>Whether the condition, or a round before its step, sets a variable.</summary>
    public bool Writes(ISymbol variable) => _round.Append(Condition).Any(part => Facts.Writes(part, variable));

    private static int? StartBefore(ISymbol counter, ILoopOperation loop, IOperation step, IOperation root) => loop.Parent is IBlockOperation block
        && root.DescendantsAndSelf().Count(operation => Facts.Writes(operation, counter) && !operation.ChildOperations.Any(part => Facts.Writes(part, counter))) == 1
        && Facts.Writes(step, counter)
        && !loop.Body.DescendantsAndSelf().Any(static operation => operation is IBranchOperation { BranchKind: BranchKind.Continue or BranchKind.GoTo })
            ? StartOf(block.Operations.TakeWhile(statement => statement != loop).Where(static statement => statement is IVariableDeclarationGroupOperation), counter) : null;

    private static int? StartOf(IEnumerable<IOperation> declarations, ISymbol counter) => declarations.SelectMany(static declaration => declaration.DescendantsAndSelf()).OfType<IVariableDeclaratorOperation>()
        .FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, counter))?.GetVariableInitializer()?.Value.ConstantValue is { HasValue: true, Value: int and >= 0 and var start } ? start : null;
}
