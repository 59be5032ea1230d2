namespace TopHalf.Timers;

/// <summary>A timer of an <see cref="InterruptTimeProvider"/>: what it calls, and in which execution context. When is up to the <see cref="TimerThread"/>.</summary>
/// <remarks>The mutable fields are the timer thread's, under its gate. No callback is called under it.</remarks>
internal sealed class ProvidedTimer(TimerThread thread, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    // Null: its flow was suppressed.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    /// <summary>Where it is in the heap; -1: it is not set.</summary>
    public int HeapIndex { get; set; } = -1;

    /// <summary>When it expires, nanoseconds of CLOCK_MONOTONIC.</summary>
    public long Due { get; set; }

    /// <summary>Nanoseconds between its expiries; 0: it expires once.</summary>
    public long Period { get; set; }

    public bool IsDisposed { get; set; }

    /// <summary>Callbacks that run now. There may be several, if they take longer than the period.</summary>
    public int Running { get; set; }

    /// <summary>Completed when no callback runs any more; there once somebody waits for that.</summary>
    public TaskCompletionSource? Quiet { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period) =>
        thread.Change(this, TimerInterval.Of(dueTime, nameof(dueTime)), TimerInterval.OfPeriod(period, nameof(period)));

    public void Dispose() => thread.Remove(this);

    public ValueTask DisposeAsync()
    {
        thread.Remove(this);
        return thread.WhenQuiet(this);
    }

    /// <summary>On the thread pool, once for each expiry.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        // What was disposed of between its expiry and now does not call any more.
        if (!thread.BeginCallback(this))
        {
            return;
        }

        if (_context is null)
        {
            callback(state);
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((ProvidedTimer)timer!).Call(), this);
        }

        // An exception does not get here. It ends the process, as it does with any timer of .NET's.
        thread.EndCallback(this);
    }

    private void Call() => callback(state);
}
