using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>Where a handler has entered a shared value (<c>InterruptShared</c>): others that share it are held back until it leaves it.</summary>
internal static class SharedSections
{
    /// <summary>Whether an operation stands in a section of a value that another handler enters, too, by the type of the value.</summary>
    /// <param name="operation">An operation of a handler.</param>
    /// <param name="other">The other handler.</param>
    /// <param name="engine">The compilation.</param>
    /// <param name="cancellation">Ends it.</param>
    public static bool Protect(IOperation operation, IMethodSymbol other, Engine engine, CancellationToken cancellation)
    {
        ITypeSymbol[] sections = [.. Facts.Around(operation).Where(static known => known.Truth).Select(static known => known.Condition)
            .Concat(Facts.Around(operation).Where(static known => !known.Truth).Select(static known => Negated(known.Condition)).OfType<IOperation>())
            .SelectMany(static condition => Entries(condition)).Where(entry => !IsLeftBefore(operation, entry)).Select(static entry => Value(entry)!)];
        return sections.Length > 0 && engine.Closure(other, cancellation).SelectMany(member => BodyReader.Bodies(engine, member, cancellation))
            .SelectMany(static body => body.DescendantsAndSelf()).Any(entry => Value(entry) is { } value && sections.Contains(value, SymbolEqualityComparer.Default));
    }

    private static IOperation? Negated(IOperation condition) => condition switch
    {
        IParenthesizedOperation parenthesized => Negated(parenthesized.Operand),
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => not.Operand,
        _ => null,
    };

    // What was entered where a condition is true.
    private static IEnumerable<IInvocationOperation> Entries(IOperation condition) => condition switch
    {
        IParenthesizedOperation parenthesized => Entries(parenthesized.Operand),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd } both => Entries(both.LeftOperand).Concat(Entries(both.RightOperand)),
        ILocalReferenceOperation { Local: { } local } => Facts.OnlyValue(local, condition.Root()) is { } only and not ILocalReferenceOperation ? Entries(only) : [],
        IInvocationOperation entry when Value(entry) is not null => [entry],
        _ => [],
    };

    // The type of the value that a call enters.
    private static ITypeSymbol? Value(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "TryEnter", ContainingType: { Name: "InterruptSharedAccess", TypeArguments: [{ } value] } type } } && type.IsOfTopHalf() ? value : null;

    // By the order of the text: which way led past an Exit() is not looked at.
    private static bool IsLeftBefore(IOperation operation, IInvocationOperation entry)
    {
        ISymbol? section = entry.Arguments.Select(static argument => argument.Value is IDeclarationExpressionOperation declaration ? declaration.Expression : argument.Value)
            .OfType<ILocalReferenceOperation>().LastOrDefault()?.Local;
        return section is null || operation.Root().Descendants().OfType<IInvocationOperation>().Any(exit => exit is { TargetMethod.Name: "Exit", Instance: ILocalReferenceOperation left }
            && SymbolEqualityComparer.Default.Equals(left.Local, section) && exit.Syntax.SpanStart > entry.Syntax.SpanStart && exit.Syntax.Span.End <= operation.Syntax.SpanStart);
    }
}
