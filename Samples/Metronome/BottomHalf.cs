using TopHalf;

namespace Metronome;

/// <summary>The consumer: reads each tick and holds it against the one before, and against the clock.</summary>
internal sealed class BottomHalf(Schedule schedule)
{
    // An expiry that falls due while a callback begins gets the next callback, so a single tick may lag behind the clock.
    private const int Lag = 100;

    private readonly List<string> _faults = [];
    private Tick _first;
    private Tick _last;
    private Tick _lastInTime;

    /// <summary>What is wrong with the ticks; empty if nothing is.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Ticks read.</summary>
    public long Count { get; private set; }

    /// <summary>Mean time between two ticks, nanoseconds.</summary>
    public double MeanPeriod => Count < 2 ? double.NaN : (_last.Timestamp - _first.Timestamp) / (double)(_last.Number - _first.Number);

    /// <summary>Reads until the queue is completed.</summary>
    public async Task ReadAsync(InterruptQueue<Tick> queue)
    {
        await foreach (Tick tick in queue.ReadAllAsync().ConfigureAwait(false))
        {
            long due = schedule.CountBy(tick.Timestamp);
            Require(tick.Number > _last.Number, $"tick {tick.Number} came after tick {_last.Number}");
            Require(tick.Expiries > _last.Expiries, $"tick {tick.Number} stands for no expiry");
            Require(tick.Expiries <= due, $"tick {tick.Number} stands for expiry {tick.Expiries}, but by the clock only {due} were due");
            _first = Count++ == 0 ? tick : _first;
            _last = tick;
            _lastInTime = tick.Expiries == due ? tick : _lastInTime;
        }
    }

    /// <summary>The last look, when all is over: are all callbacks and all expiries accounted for?</summary>
    /// <param name="callbacks">How many there were.</param>
    /// <param name="dropped">How many of their ticks found the queue full.</param>
    /// <param name="expiries">How many expiries the metronome counted.</param>
    /// <param name="wanted">How many had to come by the end.</param>
    public void Conclude(long callbacks, long dropped, long expiries, long wanted)
    {
        Require(Count + dropped == callbacks, $"{callbacks} ticks written, but {Count} read and {dropped} dropped");
        Require(expiries >= wanted, $"{wanted} expiries were due by the end, but only {expiries} came");
        Require(
            _lastInTime.Number > _last.Number - Lag,
            $"{schedule.CountBy(_last.Timestamp)} expiries were due by the clock, but {_last.Expiries} were delivered or merged: some were lost");
        Require(dropped > 0 || _last.Expiries == expiries, $"{expiries} expiries counted, but the ticks stand for {_last.Expiries}");
    }

    private void Require(bool holds, string fault)
    {
        const int Enough = 5;
        if (!holds && _faults.Count < Enough)
        {
            _faults.Add(fault);
        }
    }
}
