using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace TopHalf.BclTable;

/// <summary>Finds the public members of a version of the library whose signature a handler could use.</summary>
internal sealed class Population
{
    private readonly Framework _framework;
    private readonly Representatives _representatives;
    private readonly Dictionary<string, List<Probe>> _probes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unusable = new(StringComparer.Ordinal);

    private Population(Framework framework)
    {
        _framework = framework;
        _representatives = new Representatives(framework.Compilation);
    }

    /// <summary>All members, by their ids. Those of a property that only one accessor of can be used are left out.</summary>
    public static IReadOnlyDictionary<string, Member> Of(Framework framework)
    {
        var population = new Population(framework);
        foreach (IAssemblySymbol assembly in framework.Compilation.SourceModule.ReferencedAssemblySymbols.Where(a => a.Name != "TopHalf"))
        {
            population.In(assembly.GlobalNamespace);
        }

        return population._probes.Where(p => p.Value.Count > 0 && !population._unusable.Contains(p.Key))
            .ToDictionary(p => p.Key, p => new Member(p.Key, population._types[p.Key], p.Value), StringComparer.Ordinal);
    }

    private void In(INamespaceOrTypeSymbol scope)
    {
        foreach (ISymbol symbol in scope.GetMembers())
        {
            switch (symbol)
            {
                // Instructions of processors that TopHalf does not run on.
                case INamespaceSymbol { Name: "Arm" or "Wasm", ContainingNamespace.Name: "Intrinsics" }:
                    break;
                case INamespaceSymbol space:
                    In(space);
                    break;
                case INamedTypeSymbol { DeclaredAccessibility: Accessibility.Public } type:
                    In((INamespaceOrTypeSymbol)type);
                    break;
                // Members of interfaces are called through type parameters, which the analyzer judges where they are called.
                case IMethodSymbol { DeclaredAccessibility: Accessibility.Public, ContainingType.TypeKind: not TypeKind.Interface } method:
                    Add(method);
                    break;
            }
        }
    }

    private void Add(IMethodSymbol method)
    {
        ISymbol listed = method.AssociatedSymbol ?? method;
        if (!IsCallable(method) || listed.GetDocumentationCommentId() is not { } id)
        {
            return;
        }

        if (!_probes.TryGetValue(id, out List<Probe>? probes))
        {
            _probes.Add(id, probes = []);
            _types.Add(id, method.ContainingType.GetDocumentationCommentId()![2..]);
        }

        int before = probes.Count;
        foreach (IMethodSymbol constructed in _representatives.Of(method))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"P{_types.Count}_{probes.Count}");
            if (ProbeWriter.Write(constructed, id, name, _framework.Compilation) is { } probe)
            {
                probes.Add(probe);
            }
        }

        // The analyzer does not tell a getter from a setter, so a property is judged by both.
        if (probes.Count == before)
        {
            _unusable.Add(id);
        }
    }

    private static bool IsCallable(IMethodSymbol method) =>
        method is { IsImplicitlyDeclared: false, IsAbstract: false, IsVararg: false, IsInitOnly: false }
        && method.MethodKind is MethodKind.Ordinary or MethodKind.Constructor or MethodKind.PropertyGet or MethodKind.PropertySet
            or MethodKind.UserDefinedOperator or MethodKind.Conversion
        // Calls of conditional methods are left out, or not, by what the caller's project defines.
        && !method.GetAttributes().Any(a => a.AttributeClass?.Name == "ConditionalAttribute")
        && (method.MethodKind == MethodKind.Constructor ? method.ContainingType.IsValueType : method.IsStatic || method.ContainingType.IsValueType);
}

/// <summary>Type arguments that stand for all: numbers of every size and kind, and a struct of one's own.</summary>
internal sealed class Representatives
{
    /// <summary>
    /// The struct of one's own, with padding. What it overrides and implements may do anything, so a member that calls it back is refused.
    /// </summary>
    public const string Struct =
        """
        using System.Runtime.CompilerServices;
        public struct Pair : System.IEquatable<Pair>, System.IComparable<Pair>
        {
            public int A; public long B;
            [MethodImpl(MethodImplOptions.NoInlining)] public Pair() { }
            [MethodImpl(MethodImplOptions.NoInlining)] public bool Equals(Pair other) => A == other.A && B == other.B;
            [MethodImpl(MethodImplOptions.NoInlining)] public override bool Equals(object other) => other is Pair pair && Equals(pair);
            [MethodImpl(MethodImplOptions.NoInlining)] public override int GetHashCode() => A;
            [MethodImpl(MethodImplOptions.NoInlining)] public int CompareTo(Pair other) => A.CompareTo(other.A);
        }
        """;

    private readonly Compilation _compilation;
    private readonly ImmutableArray<ITypeSymbol> _usual;
    private readonly ImmutableArray<ITypeSymbol> _numbers;

    public Representatives(Compilation compilation)
    {
        _compilation = compilation;
        _usual = [.. Special(SpecialType.System_Int32, SpecialType.System_Int64, SpecialType.System_Double, SpecialType.System_Byte),
            compilation.GetTypeByMetadataName("Pair")!];
        _numbers = Special(
            SpecialType.System_Int32, SpecialType.System_Byte, SpecialType.System_Int16, SpecialType.System_Int64, SpecialType.System_UInt64,
            SpecialType.System_Single, SpecialType.System_Double);
    }

    /// <summary>The method itself, or its instantiations; none where no representative fits.</summary>
    public IEnumerable<IMethodSymbol> Of(IMethodSymbol method)
    {
        ImmutableArray<ITypeSymbol> candidates = IsVector(method.ContainingType) ? _numbers : _usual;
        bool isGeneric = method.IsGenericMethod || IsGeneric(method.ContainingType);
        if (!isGeneric)
        {
            return [method];
        }

        IEnumerable<IMethodSymbol?> same = candidates.Select(c => Construct(method, _ => c));

        // BitCast throws between types of different sizes; the analyzer looks at the sizes where it is called.
        bool hasSeveral = method.TypeParameters.Length + method.ContainingType.TypeParameters.Length > 1 && method.Name != "BitCast";
        return (hasSeveral ? same.Append(Construct(method, i => candidates[i % candidates.Length])) : same).OfType<IMethodSymbol>();
    }

    /// <summary>Vectors of anything but numbers throw, whatever is done with them.</summary>
    public static bool IsVector(INamedTypeSymbol type) =>
        type.ContainingNamespace.ToDisplayString() is "System.Runtime.Intrinsics" || (type.ContainingNamespace.ToDisplayString() is "System.Numerics" && type.Name == "Vector");

    private ImmutableArray<ITypeSymbol> Special(params SpecialType[] types) => [.. types.Select(t => _compilation.GetSpecialType(t))];

    private static bool IsGeneric(INamedTypeSymbol? type) => type is not null && (type.IsGenericType || IsGeneric(type.ContainingType));

    private static IMethodSymbol? Construct(IMethodSymbol method, Func<int, ITypeSymbol> argument)
    {
        int next = 0;
        if (Construct(method.ContainingType, argument, ref next) is not { } type)
        {
            return null;
        }

        IMethodSymbol found = SymbolEqualityComparer.Default.Equals(type, method.ContainingType)
            ? method
            : type.GetMembers(method.Name).OfType<IMethodSymbol>().Single(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method));
        if (!found.IsGenericMethod)
        {
            return found;
        }

        ITypeSymbol[] arguments = [.. found.TypeParameters.Select(_ => argument(next++))];
        return found.TypeParameters.Zip(arguments, Fits).All(fits => fits) ? found.Construct(arguments) : null;
    }

    private static INamedTypeSymbol? Construct(INamedTypeSymbol type, Func<int, ITypeSymbol> argument, ref int next)
    {
        if (type.ContainingType is { } outer && IsGeneric(outer))
        {
            if (Construct(outer, argument, ref next) is not { } constructed)
            {
                return null;
            }

            type = constructed.GetTypeMembers(type.Name, type.Arity).Single();
        }

        if (type.Arity == 0)
        {
            return type;
        }

        var arguments = new ITypeSymbol[type.Arity];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = argument(next++);
        }

        return type.TypeParameters.Zip(arguments, Fits).All(fits => fits) ? type.Construct(arguments) : null;
    }

    // Constraints to interfaces are left to the compiler.
    private static bool Fits(ITypeParameterSymbol parameter, ITypeSymbol argument) =>
        !parameter.HasReferenceTypeConstraint && parameter.ConstraintTypes.All(c => c.TypeKind is TypeKind.Interface || c.SpecialType == SpecialType.System_ValueType);
}
