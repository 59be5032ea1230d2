using TopHalf.Sources;

namespace TopHalf;

/// <summary>Another event, for machines that do not have the first.</summary>
/// <param name="Event">The event.</param>
/// <param name="Every">How many of it make an interrupt.</param>
public sealed record CounterFallback(CounterEvent Event, long Every);

/// <summary>How a <see cref="CounterInterrupt"/> is to be set up. Every property has a default.</summary>
public sealed class CounterInterruptOptions
{
    internal static readonly CounterInterruptOptions Default = new();

    /// <summary>
    /// Whose events are counted, and who is interrupted: one thread. Null, the default: the thread that starts the source. In threaded delivery its events are
    /// counted, and the handler runs elsewhere.
    /// </summary>
    public InterruptTarget? Target { get; init; }

    /// <summary>
    /// What is counted where the machine does not have the event: as a rule one of the kernel's own, in place of one of the hardware's, which virtual machines
    /// often lack. Null, the default: starting throws then. <see cref="CounterInterrupt{TState}.Counted"/> and a notice say what became of it.
    /// </summary>
    public CounterFallback? Fallback { get; init; }

    /// <summary>
    /// Whether what the kernel does for the thread counts, too; it takes a permission (kernel.perf_event_paranoid of 1, or CAP_PERFMON). Default: no.
    /// Context switches and migrations are always counted so.
    /// </summary>
    public bool CountKernel { get; init; }

    /// <summary>Whether it counts only after <see cref="CounterInterrupt{TState}.Resume"/>. Default: no.</summary>
    public bool StartPaused { get; init; }

    /// <summary>
    /// From 0 to 3: the handler is interrupted by sources of higher levels only. Default: 0. Each level in use takes a signal of its own. Without meaning in threaded delivery,
    /// whose handlers run beside each other, each on its own thread.
    /// </summary>
    public int Level { get; init; }

    /// <summary>
    /// The values that the handler shares with those of other sources of the same thread. Default: none. What a mask has held back of a source that shares interrupts that thread
    /// when the mask ends, and is not delivered by who ends it.
    /// </summary>
    public IReadOnlyList<InterruptShared> Shares { get; init; } = [];

    /// <summary>
    /// How much of the thread's time the source may take. Null, the default: any but all of it, of a thread with other work; see <see cref="InterruptBudget"/>.
    /// <see cref="InterruptBudget.Unlimited"/>: all of it.
    /// </summary>
    public InterruptBudget? Budget { get; init; }

    /// <summary>True interrupt, or thread. Default: <see cref="DeliveryMode.Auto"/>.</summary>
    public DeliveryMode Delivery { get; init; } = DeliveryMode.Auto;

    /// <summary>The signal's number, a real-time one. Default: the first free real-time signal, shared by all sources of the level.</summary>
    public int? Signal { get; init; }

    /// <summary>Name of the source in messages. Default: the handler's name.</summary>
    public string? Name { get; init; }

    /// <summary>How much stack the handler and all it calls may use at the most, bytes. Default: 4096.</summary>
    public int StackBudget { get; init; } = 4096;

    /// <exception cref="ArgumentException">A property is out of its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StackBudget);
        InterruptLevel.Validate(Level);
        ArgumentNullException.ThrowIfNull(Shares);
        Budget?.Validate();
        if (Target is { Kind: not InterruptTargetKind.Thread })
        {
            throw new ArgumentException(
                $"Events of one thread are counted, but the target is the {Target}. Leave CounterInterruptOptions.Target unset for the calling thread, or set it to InterruptTarget.Thread(id).", nameof(Target));
        }

        if (Fallback is not null)
        {
            KernelCounter.Validate(Fallback.Event, Fallback.Every, nameof(Fallback));
        }

        DescriptorSignals.RequireRealTime(Signal);
    }
}
