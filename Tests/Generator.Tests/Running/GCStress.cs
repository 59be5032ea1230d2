using System.Diagnostics;

namespace TopHalf.Generator.Tests.Running;

/// <summary>
/// A thread that makes the collector work all the time: it allocates, throws, collects, and keeps a web of objects whose contents it checks,
/// so that a heap that was damaged shows.
/// </summary>
internal sealed class GCStress : IDisposable
{
    private const int Survivors = 256;
    private const int TurnsPerRest = 64;

    private readonly Thread _thread;
    private volatile bool _stop;
    private volatile string? _damage;

    public GCStress()
    {
        _thread = new Thread(Run) { Name = "GC stress", IsBackground = true };
        _thread.Start();
    }

    /// <summary>What was found in the heap that nobody put there, or null.</summary>
    public string? Damage => _damage;

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Run()
    {
        var survivors = new Node?[Survivors];
        long began = Stopwatch.GetTimestamp();
        for (uint turn = 0; !_stop && _damage is null; turn++)
        {
            // Unsigned: tens of millions of turns are made.
            uint place = turn * 97 % Survivors;
            if (survivors[place]?.Check() is { } damage)
            {
                _damage = damage;
            }

            survivors[place] = new Node((int)turn, survivors[turn * 31 % Survivors]);
            switch (turn & 1023)
            {
                case 0:
                    GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                    break;
                case 256 or 768:
                    GC.Collect(1);
                    break;
                case 512:
                    Throw();
                    break;
                default:
                    break;
            }

            if ((turn & 255) == 1)
            {
                GC.Collect(0);
            }

            if (turn % TurnsPerRest == 0)
            {
                Rest(Stopwatch.GetTimestamp() - began);
                began = Stopwatch.GetTimestamp();
            }
        }
    }

    // Where a thread is slow to wake, the next collection would stop it again before it ran at all: half the time is everybody else's.
    private static void Rest(long ticks)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - began < ticks)
        {
            Thread.Yield();
        }
    }

    private static void Throw()
    {
        try
        {
            Node? none = null;
            GC.KeepAlive(none!.Text);
        }
        catch (NullReferenceException)
        {
            // Thrown on purpose: the runtime's own signal handler and its unwinder are at work beside ours.
        }
    }

    /// <summary>Some objects that refer to each other.</summary>
    private sealed class Node
    {
        private readonly int _number;
        private readonly byte[] _bytes;
        private readonly Node? _other;
        private readonly int _othersNumber;

        public Node(int number, Node? other)
        {
            _number = number;
            Text = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _bytes = new byte[16 + (number & 511)];
            Array.Fill(_bytes, (byte)number);

            // Not longer chains: what is forgotten must die.
            _other = other is { _other: null } ? other : null;
            _othersNumber = _other?._number ?? 0;
        }

        public string Text { get; }

        public string? Check()
        {
            bool sound = Text == _number.ToString(System.Globalization.CultureInfo.InvariantCulture)
                && !_bytes.AsSpan().ContainsAnyExcept((byte)_number)
                && (_other is null || _other._number == _othersNumber);
            return sound ? null : $"object {_number} of the heap is damaged";
        }
    }
}
