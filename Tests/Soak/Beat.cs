using System.Runtime.CompilerServices;

namespace TopHalf.Soak;

/// <summary>The handler's state: counts expiries and holds them against the clock, one window of a second after the other.</summary>
/// <remarks>
/// After each delivery the last expiry that it stands for must be past: due ≤ now. And somewhere within a second a delivery comes less
/// than a period after that expiry. An expiry counted twice shifts the due time ahead by a period for good, so the first fails; one lost
/// shifts it back for good, so the second does.
/// </remarks>
internal struct Beat
{
    public long FirstDue;
    public long Period;
    public long Window;
    public InterruptQueueWriter<long> Events;
    public InterruptLine Relay;

    /// <summary>What the handlers of the thread share.</summary>
    public InterruptSharedAccess<Tally> Common;

    /// <summary>Software interrupts that were raised here, and that were refused.</summary>
    public long Raised;
    public long Refused;

    /// <summary>Expiries up to now, merged ones included.</summary>
    public long Expiries;

    /// <summary>Calls of the handler.</summary>
    public long Calls;

    /// <summary>Deliveries that came before their last expiry was due. None, if no expiry is counted twice.</summary>
    public long Early;

    /// <summary>Windows in which every delivery was late by a period or more. None, if no expiry is lost.</summary>
    public long LateWindows;

    /// <summary>Least lateness of the window that is in progress, nanoseconds.</summary>
    public long Least;

    /// <summary>The expiry at which the window ends.</summary>
    public long WindowEnd;

    public Beat(long firstDue, TimeSpan period, InterruptQueueWriter<long> events, InterruptLine relay, InterruptSharedAccess<Tally> tally)
    {
        FirstDue = firstDue;
        Period = (long)period.TotalNanoseconds;
        Window = TimeSpan.TicksPerSecond / period.Ticks;
        Events = events;
        Relay = relay;
        Common = tally;
        Least = long.MaxValue;
        WindowEnd = Window;
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnTick(ref Beat beat, in InterruptContext context)
    {
        beat.Calls++;
        beat.Expiries += 1 + context.Overruns;
        long lateness = context.Timestamp - (beat.FirstDue + ((beat.Expiries - 1) * beat.Period));
        if (lateness < 0)
        {
            beat.Early++;
        }

        if (lateness < beat.Least)
        {
            beat.Least = lateness;
        }

        if (beat.Expiries >= beat.WindowEnd)
        {
            if (beat.Least >= beat.Period)
            {
                beat.LateWindows++;
            }

            beat.Least = long.MaxValue;
            beat.WindowEnd += beat.Window;
        }

        if (beat.Common.TryEnter(in context, out InterruptSharedSection<Tally> section))
        {
            Tally.Count(ref section.Value, ref section.Value.Beats);
            section.Exit();
        }

        beat.Events.TryWrite(beat.Expiries);
        if (beat.Relay.Raise((nint)(beat.Raised + 1)) == RaiseResult.Raised)
        {
            beat.Raised++;
        }
        else
        {
            beat.Refused++;
        }
    }
}
