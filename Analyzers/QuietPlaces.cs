using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>
/// Where ordinary code need not expect an interrupt in between: in the initialiser of a static, while a source is masked or updated, and in a body that starts
/// sources before the first of them and after the end of the last. Which source it is, and whether others are live, is not looked at.
/// </summary>
internal static class QuietPlaces
{
    /// <summary>Whether an operation of ordinary code stands at such a place.</summary>
    public static bool Include(IOperation operation, ISymbol member) =>
        IsInitializer(operation, member) || IsMasked(operation) || IsWhileNothingRuns(operation);

    private static bool IsInitializer(IOperation operation, ISymbol member) =>
        !IsInFunction(operation) && (member is IMethodSymbol { MethodKind: MethodKind.StaticConstructor }
            || (member is IFieldSymbol or IPropertySymbol && member.IsStatic));

    // using (source.Mask()) { … }, using MaskScope mask = source.Mask(); and source.Update((ref State state) => …)
    private static bool IsMasked(IOperation operation)
    {
        for (IOperation child = operation; child.Parent is { } parent; child = parent)
        {
            switch (parent)
            {
                case IUsingOperation use when use.Body == child && IsMask(use.Resources):
                case IBlockOperation block when block.Operations.TakeWhile(statement => statement != child).Any(static statement =>
                    statement is IUsingDeclarationOperation declaration && IsMask(declaration.DeclarationGroup)):
                case IAnonymousFunctionOperation { Parent: IDelegateCreationOperation { Type: { Name: "StateUpdate" } type } } when type.IsOfTopHalf():
                    return true;

                // It runs when it is called.
                case IAnonymousFunctionOperation or ILocalFunctionOperation:
                    return false;
            }
        }

        return false;
    }

    private static bool IsMask(IOperation resources) => resources is IVariableDeclarationGroupOperation group
        ? group.Declarations.SelectMany(static declaration => declaration.Declarators).Any(static declarator => IsMaskScope(declarator.Symbol.Type))
        : IsMaskScope(resources.Type);

    private static bool IsMaskScope(ITypeSymbol? type) => type is { Name: "MaskScope" } && type.IsOfTopHalf();

    private static bool IsWhileNothingRuns(IOperation operation)
    {
        IOperation body = Body(operation);
        List<IInvocationOperation> starts = [.. body.Descendants().OfType<IInvocationOperation>()
            .Where(call => call.TargetMethod.IsStatic && call.Type.IsInterruptSource() && Body(call) == body)];
        return starts.Count > 0 && (starts.All(start => IsBefore(operation, start)) || starts.All(start => HasEnded(start, operation)));
    }

    // In the order of the text, and no loop around both goes back. An argument of the start is before it.
    private static bool IsBefore(IOperation operation, IInvocationOperation start) =>
        operation.Syntax.SpanStart < start.Syntax.Span.End && !Around(operation).OfType<ILoopOperation>().Any(loop => Around(start).Contains(loop));

    /// <summary>Whether a source has surely ended where an operation runs: by the end of a 'using' statement, or by Dispose() in a block that is around the operation.</summary>
    /// <param name="start">What started it.</param>
    /// <param name="operation">The operation, of the same body.</param>
    public static bool HasEnded(IInvocationOperation start, IOperation operation)
    {
        if (Around(start).OfType<IUsingOperation>().FirstOrDefault(use => use.Resources.DescendantsAndSelf().Contains(start)) is { } use)
        {
            return use.Syntax.Span.End <= operation.Syntax.SpanStart;
        }

        IOperation[] blocks = [.. Around(operation)];
        return Around(start).Last().DescendantsAndSelf().OfType<IInvocationOperation>().Any(call =>
            call is { TargetMethod.Name: "Dispose", Instance: { } instance } && Facts.Unconverted(instance).Type.IsInterruptSource()
                && call.Syntax.SpanStart > start.Syntax.SpanStart && call.Syntax.Span.End <= operation.Syntax.SpanStart
                && call.Parent is IExpressionStatementOperation { Parent: { } block } && blocks.Contains(block));
    }

    private static bool IsInFunction(IOperation operation) => Body(operation).Parent is not null;

    /// <summary>The method, or the function in it, that the operation belongs to.</summary>
    public static IOperation Body(IOperation operation) =>
        operation.Parent is { } parent && parent is not (IAnonymousFunctionOperation or ILocalFunctionOperation) ? Body(parent) : operation;

    /// <summary>What is around an operation in its function, from the inside to the outside.</summary>
    public static IEnumerable<IOperation> Around(IOperation operation)
    {
        for (IOperation? parent = operation.Parent; parent is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); parent = parent.Parent)
        {
            yield return parent;
        }
    }
}
