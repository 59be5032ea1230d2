using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace TopHalf.Analyzers.Effects;

/// <summary>What the rules need to know about types.</summary>
internal static class TypeFacts
{
    /// <summary>Whether a value of the type is a reference to a managed object, or may contain one. A type parameter may, unless it is
    /// unmanaged.</summary>
    public static bool HoldsReferences(ITypeSymbol type) =>
        type.TypeKind is not (TypeKind.Pointer or TypeKind.FunctionPointer)
        && !type.IsRefLikeType
        && !(type is ITypeParameterSymbol { HasUnmanagedTypeConstraint: true })
        && !type.IsUnmanagedType;

    /// <summary>A reference type, a type parameter that may be one, or a struct over one: code over such a type is shared between
    /// types.</summary>
    public static bool MayBeReference(ITypeSymbol type)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return !parameter.HasValueTypeConstraint && !parameter.HasUnmanagedTypeConstraint;
        }

        if (type.IsReferenceType)
        {
            return true;
        }

        for (INamedTypeSymbol? named = type as INamedTypeSymbol; named is not null; named = named.ContainingType)
        {
            if (named.TypeArguments.Any(MayBeReference))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a type parameter that may be a reference type is part of the type.</summary>
    public static bool IsOpenReference(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol => MayBeReference(type),
        IArrayTypeSymbol array => IsOpenReference(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(IsOpenReference)
            || (named.ContainingType is not null && IsOpenReference(named.ContainingType)),
        _ => false,
    };

    /// <summary>An explicit static constructor, which runs at a precise moment and so is checked for on every access.</summary>
    public static bool HasStaticConstructor(INamedTypeSymbol type) =>
        type.StaticConstructors.Any(constructor => !constructor.IsImplicitlyDeclared);

    /// <summary>The type whose explicit static constructor a member checks for when it begins, or null: static members, constructors, and
    /// all members of a struct do.</summary>
    public static INamedTypeSymbol? ChecksStaticConstructor(IMethodSymbol member)
    {
        if (member.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction)
        {
            return null;
        }

        // The members of an extension block, a type without a name, are compiled to static methods of the class around it.
        INamedTypeSymbol type = member.ContainingType;
        bool isExtension = false;
        while (type is { CanBeReferencedByName: false, ContainingType: { } outer })
        {
            type = outer;
            isExtension = true;
        }

        return (member.IsStatic || isExtension || type.IsValueType || member.MethodKind == MethodKind.Constructor)
            && member.MethodKind != MethodKind.StaticConstructor && HasStaticConstructor(type) ? type : null;
    }

    public static bool IsSpan(ITypeSymbol? type) =>
        type is INamedTypeSymbol
        {
            Name: "Span"
            or "ReadOnlySpan", Arity: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true }
        };

    public static bool IsInlineArray(ITypeSymbol? type) => InlineArrayLength(type) is not null;

    /// <summary>The number of elements of an inline array, or null.</summary>
    public static int? InlineArrayLength(ITypeSymbol? type)
    {
        if (type is { IsValueType: true })
        {
            foreach (AttributeData attribute in type.GetAttributes())
            {
                if (attribute is
                    {
                        AttributeClass:
                        {
                            Name: "InlineArrayAttribute", ContainingNamespace: { Name: "CompilerServices", ContainingNamespace.Name: "Runtime" }
                        },
                        ConstructorArguments: [{ Value: int length }]
                    })
                {
                    return length;
                }
            }
        }

        return null;
    }

    /// <summary>The field behind an automatic property, or null.</summary>
    public static IFieldSymbol? BackingField(this IPropertySymbol property, Compilation compilation) => property.IsIndexer || property.IsAbstract || !property.IsDeclaredIn(compilation) ? null
        : property.ContainingType?.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    public static IFieldSymbol? BackingField(this IPropertyReferenceOperation reference) => reference.Property.BackingField(reference.SemanticModel!.Compilation);

    /// <summary>Whether the fields of a struct are where their attributes say, and so may overlap.</summary>
    public static bool IsExplicitLayout(this INamedTypeSymbol type) => type.GetAttributes().Any(static attribute =>
        attribute is { AttributeClass.Name: "StructLayoutAttribute", ConstructorArguments: [{ Value: (int)System.Runtime.InteropServices.LayoutKind.Explicit }] });

    public static bool IsReadOnlySpan(ITypeSymbol? type) => IsSpan(type) && type!.Name == "ReadOnlySpan";

    public static bool IsPrimitive(ITypeSymbol? type) =>
        type?.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double and not SpecialType.System_Decimal
        || type is { TypeKind: TypeKind.Enum } || type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    public static bool IsUnsigned(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Byte or SpecialType.System_UInt16
        or SpecialType.System_UInt32 or SpecialType.System_UInt64 or SpecialType.System_UIntPtr or SpecialType.System_Char;

    public static bool IsFloating(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Single or SpecialType.System_Double;

    public static bool IsDecimal(ITypeSymbol? type) => Underlying(type)?.SpecialType == SpecialType.System_Decimal;

    /// <summary>The type without <c>Nullable</c> around it.</summary>
    public static ITypeSymbol? Underlying(ITypeSymbol? type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0] : type;

    /// <summary>The size of a value in bytes, as sequential layout gives it; null where it cannot be known from source (type
    /// parameters).</summary>
    public static long? Size(ITypeSymbol type) => Layout(type, depth: 0)?.Size;

    private static (long Size, int Alignment)? Layout(ITypeSymbol type, int depth)
    {
        if (depth > 16)
        {
            return null;
        }

        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte:
                return (1, 1);
            case SpecialType.System_Char or SpecialType.System_Int16 or SpecialType.System_UInt16:
                return (2, 2);
            case SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single:
                return (4, 4);
            case SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double or SpecialType.System_IntPtr
                or SpecialType.System_UIntPtr:
                return (8, 8);
            case SpecialType.System_Decimal:
                return (16, 8);
        }

        if (type.IsReferenceType || type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer)
        {
            return (8, 8);
        }

        if (type is not INamedTypeSymbol named || type is ITypeParameterSymbol)
        {
            return null;
        }

        named = named.TupleUnderlyingType ?? named; // Without a second field for each that has a name of its own.

        if (named.EnumUnderlyingType is { } underlying)
        {
            return Layout(underlying, depth + 1);
        }

        long size = 0;
        int alignment = 1;
        foreach (IFieldSymbol field in named.GetMembers().OfType<IFieldSymbol>())
        {
            if (field.IsStatic || field.IsConst)
            {
                continue;
            }

            ITypeSymbol fieldType = field is { IsFixedSizeBuffer: true, Type: IPointerTypeSymbol pointer }
                ? pointer.PointedAtType : field.Type;
            if (Layout(fieldType, depth + 1) is not { } layout)
            {
                return null;
            }

            long bytes = field.RefKind != RefKind.None ? 8 : layout.Size * (field.IsFixedSizeBuffer ? field.FixedSize : 1);
            size = Offset(field) is { } offset
                ? Math.Max(size, offset + bytes)
                : ((size + layout.Alignment - 1) / layout.Alignment * layout.Alignment) + bytes;
            alignment = Math.Max(alignment, layout.Alignment);
        }

        foreach (AttributeData attribute in named.GetAttributes())
        {
            if (attribute.AttributeClass is { Name: "StructLayoutAttribute" or "InlineArrayAttribute" } kind)
            {
                foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
                {
                    if (argument is { Key: "Size", Value.Value: int declared })
                    {
                        size = Math.Max(size, declared);
                    }
                }

                if (kind.Name == "InlineArrayAttribute" && attribute.ConstructorArguments is [{ Value: int length }])
                {
                    size *= length;
                }
            }
        }

        size = (size + alignment - 1) / alignment * alignment;
        return (Math.Max(size, 1), alignment);
    }

    private static int? Offset(IFieldSymbol field)
    {
        foreach (AttributeData attribute in field.GetAttributes())
        {
            if (attribute is { AttributeClass.Name: "FieldOffsetAttribute", ConstructorArguments: [{ Value: int offset }] })
            {
                return offset;
            }
        }

        return null;
    }
}
