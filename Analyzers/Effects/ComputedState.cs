using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TopHalf.Analyzers.Effects;

/// <summary>What is known at a place: the values of variables, which memory it is, and what has been computed on every way there.</summary>
internal sealed class ComputedState
{
    public static readonly ComputedState Start = new(ImmutableDictionary.Create<(int, ISymbol), int>(new KeyComparer()), 0, ImmutableHashSet<int>.Empty);

    private readonly ImmutableDictionary<(int Frame, ISymbol Variable), int> _values;
    private readonly ImmutableHashSet<int> _computed;

    private ComputedState(ImmutableDictionary<(int, ISymbol), int> values, int memory, ImmutableHashSet<int> computed)
    {
        _values = values;
        Memory = memory;
        _computed = computed;
    }

    /// <summary>The number of all that is in memory: another one once something is written.</summary>
    public int Memory { get; }

    public int? Of((int Frame, ISymbol Variable) variable) => _values.TryGetValue(variable, out int value) ? value : null;

    public bool Has(int number) => _computed.Contains(number);

    public ComputedState With((int Frame, ISymbol Variable) variable, int value) => new(_values.SetItem(variable, value), Memory, _computed);

    public ComputedState With(int number) => new(_values, Memory, _computed.Add(number));

    public ComputedState Stored(int memory) => new(_values, memory, _computed);

    /// <summary>Where two ways meet.</summary>
    /// <param name="other">The other.</param>
    /// <param name="fresh">Gives a number for what is not the same on both.</param>
    public ComputedState Join(ComputedState other, Func<int> fresh)
    {
        if (other == this)
        {
            return this;
        }

        ImmutableDictionary<(int, ISymbol), int> values = _values;
        foreach (KeyValuePair<(int, ISymbol), int> each in other._values)
        {
            if (!_values.TryGetValue(each.Key, out int value) || value != each.Value)
            {
                values = values.SetItem(each.Key, fresh());
            }
        }

        foreach (KeyValuePair<(int, ISymbol), int> each in _values)
        {
            if (!other._values.ContainsKey(each.Key))
            {
                values = values.SetItem(each.Key, fresh());
            }
        }

        return new(values, Memory == other.Memory ? Memory : fresh(), _computed.Intersect(other._computed));
    }

    private sealed class KeyComparer : IEqualityComparer<(int Frame, ISymbol Variable)>
    {
        public bool Equals((int Frame, ISymbol Variable) x, (int Frame, ISymbol Variable) y) => x.Frame == y.Frame && SymbolEqualityComparer.Default.Equals(x.Variable, y.Variable);

        public int GetHashCode((int Frame, ISymbol Variable) obj) => (obj.Frame * 397) ^ SymbolEqualityComparer.Default.GetHashCode(obj.Variable);
    }
}
