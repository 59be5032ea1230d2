namespace TopHalf;

/// <summary>What a notice is about.</summary>
public enum InterruptNoticeKind
{
    /// <summary>The handler is unoptimised code, so it runs in threaded delivery instead of as a true interrupt.</summary>
    ThreadedFallback,

    /// <summary>Somebody replaced TopHalf's handler of a signal: its sources are silent until it is put back.</summary>
    SignalReplaced,

    /// <summary>The thread that a source interrupts has ended: the source is silent.</summary>
    TargetEnded,

    /// <summary>
    /// The code of something that a verified handler calls was replaced, by a profiler most likely. The source is masked for good.
    /// </summary>
    CodeReplaced,

    /// <summary>A thread could not get a large alternate stack: too many living threads have one.</summary>
    AlternateStacksExhausted,

    /// <summary>Somebody replaced TopHalf's part of the handling of SIGSEGV: threads that are not prepared may be in danger; see <see cref="InterruptTarget"/>.</summary>
    FaultHandlerReplaced,

    /// <summary>A descriptor that a source watches was closed, or is another file by now. The source goes on with the file that it was.</summary>
    DescriptorClosed,

    /// <summary>Other code changed where the signals of a descriptor go: its source is silent.</summary>
    DescriptorTaken,

    /// <summary>The kernel had no room for a descriptor's signal (RLIMIT_SIGPENDING); what is ready was found by looking.</summary>
    SignalQueueFull,

    /// <summary>The machine does not have the event that a source was to count, so it counts the one that its options name for that.</summary>
    CounterFallback,

    /// <summary>This version of the kernel is known for a fault that concerns a source.</summary>
    KernelFault,

    /// <summary>A step of a <see cref="ThreadPreparation"/> could not be taken.</summary>
    PreparationIncomplete,

    /// <summary>A source was over its <see cref="InterruptBudget"/>, or left a thread no time, and was held back. Once a second at the most.</summary>
    Throttled,

    /// <summary>A source was over its <see cref="InterruptBudget"/> for too long, and is masked until <see cref="InterruptSource.LiftStorm"/>.</summary>
    StormMasked,

    /// <summary>The callback of an <see cref="InterruptQueue{T}.OnBatch"/> that has no handler of errors threw. It is called again for the next items.</summary>
    BatchFailed,

    /// <summary>A handler was not let into a value that its source does not share, or left one in the wrong order; see <see cref="InterruptShared{T}"/>. Once for each value.</summary>
    SharingRefused,
}

/// <summary>Something that TopHalf did or saw and will not do in silence.</summary>
public sealed class InterruptNoticeEventArgs : EventArgs
{
    internal InterruptNoticeEventArgs(InterruptNoticeKind kind, string source, string message)
    {
        Kind = kind;
        Source = source;
        Message = message;
    }

    /// <summary>What it is about.</summary>
    public InterruptNoticeKind Kind { get; }

    /// <summary>Name of the source concerned; empty if it concerns the process.</summary>
    public string Source { get; }

    /// <summary>One line: what happened, why, and the remedy.</summary>
    public string Message { get; }
}
