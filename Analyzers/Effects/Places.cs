using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>Which place in memory an expression names, and what is done to it there.</summary>
internal static class Places
{
    private const int MaximumDepth = 8;

    /// <summary>
    /// The place that an expression names, or null: it names a local, or one that cannot be seen. References and pointers are followed to where they were set, if that
    /// is in the same body.
    /// </summary>
    public static Place? Of(IOperation? operation, int depth = 0) => operation switch
    {
        IParenthesizedOperation parenthesized => Of(parenthesized.Operand, depth),
        IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } => Place.Static(field),
        IFieldReferenceOperation { Instance: { } instance, Field: { ContainingType.IsValueType: true } field } => Of(instance, depth)?.Part(field),
        IPropertyReferenceOperation { Property: { } property } reference when reference.BackingField() is { } field =>
            property.IsStatic ? Place.Static(field) : property.ContainingType.IsValueType ? Of(reference.Instance, depth)?.Part(field) : null,
        IInlineArrayAccessOperation element => Of(element.Instance, depth),
        ILocalReferenceOperation { Local: { RefKind: not RefKind.None } local } when depth < MaximumDepth => Of(InitialValue(local, operation), depth + 1),
        _ when FixedBuffer(operation) is { } buffer => Of(buffer, depth),
        _ when Pointer(operation) is { } pointer => Behind(pointer, depth),
        _ => null,
    };

    /// <summary>The pointer that an operation follows (<c>*p</c>, <c>p[i]</c>, <c>p</c> in <c>p-&gt;Field</c>), or null.</summary>
    public static IOperation? Pointer(IOperation? operation) =>
        operation is { Kind: OperationKind.None } && Follows(operation) && FixedBuffer(operation) is null && First(operation) is { Type.TypeKind: TypeKind.Pointer } pointer
            ? pointer : null;

    /// <summary>The variable that holds an address: without conversions, offsets and steps.</summary>
    public static IOperation Variable(IOperation address) => address switch
    {
        IConversionOperation conversion => Variable(conversion.Operand),
        IParenthesizedOperation parenthesized => Variable(parenthesized.Operand),
        IBinaryOperation { Type.TypeKind: TypeKind.Pointer } sum => Variable(sum.LeftOperand.Type is IPointerTypeSymbol ? sum.LeftOperand : sum.RightOperand),
        IIncrementOrDecrementOperation step => Variable(step.Target),

        // What 'fixed' begins with, an operation without a kind around the address.
        { Kind: OperationKind.None, IsImplicit: true, Parent: IVariableInitializerOperation } when First(address) is { } inner => Variable(inner),
        _ => address,
    };

    /// <summary>Whether an expression names a place, or a part of one, behind a pointer.</summary>
    public static bool IsBehindPointer(IOperation? place) => place switch
    {
        IParenthesizedOperation parenthesized => IsBehindPointer(parenthesized.Operand),
        IFieldReferenceOperation field => IsBehindPointer(field.Instance),
        IPropertyReferenceOperation property => IsBehindPointer(property.Instance),
        IInlineArrayAccessOperation element => IsBehindPointer(element.Instance),
        _ when FixedBuffer(place) is { } buffer => IsBehindPointer(buffer),
        _ => Pointer(place) is not null,
    };

    /// <summary>The largest expression around one that still names a place in it: <c>s_state.Pair.First</c> around <c>s_state</c>.</summary>
    public static IOperation Whole(IOperation operation) => operation.Parent switch
    {
        IParenthesizedOperation parent => Whole(parent),
        IFieldReferenceOperation { Field.ContainingType.IsValueType: true } parent when parent.Instance == operation => Whole(parent),
        IPropertyReferenceOperation { Property.ContainingType.IsValueType: true } parent when parent.Instance == operation && parent.BackingField() is not null =>
            Whole(parent),
        IInlineArrayAccessOperation parent when parent.Instance == operation => Whole(parent),
        { } parent when FixedBuffer(parent) == operation => Whole(parent),
        _ => operation,
    };

    /// <summary>What is done to a place where an expression names all of it, in code whose callees are not looked at: what may be.</summary>
    public static Access Most(IOperation place) => Lent(place) is { } lent ? lent : Plain(place);

    /// <summary>What is surely done to it there, and by plain instructions: what is lent to others by reference may be used as it has to be.</summary>
    public static Access Least(IOperation place) => Lent(place) is null ? Plain(place) : Access.None;

    public static bool IsVolatile(IOperation place) => place is IFieldReferenceOperation { Field.IsVolatile: true };

    /// <summary>What a local is set to where it is declared, or null.</summary>
    public static IOperation? InitialValue(ILocalSymbol local, IOperation operation) =>
        operation.Root().DescendantsAndSelf().OfType<IVariableDeclaratorOperation>()
            .FirstOrDefault(declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, local))?.GetVariableInitializer()?.Value;

    public static IOperation Root(this IOperation operation)
    {
        while (operation.Parent is { } parent)
        {
            operation = parent;
        }

        return operation;
    }

    private static Access Plain(IOperation place)
    {
        if (place.Parent is INameOfOperation or ISizeOfOperation || place is { Parent: IExpressionStatementOperation })
        {
            return Access.None;
        }

        if (Receiver(place) is { } member)
        {
            return member.IsReadOnly || member.ContainingType.IsReadOnly || member.ContainingType.SpecialType != SpecialType.None
                ? Access.Read : Access.Read | Access.Write;
        }

        (bool reads, bool writes) = Usage.Of(place);
        return (reads ? Access.Read : Access.None) | (writes ? Access.Write : Access.None);
    }

    // By reference, to somebody whose use of it is not looked at: what that may do. Volatile and Interlocked are among them.
    private static Access? Lent(IOperation place)
    {
        switch (place.Parent)
        {
            case IArgumentOperation { Parameter: { RefKind: not RefKind.None } parameter }:
                return parameter is { RefKind: RefKind.In } or { ContainingSymbol: { Name: "Read", ContainingType.Name: "Volatile" or "Interlocked" } } ? Access.Read
                    : parameter is { RefKind: RefKind.Out } or { ContainingSymbol: { Name: "Write", ContainingType.Name: "Volatile" } } ? Access.Write
                    : Access.Read | Access.Write;

            // What the program's own structs do is not looked at, here: their members may be written for this very purpose.
            case { } when Receiver(place) is { } member:
                return !member.IsDeclaredIn(place.SemanticModel!.Compilation) ? null : member.IsReadOnly ? Access.Read : Access.Read | Access.Write;

            default:
                return place.Syntax.Parent is RefExpressionSyntax || Usage.IsExposed(place) ? Access.Read | Access.Write : null;
        }
    }

    // The method or accessor that is called on the place itself.
    private static IMethodSymbol? Receiver(IOperation place) => place switch
    {
        { Type.IsValueType: false } => null,
        { Parent: IInvocationOperation call } when call.Instance == place => call.TargetMethod,
        { Parent: IPropertyReferenceOperation property } when property.Instance == place =>
            (Usage.Of(property).Writes ? property.Property.SetMethod : null) ?? property.Property.GetMethod,
        _ => null,
    };

    /// <summary>What a pointer points to, or null; see <see cref="Of"/>.</summary>
    public static Place? Behind(IOperation pointer, int depth = 0) => Variable(pointer) switch
    {
        IFieldReferenceOperation { Field: { IsFixedSizeBuffer: false } field } => Place.Behind(field),
        IPropertyReferenceOperation property when property.BackingField() is { } field => Place.Behind(field),
        IAddressOfOperation address => Of(address.Reference, depth),
        IInvocationOperation { TargetMethod: { Name: "AsPointer", ContainingType.Name: "Unsafe" }, Arguments: [{ Value: { } reference }] } => Of(reference, depth),
        ILocalReferenceOperation { Local: { } local } reference when depth < MaximumDepth && InitialValue(local, reference) is { } value
            && Behind(value, depth + 1) is { Root: IFieldSymbol } place => place,
        ILocalReferenceOperation { Local: { } local } => Place.Behind(local),
        IParameterReferenceOperation { Parameter: { } parameter } => Place.Behind(parameter),
        _ => null,
    };

    private static bool Follows(IOperation operation) => operation.Syntax switch
    {
        _ when operation.IsImplicit => operation.Parent is IMemberReferenceOperation or IInvocationOperation,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } or ElementAccessExpressionSyntax => true,
        _ => false,
    };

    // An element of a fixed buffer is a part of the struct that the buffer is in.
    private static IFieldReferenceOperation? FixedBuffer(IOperation? operation) =>
        operation is { Kind: OperationKind.None, Syntax: ElementAccessExpressionSyntax } && First(operation) is { } first
            && Variable(first) is IFieldReferenceOperation { Field.IsFixedSizeBuffer: true } buffer ? buffer : null;

    private static IOperation? First(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
        {
            return child;
        }

        return null;
    }
}
