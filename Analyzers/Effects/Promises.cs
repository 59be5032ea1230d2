using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// Which members stand in for one that is marked <c>[AsyncSignalSafe]</c>: they inherit its promise. Interfaces are asked once each, since nearly
/// none promises anything. Safe for concurrent use.
/// </summary>
internal sealed class Promises
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<IMethodSymbol>> _ofInterfaces = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<IMethodSymbol>> _toKeep = new(SymbolEqualityComparer.Default);

    /// <summary>The member of a base class or interface whose promise a method inherits, or null.</summary>
    public IMethodSymbol? InheritedBy(IMethodSymbol method)
    {
        method = method.PartialDefinitionPart ?? method;
        for (IMethodSymbol? member = method; member is not null; member = member.OverriddenMethod)
        {
            if (!ReferenceEquals(member, method) && member.IsAsyncSignalSafe())
            {
                return member;
            }

            if (ImplementedBy(member) is { } promise)
            {
                return promise;
            }
        }

        return null;
    }

    /// <summary>The promises of an interface, as its type arguments make them.</summary>
    public IEnumerable<IMethodSymbol> Of(INamedTypeSymbol face)
    {
        ImmutableArray<IMethodSymbol> promised = _ofInterfaces.GetOrAdd(face.OriginalDefinition, static definition =>
            definition.GetMembers().OfType<IMethodSymbol>().Where(static member => member.IsAsyncSignalSafe()).ToImmutableArray());
        return promised.Length == 0 ? []
            : face.GetMembers().OfType<IMethodSymbol>().Where(member => promised.Contains(member.OriginalDefinition, SymbolEqualityComparer.Default));
    }

    private IMethodSymbol? ImplementedBy(IMethodSymbol method)
    {
        if (method.ExplicitInterfaceImplementations is { IsEmpty: false } named)
        {
            return named.FirstOrDefault(static member => member.IsAsyncSignalSafe());
        }

        if (method.ContainingType is not { TypeKind: TypeKind.Class or TypeKind.Struct, AllInterfaces.IsEmpty: false } type
            || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction or MethodKind.Constructor)
        {
            return null;
        }

        return _toKeep.GetOrAdd(type, key => key.AllInterfaces.SelectMany(Of).ToImmutableArray()).FirstOrDefault(promise => promise.Name == method.Name
            && SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(promise), method));
    }
}
