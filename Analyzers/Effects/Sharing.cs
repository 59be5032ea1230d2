using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>Notes what a body that may run in signal context does to places that other code may use, too (<see cref="SharedState"/>).</summary>
internal static class Sharing
{
    public static void Inspect(IOperation operation, Body body)
    {
        if (IsRoot(operation))
        {
            IOperation whole = Places.Whole(operation);
            if (Places.Of(whole) is { Root: IFieldSymbol } place)
            {
                body.Touch(place, Places.Most(whole) | (Places.Least(whole) == Access.None || Places.IsVolatile(whole) ? Access.None : Access.Plain), whole.Syntax);
            }
        }

        if (Holder(operation) is { } pointer && Leaves(operation))
        {
            body.Touch(Place.Behind(pointer), Access.Read | Access.Write, operation.Syntax);
        }
    }

    /// <summary>Whether a place begins with the operation: a static, a reference to one, a pointer that is followed.</summary>
    public static bool IsRoot(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } } => true,
        IPropertyReferenceOperation { Property.IsStatic: true } property => property.BackingField() is not null,
        ILocalReferenceOperation { Local.RefKind: not RefKind.None } => true,
        _ => Places.Pointer(operation) is not null,
    };

    // The field of pointer type that is read here.
    private static IFieldSymbol? Holder(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Type.TypeKind: TypeKind.Pointer, Field: { IsFixedSizeBuffer: false } field } when Usage.Of(operation).Reads => field,
        IPropertyReferenceOperation { Type.TypeKind: TypeKind.Pointer } property when Usage.Of(operation).Reads => property.BackingField(),
        _ => null,
    };

    // To a variable or a callee, which may do anything with what it points to.
    private static bool Leaves(IOperation pointer)
    {
        for (IOperation? child = pointer, parent = pointer.Parent; parent is not null; child = parent, parent = parent.Parent)
        {
            if (Places.Pointer(parent) == child)
            {
                return false;
            }

            if (parent is not (IConversionOperation or IParenthesizedOperation or IBinaryOperation { Type.TypeKind: TypeKind.Pointer }))
            {
                return parent is not IBinaryOperation;
            }
        }

        return false;
    }
}
