namespace TopHalf;

/// <summary>How a <see cref="SoftwareInterrupt"/> is to be set up. Every property has a default.</summary>
public sealed class SoftwareInterruptOptions
{
    internal static readonly SoftwareInterruptOptions Default = new();

    private const int LargestCapacity = 1 << 20;

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

    /// <summary>
    /// How many payloads may wait for the handler, from 1 to 1,048,576; rounded up to a power of two. Default: 256. When as many wait, raising says
    /// <see cref="RaiseResult.QueueFull"/>. Each takes 24 bytes, and one of the signals that the kernel lets a user queue (RLIMIT_SIGPENDING).
    /// </summary>
    public int Capacity { get; init; } = 256;

    /// <summary>The signal's number. Default: the first free real-time signal, shared by all sources of the level.</summary>
    public int? Signal { get; init; }

    /// <summary>Name of the source in messages, and of its dedicated thread. Default: the handler's name.</summary>
    public string? Name { get; init; }

    /// <summary>How much stack the handler and all it calls may use at the most, bytes. Default: 4096.</summary>
    public int StackBudget { get; init; } = 4096;

    /// <exception cref="ArgumentException">A property is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Target);
        Preparation?.Validate(Target);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(StackBudget);
        InterruptLevel.Validate(Level);
        ArgumentNullException.ThrowIfNull(Shares);
        Budget?.Validate();
        if (Capacity is < 1 or > LargestCapacity)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Capacity), Capacity, $"From 1 to {LargestCapacity} payloads can wait. Take the longest time the source may be masked, divided by the shortest time between raises.");
        }
    }
}
