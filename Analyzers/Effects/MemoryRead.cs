using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Whether an expression is read from memory, so that the JIT knows of it what its type says. Of what a method keeps itself, a struct in a local or what a pointer to a local
/// leads to, it sees the computation that was written there instead.
/// </summary>
internal static class MemoryRead
{
    private const int MostCopies = 4;

    public static bool Is(IOperation value, IOperation root, int depth = 0) => depth < MostCopies && value switch
    {
        IParenthesizedOperation parenthesized => Is(parenthesized.Operand, root, depth),
        IFieldReferenceOperation { Field.IsStatic: true } => true,
        IFieldReferenceOperation { Instance: { } instance } => IsOwner(instance, root, depth),
        IInlineArrayAccessOperation or IParameterReferenceOperation => true,
        IPropertyReferenceOperation property => Facts.IsElementAccessOfSpan(property)
            || (property.Arguments.IsEmpty && property.Property.ContainingAssembly?.Name == KnownSymbols.Library),
        IInvocationOperation { TargetMethod: { Name: "Read", ContainingType: { Name: "Volatile", ContainingNamespace.Name: "Threading" } }, Arguments: [{ Value: { } place }] } =>
            Is(place, root, depth + 1),
        ILocalReferenceOperation { Local: { RefKind: not RefKind.None } local } => Facts.OnlyValue(local, root) is { } place && Is(place, root, depth + 1),

        // Through a pointer.
        { Kind: OperationKind.None } => !value.DescendantsAndSelf().Any(part => IsOwn(part, root, depth + 1)),
        _ => false,
    };

    /// <summary>Whether all that is written to a local is written by assignments to it.</summary>
    public static bool IsInOneHand(ILocalSymbol local, IOperation root) => root.DescendantsAndSelf().OfType<ILocalReferenceOperation>()
        .Where(reference => SymbolEqualityComparer.Default.Equals(reference.Local, local))
        .All(static reference => !Usage.IsExposed(reference) && (!Usage.Of(reference).Writes || reference.Parent is IAssignmentOperation or IIncrementOrDecrementOperation));

    private static bool IsOwner(IOperation instance, IOperation root, int depth) => instance switch
    {
        IInstanceReferenceOperation or IParameterReferenceOperation or IInlineArrayAccessOperation => true,
        ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => Facts.OnlyValue(local, root) is { } copied && Is(copied, root, depth + 1)
            && !root.DescendantsAndSelf().Any(operation => operation switch
            {
                IFieldReferenceOperation field => Usage.Of(field).Writes && IsPartOf(field, local),
                IInvocationOperation { Instance: { } target } => IsPartOf(target, local),
                _ => false,
            }),
        _ => Is(instance, root, depth),
    };

    private static bool IsPartOf(IOperation place, ILocalSymbol local) => place switch
    {
        IFieldReferenceOperation { Instance: { } instance } => IsPartOf(instance, local),
        ILocalReferenceOperation { Local: var other } => SymbolEqualityComparer.Default.Equals(other, local),
        _ => false,
    };

    // The address of a local, memory of the stack, and a pointer that ever had such a value.
    private static bool IsOwn(IOperation part, IOperation root, int depth) => part switch
    {
        IAddressOfOperation => true,
        { Syntax: Microsoft.CodeAnalysis.CSharp.Syntax.StackAllocArrayCreationExpressionSyntax or Microsoft.CodeAnalysis.CSharp.Syntax.ImplicitStackAllocArrayCreationExpressionSyntax } => true,
        ILocalReferenceOperation { Local: { Type.TypeKind: TypeKind.Pointer } local } => depth >= MostCopies
            || Facts.WrittenTo(local, root).Any(written => written.DescendantsAndSelf().Any(inner => inner is not ILocalReferenceOperation { Local: var other }
                || !SymbolEqualityComparer.Default.Equals(other, local) ? IsOwn(inner, root, depth + 1) : false)),
        _ => false,
    };
}
