namespace TopHalf;

/// <summary>How an <see cref="InterruptTimer"/> is to be set up. Every property has a default.</summary>
public sealed class InterruptTimerOptions
{
    internal static readonly InterruptTimerOptions Default = new();

    /// <summary>What the timer counts on. Default: monotonic time.</summary>
    public InterruptTimerClock Clock { get; init; } = InterruptTimerClock.Monotonic;

    /// <summary>Which thread is interrupted. Default: a dedicated one. Not looked at in threaded delivery.</summary>
    public InterruptTarget Target { get; init; } = InterruptTarget.Dedicated;

    /// <summary>How the thread is to be prepared, where the source makes it for itself (<see cref="InterruptTarget.Dedicated"/>). Default: not at all.</summary>
    public ThreadPreparation? Preparation { get; init; }

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

    /// <summary>When the timer fires first. Default: one period after its start.</summary>
    public InterruptDueTime? DueTime { get; init; }

    /// <summary>The signal's number. Default: the first free real-time signal, shared by all sources of the level.</summary>
    public int? Signal { get; init; }

    /// <summary>
    /// The shortest period that is accepted. Default: 20 µs. An interrupt costs a few µs in the kernel, and the kernel restarts clone(2) and
    /// fork(2) for every signal, so that a thread with shorter periods may get nothing done, or never start another thread.
    /// </summary>
    public TimeSpan MinimumPeriod { get; init; } = TimeSpan.FromMicroseconds(20);

    /// <summary>Name of the source in messages, and of its dedicated thread. Default: the handler's name.</summary>
    public string? Name { get; init; }

    /// <summary>How much stack the handler and all it calls may use at the most, bytes. Default: 4096.</summary>
    public int StackBudget { get; init; } = 4096;

    /// <exception cref="ArgumentException">A property is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Target);
        Preparation?.Validate(Target);
        if (!Enum.IsDefined(Clock))
        {
            throw new ArgumentOutOfRangeException(nameof(Clock), Clock, "Not an InterruptTimerClock.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumPeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StackBudget);
        InterruptLevel.Validate(Level);
        ArgumentNullException.ThrowIfNull(Shares);
        Budget?.Validate();
        if (Clock == InterruptTimerClock.ThreadCpuTime && Target.Kind != InterruptTargetKind.Thread)
        {
            throw new ArgumentException(
                $"The clock {nameof(InterruptTimerClock.ThreadCpuTime)} counts the CPU time of a chosen thread, but the target is the {Target}. " +
                "Set InterruptTimerOptions.Target to InterruptTarget.CurrentThread or InterruptTarget.Thread(id).",
                nameof(Target));
        }
    }
}
