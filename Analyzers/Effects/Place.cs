using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// A place in memory that code can share: a static field, or what a variable of pointer type points to, or a part of either. The field behind an automatic
/// property stands for the property.
/// </summary>
/// <param name="root">The field or variable.</param>
/// <param name="isPointee">Not the field itself, but what it points to.</param>
/// <param name="path">The fields from there to the part. Empty: all of it.</param>
internal sealed class Place(ISymbol root, bool isPointee, ImmutableArray<ISymbol> path)
{
    public ISymbol Root { get; } = root.OriginalDefinition;

    /// <summary>The static field, if it is the field itself or a part of it.</summary>
    public IFieldSymbol? Field => IsPointee ? null : Root as IFieldSymbol;

    public bool IsPointee { get; } = isPointee;

    /// <summary>Behind a pointer in a struct, as the state of a handler is one: of each state it is another place.</summary>
    public bool IsOfState => IsPointee && Root is IFieldSymbol { IsStatic: false };

    /// <summary>The name that the source has for the root.</summary>
    public string Name => ((Root as IFieldSymbol)?.AssociatedSymbol ?? Root).Name;

    private ImmutableArray<ISymbol> Path { get; } = path;

    public static Place Static(IFieldSymbol field) => new(field, isPointee: false, ImmutableArray<ISymbol>.Empty);

    public static Place Behind(ISymbol pointer) => new(pointer, isPointee: true, ImmutableArray<ISymbol>.Empty);

    /// <summary>A field of the struct that is there. Fields that may overlap are not told apart.</summary>
    public Place Part(IFieldSymbol field) =>
        field.ContainingType.IsExplicitLayout() ? this : new(Root, IsPointee, Path.Add((field.CorrespondingTupleField ?? field).OriginalDefinition));

    /// <summary>The same part of what another variable points to.</summary>
    public Place BehindAlias(ISymbol pointer) => new(pointer, isPointee: true, Path);

    /// <summary>The same part of another place.</summary>
    public Place PartOf(Place place) => new(place.Root, place.IsPointee, place.Path.AddRange(Path));

    /// <summary>Whether the two have memory in common, as far as their names tell.</summary>
    public bool Overlaps(Place other)
    {
        bool same = IsPointee == other.IsPointee && SymbolEqualityComparer.Default.Equals(Root, other.Root);
        for (int i = 0; same && i < Math.Min(Path.Length, other.Path.Length); i++)
        {
            same = SymbolEqualityComparer.Default.Equals(Path[i], other.Path[i]);
        }

        return same;
    }
}
