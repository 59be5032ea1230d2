// What is written to a variable other than by assignments to it, and so is easily overlooked: by methods that are given a reference to it, by the methods, properties and
// constructors of its own struct, by references and pointers that lead to it. Once all that is inlined the JIT sees the computations, and may find them to be constant.
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

internal sealed partial class LateFolding
{
    // this, among a method's parameters.
    private const int Own = -1;

    private readonly HashSet<ILocalSymbol> _openToOthers = new(SymbolEqualityComparer.Default);
    private readonly HashSet<(ISymbol Method, int Parameter)> _openWriters = [];

    private bool IsLate(IOperation? value, IOperation root) => value is not null && Of(value, root) == Value.Late;

    private bool IsWrittenLateByOthers(ILocalSymbol local, IOperation root)
    {
        if (!_openToOthers.Add(local))
        {
            return false;
        }

        bool isLate = root.DescendantsAndSelf().OfType<ILocalReferenceOperation>()
            .Where(reference => SymbolEqualityComparer.Default.Equals(reference.Local, local)).Any(reference => IsGivenAway(reference, root));
        _openToOthers.Remove(local);
        return isLate;
    }

    // The variable, or a part of it.
    private bool IsGivenAway(IOperation place, IOperation root)
    {
        switch (place.Parent)
        {
            case IDeclarationExpressionOperation or IFieldReferenceOperation or IInlineArrayAccessOperation when place.Parent.ChildOperations.First() == place:
                return IsGivenAway(place.Parent, root);

            case IArgumentOperation { Parameter: { RefKind: RefKind.Ref or RefKind.Out, ContainingSymbol: IMethodSymbol method, Ordinal: var ordinal }, Parent: { } call }:
                return WritesLate(method, ordinal) || (!method.DeclaringSyntaxReferences.IsEmpty && MayBeInlined(method) && call.ChildOperations.Any(given => given != place.Parent && IsLate(given, root)))
                    || (method.MethodKind == MethodKind.Constructor && WritesLateByReference(root));

            case IInvocationOperation { TargetMethod: var method } call when call.Instance == place:
                return WritesLate(method) || (WritesOwn(method) && call.Arguments.Any(argument => IsLate(argument.Value, root)));

            case IPropertyReferenceOperation { Property.SetMethod: { } setter, Parent: IAssignmentOperation { Value: var value } assignment } property when property.Instance == place && assignment.Target == property:
                return WritesLate(setter) || IsLate(value, root) || property.Arguments.Any(argument => IsLate(argument.Value, root));

            case IAddressOfOperation or IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.RefKind: not RefKind.None } } or ISimpleAssignmentOperation { IsRef: true }:
                return WritesLateByReference(root);

            default:
                return false;
        }
    }

    private static bool WritesOwn(IMethodSymbol method) => !method.DeclaringSyntaxReferences.IsEmpty && !method.IsReadOnly && MayBeInlined(method);

    // By any reference or pointer: it is not asked where it leads.
    private bool WritesLateByReference(IOperation root) => WrittenThrough(static target => target is ILocalReferenceOperation { Local.RefKind: not RefKind.None }
        or IFieldReferenceOperation { Field.RefKind: not RefKind.None } or { Kind: OperationKind.None }, root).Any(value => Of(value, root) == Value.Late);

    private bool MakesLate(IObjectCreationOperation creation) => creation is { Type.IsValueType: true, Constructor: { } constructor } && WritesLate(constructor);

    // Whether the method writes such a value to what it is given, or to its own struct.
    private bool WritesLate(IMethodSymbol method, int parameter = Own)
    {
        if ((parameter == Own && (method.IsStatic || method.IsReadOnly)) || method.DeclaringSyntaxReferences.IsEmpty && method.AssociatedSymbol is null && method.MethodKind != MethodKind.Constructor
            || !MayBeInlined(method) || !_openWriters.Add((method.OriginalDefinition, parameter)))
        {
            return false;
        }

        bool writes = BodyReader.Bodies(body.Engine, method.OriginalDefinition, body.Cancellation).Any(root => WritesLate(root, parameter));
        _openWriters.Remove((method.OriginalDefinition, parameter));
        return writes;
    }

    private bool WritesLate(IOperation root, int parameter)
    {
        return (parameter == Own && root is ISymbolInitializerOperation { Value: var initial } && Of(initial, root) == Value.Late)
            || WrittenThrough(Is, root).Any(value => Of(value, root) == Value.Late)
            || root.DescendantsAndSelf().Any(operation => Is(operation) && IsGivenAway(operation, root));

        bool Is(IOperation operation) => parameter == Own ? operation is IInstanceReferenceOperation
            : operation is IParameterReferenceOperation { Parameter: { Ordinal: var ordinal, ContainingSymbol: IMethodSymbol } } && ordinal == parameter;
    }

    // What is written to what passes the test, or to a part of it.
    private static IEnumerable<IOperation> WrittenThrough(Func<IOperation, bool> isTarget, IOperation root)
    {
        return Facts.WrittenTo(IsPart, root);

        bool IsPart(IOperation target) => isTarget(target) || (target is IFieldReferenceOperation or IPropertyReferenceOperation or IInlineArrayAccessOperation or IParenthesizedOperation
            && target.ChildOperations.FirstOrDefault() is { } whole && IsPart(whole));
    }

    // x.Equals(x), x.CompareTo(x)
    private bool ComparesEqual(IInvocationOperation call, IOperation root) => call is { TargetMethod: { Name: "Equals" or "CompareTo", DeclaringSyntaxReferences.IsEmpty: true }, Instance: { } one, Arguments: [{ Value: { } other }] }
        && MayBeEqual(one, other, root);
}
