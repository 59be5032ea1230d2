using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>The state of a counter's handler: counts page faults.</summary>
internal struct PageFaults
{
    /// <summary>Page faults up to now, merged ones included.</summary>
    public long Events;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnFault(ref PageFaults faults, in InterruptContext context) => faults.Events += 1 + context.Overruns;
}
