using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>The state of a counter's handler: counts page faults.</summary>
internal struct PageFaults
{
    /// <summary>Page faults up to now, merged ones included.</summary>
    public long Events;

    /// <summary>What the handlers of the thread share.</summary>
    public InterruptSharedAccess<Tally> Common;

    /// <summary>Calls of the handler.</summary>
    public long Calls;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnFault(ref PageFaults faults, in InterruptContext context)
    {
        faults.Events += 1 + context.Overruns;
        faults.Calls++;
        if (faults.Common.TryEnter(in context, out InterruptSharedSection<Tally> section))
        {
            Tally.Count(ref section.Value, ref section.Value.Faults);
            section.Exit();
        }
    }
}
