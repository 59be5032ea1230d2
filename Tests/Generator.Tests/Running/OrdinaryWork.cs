using System.Globalization;

namespace TopHalf.Generator.Tests.Running;

/// <summary>What a program does all day: it allocates, copies references, computes, formats, throws now and then.</summary>
internal sealed class OrdinaryWork
{
    private readonly Dictionary<int, string> _words = [];
    private readonly object[] _objects = new object[64];
    private double _number = 1;
    private int _turn;

    public void Turn()
    {
        _turn++;
        _words[_turn & 31] = _turn.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < _objects.Length; i++)
        {
            _objects[i] = i % 3 == 0 ? new long[i + 1] : _objects[(i * 7) % _objects.Length] ?? this;
        }

        for (int i = 0; i < 50; i++)
        {
            _number = Math.Sqrt(_number + i) * 1.25;
        }

        if ((_turn & 31) == 0)
        {
            Throw();
        }

        if (_words[_turn & 31].Length == 0 || double.IsNaN(_number))
        {
            throw new InvalidOperationException("Ordinary work went wrong.");
        }
    }

    private static void Throw()
    {
        try
        {
            object? none = null;
            none!.GetHashCode();
        }
        catch (NullReferenceException)
        {
            // Thrown on purpose: interrupts must not disturb the runtime's handling of it.
        }
    }
}
