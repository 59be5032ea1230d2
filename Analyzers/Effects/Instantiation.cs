using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>
/// What the type parameters of a member stand for where it is called with given type arguments: the JIT makes code of its own for each that is
/// a value type, so each is judged by itself.
/// </summary>
internal sealed class Instantiation
{
    // Deeper ones come of generics that call themselves with ever larger types.
    private const int Deepest = 4;

    private readonly Compilation _compilation;
    private readonly ImmutableDictionary<ITypeSymbol, ITypeSymbol> _arguments;

    /// <param name="member">The member with its type arguments.</param>
    /// <param name="compilation">Where it is.</param>
    /// <param name="around">For a local function, what the members around it stand for: no symbol says that of it.</param>
    public Instantiation(IMethodSymbol member, Compilation compilation, Instantiation? around = null)
    {
        _compilation = compilation;
        ImmutableDictionary<ITypeSymbol, ITypeSymbol>.Builder arguments =
            ImmutableDictionary.CreateBuilder<ITypeSymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
        if (around is not null)
        {
            arguments.AddRange(around._arguments);
        }

        Add(member.OriginalDefinition.TypeParameters, member.TypeArguments);
        for (INamedTypeSymbol? type = member.ContainingType; type is not null; type = type.ContainingType)
        {
            Add(type.OriginalDefinition.TypeParameters, type.TypeArguments);
        }

        _arguments = arguments.ToImmutable();

        void Add(ImmutableArray<ITypeParameterSymbol> parameters, ImmutableArray<ITypeSymbol> values)
        {
            for (int i = 0; i < parameters.Length; i++)
            {
                if (!SymbolEqualityComparer.Default.Equals(parameters[i], values[i]))
                {
                    arguments[parameters[i]] = values[i];
                }
            }
        }
    }

    /// <summary>Whether nothing stands for anything else.</summary>
    public bool IsEmpty => _arguments.IsEmpty;

    /// <summary>Whether all type arguments around the member are types, and so it has code of its own.</summary>
    public static bool IsClosed(IMethodSymbol member)
    {
        bool closed = member.TypeArguments.All(argument => IsClosed(argument, 0));
        for (INamedTypeSymbol? type = member.ContainingType; type is not null && closed; type = type.ContainingType)
        {
            closed = type.TypeArguments.All(argument => IsClosed(argument, 0));
        }

        return closed;
    }

    /// <summary>The type with the arguments in place of the parameters.</summary>
    public ITypeSymbol Of(ITypeSymbol type)
    {
        if (_arguments.IsEmpty)
        {
            return type;
        }

        switch (type)
        {
            case ITypeParameterSymbol:
                return _arguments.TryGetValue(type, out ITypeSymbol? argument) ? argument : type;
            case IArrayTypeSymbol array:
                return _compilation.CreateArrayTypeSymbol(Of(array.ElementType), array.Rank);
            case IPointerTypeSymbol pointer:
                return _compilation.CreatePointerTypeSymbol(Of(pointer.PointedAtType));
            case INamedTypeSymbol named:
                return Of(named);
            default:
                return type;
        }
    }

    /// <summary>The member with the arguments in place of the parameters.</summary>
    public IMethodSymbol Of(IMethodSymbol method)
    {
        if (_arguments.IsEmpty || method.MethodKind is MethodKind.BuiltinOperator || method.ContainingType is null)
        {
            return method;
        }

        INamedTypeSymbol type = Of(method.ContainingType);
        IMethodSymbol definition = SymbolEqualityComparer.Default.Equals(type, method.ContainingType)
            ? method.ConstructedFrom
            : type.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(member =>
                SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method.OriginalDefinition)) ?? method.ConstructedFrom;
        return definition.IsGenericMethod ? definition.Construct([.. method.TypeArguments.Select(Of)]) : definition;
    }

    private INamedTypeSymbol Of(INamedTypeSymbol type)
    {
        if (!type.IsGenericType || type.IsUnboundGenericType)
        {
            return type;
        }

        INamedTypeSymbol definition = type.ContainingType is { IsGenericType: true } outer
            ? Of(outer).GetTypeMembers(type.Name, type.Arity).First() : type.OriginalDefinition;
        return definition.Arity == 0 ? definition : definition.Construct([.. type.TypeArguments.Select(Of)]);
    }

    private static bool IsClosed(ITypeSymbol type, int depth) => depth <= Deepest && type switch
    {
        ITypeParameterSymbol => false,
        IArrayTypeSymbol array => IsClosed(array.ElementType, depth + 1),
        IPointerTypeSymbol pointer => IsClosed(pointer.PointedAtType, depth + 1),
        INamedTypeSymbol named => named.TypeArguments.All(argument => IsClosed(argument, depth + 1))
            && (named.ContainingType is null || IsClosed(named.ContainingType, depth)),
        _ => true,
    };
}
