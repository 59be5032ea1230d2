namespace TopHalf;

/// <summary>How an <see cref="InterruptTimeProvider"/> is to be set up. Every property has a default.</summary>
public sealed class InterruptTimeProviderOptions
{
    /// <summary>Name of its thread and in messages. Default: <c>time provider</c>.</summary>
    public string Name { get; init; } = "time provider";

    /// <summary>How its thread is to be prepared. Default: not at all. A real-time priority makes its expiries punctual on a busy machine; callbacks run on the thread pool all the same.</summary>
    public ThreadPreparation? Preparation { get; init; }

    /// <summary>The number of its signal, for which its own thread waits; nothing is interrupted. Default: the first free real-time signal, shared with all sources.</summary>
    public int? Signal { get; init; }

    /// <exception cref="ArgumentException">A property is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Name);
        Preparation?.Validate(InterruptTarget.Dedicated);
    }
}
