using System.Runtime.CompilerServices;
using TopHalf;

namespace Levels;

/// <summary>What decoder, controller and ordinary code share.</summary>
internal struct Totals
{
    public long Frames;
    public long Samples;

    /// <summary>Both of the above: wrong while only one of them has been changed.</summary>
    public long Sum;

    /// <summary>How often it was seen wrong. Never, if nobody is in the totals beside another.</summary>
    public long Torn;

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Count(ref Totals totals, long frames, long samples)
    {
        totals.Torn += totals.Sum == totals.Frames + totals.Samples ? 0 : 1;
        totals.Frames += frames;
        totals.Samples += samples;
        totals.Sum += frames + samples;
    }
}
