using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>The state of a software interrupt's handler: what raised it numbered its payloads, the timer's handler upwards, ordinary code downwards.</summary>
internal struct Relay
{
    /// <summary>Last number that the timer's handler raised, and as many as came if none is missing.</summary>
    public long FromHandler;

    /// <summary>The same of ordinary code.</summary>
    public long FromReader;

    /// <summary>Payloads that were not the next of their kind: lost, doubled, changed or out of order.</summary>
    public long Wrong;

    /// <summary>What the handlers of the thread share.</summary>
    public InterruptSharedAccess<Tally> Common;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnRaise(ref Relay relay, in InterruptContext context)
    {
        if (context.Payload > 0)
        {
            relay.Wrong += context.Payload == relay.FromHandler + 1 ? 0 : 1;
            relay.FromHandler = context.Payload;
        }
        else
        {
            relay.Wrong += context.Payload == -relay.FromReader - 1 ? 0 : 1;
            relay.FromReader = -context.Payload;
        }

        if (relay.Common.TryEnter(in context, out InterruptSharedSection<Tally> section))
        {
            Tally.Count(ref section.Value, ref section.Value.Relays);
            section.Exit();
        }
    }
}
