using System.Globalization;

namespace TopHalf.Analyzers.Effects;

/// <summary>Numbers of values: equal ones are of values that are surely the same.</summary>
internal sealed class ValueNumbers
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<int> _latest = [];

    /// <summary>The next number that is of nothing known before; they count up among themselves.</summary>
    public int NextFresh { get; private set; }

    /// <summary>A value of which nothing is known.</summary>
    public int Fresh()
    {
        _latest.Add(NextFresh++);
        return _latest.Count - 1;
    }

    /// <summary>What an operation makes of values.</summary>
    /// <param name="text">The operation.</param>
    /// <param name="of">The values.</param>
    public int Of(string text, params int[] of)
    {
        string key = text + string.Join(" ", of.Select(static part => part.ToString(CultureInfo.InvariantCulture)));
        if (!_numbers.TryGetValue(key, out int number))
        {
            number = _numbers[key] = _latest.Count;
            _latest.Add(of.Select(Latest).Append(-1).Max());
        }

        return number;
    }

    /// <summary>Of the fresh ones that a value is made of, the latest; -1 if there is none.</summary>
    public int Latest(int number) => _latest[number];
}
