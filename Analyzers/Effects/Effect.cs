using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>One thing that a member does and a handler must not do: the rule it breaks, where, and why, in the words of the
/// message.</summary>
internal sealed class Effect(Rule rule, Location location, string cause, string remedy, string? kind = null, ISymbol? culprit = null)
{
    public Rule Rule { get; } = rule;

    /// <summary>The operation itself; for a cause that lies in a declaration, the declared name.</summary>
    public Location Location { get; } = location;

    /// <summary>A predicate: "allocates (string interpolation)".</summary>
    public string Cause { get; } = cause;

    public string Remedy { get; } = remedy;

    /// <summary>For the code fixes, see <see cref="RuleProperties.Kind"/>.</summary>
    public string? Kind { get; } = kind;

    /// <summary>The member that the effect is about, if it is not the one it was found in.</summary>
    public ISymbol? Culprit { get; } = culprit;
}

/// <summary>A call of a member whose body is in this compilation.</summary>
internal readonly struct Call(IMethodSymbol target, Location location, bool isTrusted)
{
    public IMethodSymbol Target { get; } = target;

    public Location Location { get; } = location;

    /// <summary>The target is itself a root: its findings stand there, so they are not repeated here.</summary>
    public bool IsTrusted { get; } = isTrusted;
}

/// <summary>What one member does by itself, without the members it calls.</summary>
internal sealed class MemberEffects(
    ImmutableArray<Effect> effects, ImmutableArray<Call> calls, ImmutableArray<(Place Place, Access Access, SyntaxNode At)> places, bool countsAsInlined, long stackBytes,
    int locals, int size, int leastSize, int libraryCalls, int facts)
{
    public ImmutableArray<Effect> Effects { get; } = effects;

    public ImmutableArray<Call> Calls { get; } = calls;

    /// <summary>What the member reads and writes that others may, too.</summary>
    public ImmutableArray<(Place Place, Access Access, SyntaxNode At)> Places { get; } = places;

    /// <summary>See <see cref="Inlining"/>.</summary>
    public bool CountsAsInlined { get; } = countsAsInlined;

    /// <summary>The bytes of what the member surely keeps on the stack, its callees not counted.</summary>
    public long StackBytes { get; } = stackBytes;

    /// <summary>See <see cref="Inlining.LocalsOfAll"/>.</summary>
    public int Locals { get; } = locals;

    /// <summary>The bytes of IL, see <see cref="ILSize.Most"/>.</summary>
    public int Size { get; } = size;

    /// <summary>See <see cref="ILSize.Least"/>.</summary>
    public int LeastSize { get; } = leastSize;

    /// <summary>See <see cref="InlineBudget.LibraryCalls"/>.</summary>
    public int LibraryCalls { get; } = libraryCalls;

    /// <summary>See <see cref="KeptFacts.Of"/>.</summary>
    public int Facts { get; } = facts;
}

/// <summary>An effect that a call brings with it, and the way there.</summary>
internal sealed class ReachedEffect(Effect effect, ImmutableArray<IMethodSymbol> chain, ImmutableArray<Location> locations)
{
    public Effect Effect { get; } = effect;

    /// <summary>From the called member to the one that has the effect. Never empty.</summary>
    public ImmutableArray<IMethodSymbol> Chain { get; } = chain;

    /// <summary>The calls along the chain, and the effect's own place last.</summary>
    public ImmutableArray<Location> Locations { get; } = locations;
}
