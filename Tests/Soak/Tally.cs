using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>What the handlers of all levels of a thread share, and ordinary code of another thread: each counts itself, and all of them together.</summary>
internal struct Tally
{
    public long Beats;
    public long Relays;
    public long Arrivals;
    public long Faults;
    public long Updates;

    /// <summary>Of all of the above. A change that was lost, or fell into another, shows here.</summary>
    public long Sum;

    /// <summary>How often the sum was found wrong.</summary>
    public long Wrong;

    /// <summary>Counts one of a kind. Slow on purpose: the value is wrong meanwhile.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Count(ref Tally tally, ref long kind)
    {
        tally.Wrong += tally.Sum == tally.Beats + tally.Relays + tally.Arrivals + tally.Faults + tally.Updates ? 0 : 1;
        Volatile.Write(ref tally.Sum, tally.Sum + 1);
        for (int i = 0; i < 20; i++)
        {
            Volatile.Write(ref tally.Sum, tally.Sum);
        }

        Volatile.Write(ref kind, kind + 1);
    }
}
