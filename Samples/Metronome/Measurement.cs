using TopHalf;

namespace Metronome;

/// <summary>What came of one metronome.</summary>
internal sealed class Measurement(
    string name, double period, in InterruptHistogram lateness, long ticks, long expiries, double cpu, IReadOnlyList<string> faults)
{
    private readonly InterruptHistogram _lateness = lateness;

    public string Name => name;

    /// <summary>Mean time between two callbacks, nanoseconds.</summary>
    public double Period => period;

    /// <summary>Nanoseconds from expiry to callback.</summary>
    public ref readonly InterruptHistogram Lateness => ref _lateness;

    /// <summary>Callbacks.</summary>
    public long Ticks => ticks;

    /// <summary>Expiries that had no callback of their own.</summary>
    public long Missed => expiries - ticks;

    public long Expiries => expiries;

    /// <summary>CPU time of the process, the busy thread's included, over the time that passed. 1 is one core.</summary>
    public double Cpu => cpu;

    /// <summary>Why the ticks do not add up; empty if they do.</summary>
    public IReadOnlyList<string> Faults => faults;
}
