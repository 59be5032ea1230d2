using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TopHalf.Analyzers.Effects;

namespace TopHalf.Analyzers;

/// <summary>Which values the processor does not read or write at once (TH6003): larger than a register, or not where their size asks for.</summary>
internal static class TornValues
{
    private const int Word = 8;

    // Reference assemblies leave out what these are made of.
    private static readonly Dictionary<string, int> s_sizes = new(StringComparer.Ordinal)
    {
        ["Guid"] = 16, ["Int128"] = 16, ["UInt128"] = 16, ["DateTimeOffset"] = 16, ["Complex"] = 16,
        ["Vector"] = 16, ["Vector128"] = 16, ["Vector256"] = 32, ["Vector512"] = 64,
    };

    /// <summary>Why a value may be read or written in halves, to follow its name; null if it is not.</summary>
    public static string? Reason(IOperation place) => Size(place.Type) is { } size and > Word ? $"has {size} bytes, more than the processor reads or writes at once"
        : Place(place) is { } field && IsUnaligned(field) ? "is not aligned to its size, so that the processor may read or write it in two halves"
        : null;

    private static long? Size(ITypeSymbol? type) => type switch
    {
        null => null,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => 2 * Math.Max(Size(nullable.TypeArguments[0]) ?? 0, 1),
        { ContainingNamespace.Name: "System" or "Numerics" or "Intrinsics", Locations: [{ IsInMetadata: true }, ..] } when s_sizes.TryGetValue(type.Name, out int known) => known,
        _ => TypeFacts.Size(type),
    };

    private static IFieldReferenceOperation? Place(IOperation place) => place switch
    {
        IParenthesizedOperation parenthesized => Place(parenthesized.Operand),
        IFieldReferenceOperation { Instance: not null } field => field,
        _ => null,
    };

    // A field is as aligned as the structs around it are.
    private static bool IsUnaligned(IFieldReferenceOperation reference)
    {
        long size = TypeFacts.Size(reference.Field.Type) ?? 1;
        long alignment = TypeFacts.IsPrimitive(reference.Field.Type) || reference.Field.Type is IPointerTypeSymbol ? size : Math.Min(size, 4);
        for (IFieldReferenceOperation? part = reference; part is not null; part = part.Instance is { } outer ? Place(outer) : null)
        {
            if (Offset(part.Field) % alignment != 0)
            {
                return true;
            }
        }

        return false;
    }

    // 0 where the runtime lays the fields out by their sizes.
    private static long Offset(IFieldSymbol field)
    {
        if (field.GetAttributes().FirstOrDefault(static attribute => attribute.AttributeClass?.Name == "FieldOffsetAttribute") is { ConstructorArguments: [{ Value: int offset }] })
        {
            return offset;
        }

        if (Pack(field.ContainingType) is not { } pack)
        {
            return 0;
        }

        long end = 0;
        foreach (IFieldSymbol other in field.ContainingType.GetMembers().OfType<IFieldSymbol>().Where(static member => !member.IsStatic))
        {
            long size = other is { IsFixedSizeBuffer: true, Type: IPointerTypeSymbol pointer }
                ? other.FixedSize * (TypeFacts.Size(pointer.PointedAtType) ?? 1) : TypeFacts.Size(other.Type) ?? 1;
            long alignment = TypeFacts.IsPrimitive(other.Type) || other.Type is IPointerTypeSymbol ? Math.Min(size, pack) : pack;
            end = (end + alignment - 1) / alignment * alignment;
            if (SymbolEqualityComparer.Default.Equals(other, field))
            {
                break;
            }

            end += size;
        }

        return end;
    }

    private static int? Pack(INamedTypeSymbol type)
    {
        foreach (AttributeData attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass?.Name == "StructLayoutAttribute")
            {
                foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
                {
                    if (argument is { Key: "Pack", Value.Value: int pack and > 0 and < Word })
                    {
                        return pack;
                    }
                }
            }
        }

        return null;
    }
}
