namespace TopHalf;

/// <summary>Base of what TopHalf throws when the system does not let it take interrupts.</summary>
public abstract class InterruptException : InvalidOperationException
{
    private protected InterruptException(string message)
        : base(message)
    {
    }
}

/// <summary>A limit of the system or of TopHalf is reached; the message says which, how much of it is used, and how to raise it.</summary>
public sealed class InterruptLimitException : InterruptException
{
    internal InterruptLimitException(string message)
        : base(message)
    {
    }
}

/// <summary>The thread that was to be interrupted does not exist, has ended, or stays where an interrupt could end the process.</summary>
public sealed class InterruptTargetException : InterruptException
{
    internal InterruptTargetException(string message)
        : base(message)
    {
    }
}

/// <summary>A signal cannot be used: it is the runtime's, the C library's or another handler's.</summary>
public sealed class SignalUnavailableException : InterruptException
{
    internal SignalUnavailableException(int signal, string message)
        : base(message) => Signal = signal;

    /// <summary>The signal's number.</summary>
    public int Signal { get; }
}

/// <summary>A descriptor cannot interrupt: it is closed, its kind of file has no signals, or other code has them.</summary>
public sealed class InterruptDescriptorException : InterruptException
{
    internal InterruptDescriptorException(int descriptor, string message)
        : base(message) => Descriptor = descriptor;

    /// <summary>The descriptor's number.</summary>
    public int Descriptor { get; }
}

/// <summary>An event cannot be counted: the machine does not have it, or it is forbidden; the message says what to set.</summary>
public sealed class CounterUnavailableException : InterruptException
{
    internal CounterUnavailableException(CounterEvent counted, bool isAbsent, string message)
        : base(message) => (Counted, IsAbsent) = (counted, isAbsent);

    /// <summary>The event.</summary>
    public CounterEvent Counted { get; }

    /// <summary>Whether the machine does not have it. Otherwise it is forbidden.</summary>
    public bool IsAbsent { get; }
}

/// <summary>Sources cannot share what they were told to (<see cref="InterruptShared{T}"/>): they do not interrupt one thread, or too much is shared.</summary>
public sealed class InterruptSharingException : InterruptException
{
    internal InterruptSharingException(string message)
        : base(message)
    {
    }
}
