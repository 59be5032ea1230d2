using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Reads whose value nobody uses. The JIT removes the computation and keeps what may fault or throw, in the order in which it was written. A check
/// that comes behind another access of memory is then in a place where it does not look for checks that it can leave out.
/// </summary>
internal static class DeadReads
{
    /// <summary>Whether an element of a span is read behind another access of memory, for a value that is not used.</summary>
    public static bool Has(IPropertyReferenceOperation access, Body body) =>

        // An index that reads memory itself is computed before, and what comes before it too.
        !access.Arguments[0].DescendantsAndSelf().Any(IsMemory)
        && Sink(access) is { } value && value != access && IsUnused(value, body)
        && value.DescendantsAndSelf().Any(operation => IsMemory(operation) && operation.Syntax.SpanStart < access.Syntax.SpanStart
            && !operation.Syntax.Span.Contains(access.Syntax.Span));

    // The largest expression that the operand goes into.
    private static IOperation? Sink(IOperation operand)
    {
        IOperation value = operand;
        while (value.Parent is IBinaryOperation or IConversionOperation or IUnaryOperation or IParenthesizedOperation or IArgumentOperation
            or IInvocationOperation or IConditionalOperation { WhenFalse: not null, Type: not null } or IPropertyReferenceOperation)
        {
            value = value.Parent;
        }

        return value;
    }

    private static bool IsUnused(IOperation value, Body body) => value.Parent switch
    {
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: { RefKind: RefKind.None } local } } => IsUnused(local, null, value, body),
        IAssignmentOperation { Target: ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } } => IsUnused(local, null, value, body),
        IAssignmentOperation { Target: IFieldReferenceOperation { Instance: ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } } field } =>
            IsUnused(local, field.Field, value, body),
        ITupleOperation tuple when Around(tuple) is IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: { } local } } =>
            IsUnused(local, (local.Type as INamedTypeSymbol)?.TupleElements[tuple.Elements.IndexOf(value)], value, body),
        IAssignmentOperation { Target: IDiscardOperation } or IExpressionStatementOperation => true,

        // Both ways lead to the same.
        IConditionalOperation choice when choice.Condition == value =>
            IsWithoutEffect(choice.WhenTrue, body) && (choice.WhenFalse is null || IsWithoutEffect(choice.WhenFalse, body)),

        // Whether the caller uses it is not seen here.
        IReturnOperation => !body.Member.IsInterruptHandler()
            && (body.Member.MethodImplementationFlags & System.Reflection.MethodImplAttributes.NoInlining) == 0,
        _ => false,
    };

    private static IOperation? Around(IOperation value) => value.Parent is IConversionOperation conversion ? Around(conversion) : value.Parent;

    private static bool IsWithoutEffect(IOperation statement, Body body) => statement switch
    {
        IBlockOperation block => block.Operations.All(inner => IsWithoutEffect(inner, body)),
        IVariableDeclarationGroupOperation or IEmptyOperation => true,
        IExpressionStatementOperation { Operation: IAssignmentOperation { Target: ILocalReferenceOperation { Local: { RefKind: RefKind.None } local }, Value: var value } } =>
            IsUnused(local, null, value, body),
        IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation { Target: ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } target } } =>
            IsUnused(local, null, target, body),
        _ => false,
    };

    // What comes next in the text does not read it, nor a loop around.
    private static bool IsUnused(ILocalSymbol local, IFieldSymbol? field, IOperation value, Body body)
    {
        List<ILocalReferenceOperation> uses = [.. body.Root.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Where(use =>
            SymbolEqualityComparer.Default.Equals(use.Local, local) && (field is null || use.Parent is not IFieldReferenceOperation { Field: var other }
                || SymbolEqualityComparer.Default.Equals(other.CorrespondingTupleField ?? other, field.CorrespondingTupleField ?? field)))];
        ILocalReferenceOperation? next = uses.Where(use => use.Syntax.SpanStart >= value.Syntax.Span.End)
            .OrderBy(static use => use.Syntax.SpanStart).FirstOrDefault(use => !IsInOtherBranch(use, value));
        return !(next is not null && Reads(next))
            && !Loops(value).Any(loop => uses.Any(use => loop.Syntax.Span.Contains(use.Syntax.Span) && Reads(use)));
    }

    private static bool Reads(ILocalReferenceOperation use) => use.Parent is IFieldReferenceOperation field ? Usage.Of(field).Reads : Usage.Of(use).Reads;

    private static IEnumerable<IOperation> Loops(IOperation operation)
    {
        for (IOperation? parent = operation.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is ILoopOperation)
            {
                yield return parent;
            }
        }
    }

    private static bool IsInOtherBranch(IOperation use, IOperation place)
    {
        for (IOperation? child = place, parent = place.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            if ((parent is IConditionalOperation choice && child == choice.WhenTrue && choice.WhenFalse?.Syntax.Span.Contains(use.Syntax.Span) == true)
                || (parent is ISwitchOperation && child is ISwitchCaseOperation && parent.Syntax.Span.Contains(use.Syntax.Span)
                    && !child.Syntax.Span.Contains(use.Syntax.Span)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMemory(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Field.IsStatic: true } field => !field.ConstantValue.HasValue && !field.Field.IsReadOnly,
        IFieldReferenceOperation { Instance: ILocalReferenceOperation { Local.RefKind: RefKind.None } } => false,
        IFieldReferenceOperation => true,
        IPropertyReferenceOperation property => Facts.IsElementAccessOfSpan(property),
        IInlineArrayAccessOperation => true,
        { Kind: OperationKind.None } => true,
        ILocalReferenceOperation { Local.RefKind: not RefKind.None } => true,
        _ => false,
    };
}
