using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>The state of a descriptor's handler: counts what arrived in a pipe.</summary>
internal struct Arrival
{
    /// <summary>The descriptor that is watched.</summary>
    public int Descriptor;

    /// <summary>Arrivals up to now, merged ones included. The kernel tells of each write.</summary>
    public long Events;

    /// <summary>What the handlers of the thread share.</summary>
    public InterruptSharedAccess<Tally> Common;

    /// <summary>Calls of the handler.</summary>
    public long Calls;

    /// <summary>Deliveries with another descriptor, or with anything else than data.</summary>
    public long Wrong;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnArrival(ref Arrival arrival, in InterruptContext context)
    {
        var happened = new FileEvent(context.Payload);
        arrival.Events += 1 + context.Overruns;
        arrival.Wrong += happened.Descriptor == arrival.Descriptor && happened.Bands == FileBands.Input ? 0 : 1;
        arrival.Calls++;
        if (arrival.Common.TryEnter(in context, out InterruptSharedSection<Tally> section))
        {
            Tally.Count(ref section.Value, ref section.Value.Arrivals);
            section.Exit();
        }
    }
}
