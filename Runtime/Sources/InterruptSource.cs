using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Observability;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>What all interrupt sources have in common: a name, masks, counts, an end.</summary>
/// <remarks>
/// All members are safe from any thread, at any time, in any order, but not from inside a handler. A source that is not disposed goes on
/// for the life of the process, whether it is referenced or not.
/// </remarks>
public abstract unsafe partial class InterruptSource : IDisposable
{
    // Taken by ordinary code only. A handler never waits for it, so an interrupt on the thread that holds it does no harm.
    private readonly object _gate = new();
    private volatile InterruptStatistics? _finalStatistics;
    private int _handlerThread;
    private Timer? _stormWatch;
    private long _throttlesReported; // Under the gate, as are the next.
    private long _lastThrottleReport;
    private bool _silenced;
    private bool _isGuarded; // Does not change once there is a key.

    private protected InterruptSource(string name, DeliveryMode delivery, int signal)
    {
        Name = name;
        Delivery = delivery;
        Signal = signal;
        Level = SignalRegistry.LevelOf(signal);
        Slot = SourceTable.Acquire();
        Slot->Masks = Masks = _masks.Masks;
        Slot->Level = Level;
        Slot->Signal = signal;
    }

    /// <summary>
    /// Raised for what TopHalf will not do in silence: a fall-back, a replaced signal handler, an ended target. On an ordinary thread, never
    /// in signal context. Each notice is one line on stderr, too. Subscribers must not throw: the exception goes to whoever caused the notice,
    /// which may be a thread of TopHalf's own.
    /// </summary>
    public static event EventHandler<InterruptNoticeEventArgs>? Notice;

    /// <summary>Signals on TopHalf's numbers that belong to no living source of this process: forged, foreign or stale. Dropped.</summary>
    public static long SpuriousSignals => InterruptTable.Root == null ? 0 : Volatile.Read(ref InterruptTable.Root->Spurious);

    /// <summary>Name of the source in messages.</summary>
    public string Name { get; }

    /// <summary>How interrupts are delivered: <see cref="DeliveryMode.Signal"/> or <see cref="DeliveryMode.Threaded"/>.</summary>
    public DeliveryMode Delivery { get; }

    /// <summary>The signal's number.</summary>
    public int Signal { get; }

    /// <summary>The source's level, from 0 to 3: its handler is interrupted by sources of higher levels only.</summary>
    public int Level { get; }

    /// <summary>Counts up to now; after <see cref="Dispose()"/>, the last ones.</summary>
    /// <exception cref="InvalidOperationException">Read inside the handler.</exception>
    public InterruptStatistics Statistics
    {
        get
        {
            ThrowIfInsideHandler();
            lock (_gate)
            {
                return _finalStatistics ?? ReadConsistently(() => new InterruptStatistics(Slot));
            }
        }
    }

    /// <summary>What came of the preparation of the source's thread: a line for each step that <see cref="ThreadPreparation"/> asked for.</summary>
    public IReadOnlyList<PreparationResult> Preparation { get; private set; } = [];

    private protected InterruptSlot* Slot { get; }

    private protected object Gate => _gate;

    private protected bool IsDisposed => _finalStatistics is not null;

    /// <summary>Managed id of the thread that runs the handler as ordinary code; 0: none does.</summary>
    private protected int HandlerThread
    {
        private get => Volatile.Read(ref _handlerThread);
        set => Volatile.Write(ref _handlerThread, value);
    }

    /// <summary>Whether the source shares values with others. Does not change once there is a key.</summary>
    private protected bool IsSharing { get; set; }

    /// <summary>What the source's <see cref="InterruptBudget"/> has led to, or that it left a thread no time.</summary>
    /// <exception cref="InvalidOperationException">Read inside the handler.</exception>
    public StormState Storm
    {
        get
        {
            ThrowIfInsideHandler();
            lock (_gate)
            {
                return IsDisposed ? StormState.None : (StormState)Volatile.Read(ref Slot->Storm);
            }
        }
    }

    /// <summary>Lets a source go on that was throttled or masked; see <see cref="InterruptBudget"/>. What waits is delivered on this thread. Otherwise does nothing.</summary>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void LiftStorm()
    {
        ThrowIfInsideHandler();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (Volatile.Read(ref Slot->Storm) == (int)StormState.None)
            {
                return;
            }

            Volatile.Write(ref Slot->Strikes, 0);
            Volatile.Write(ref Slot->Spent, 0);
            Volatile.Write(ref Slot->WindowStart, DispatchClock.Now(LibC.CLOCK_MONOTONIC));
            if (_isGuarded)
            {
                Volatile.Write(ref Slot->Window, 0);
            }

            Interlocked.Exchange(ref Slot->Storm, (int)StormState.None);
            ReplayPending();
            if (_silenced)
            {
                _silenced = false;
                Revive();
            }
        }
    }

    /// <summary>Ends the source. When it returns, the handler is not running and will not run again. Repeating it is harmless.</summary>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Dispose()
    {
        ThrowIfInsideHandler();
        lock (_gate)
        {
            if (IsDisposed)
            {
                return;
            }

            _stormWatch?.Dispose();
            Stop();
            WaitUntilQuiet();
            var statistics = new InterruptStatistics(Slot);
            FreeState();
            _finalStatistics = statistics;
        }

        // Not under the gate, as whoever updates what is shared may be waiting for that.
        SharingSources.Unbind(Slot);
        SourceTable.Release(Slot);
        SourceWatch.Remove(this, _finalStatistics);
        GC.SuppressFinalize(this);
    }

    internal static void RaiseNotice(InterruptNoticeKind kind, string source, string message)
    {
        Console.Error.WriteLine($"TopHalf: {message}");
        TopHalfEventSource.Log.Notice(kind.ToString(), source, message);
        Notice?.Invoke(null, new InterruptNoticeEventArgs(kind, source, message));
    }

    /// <summary>Reports, once, if the thread that the source interrupts has ended.</summary>
    internal abstract void WatchTarget();

    /// <summary>Masks the source for good and reports it, once, if code that was verified for it is not what is called any more.</summary>
    internal abstract void WatchCode();

    /// <summary>Reports what went wrong with what the source gets its interrupts from.</summary>
    internal virtual void WatchOrigin()
    {
    }

    /// <summary>Ends a throttling whose window is over, and reports what the budget has led to. Called once a window.</summary>
    internal void WatchStorm()
    {
        // Who has the gate may be waiting for the handler; the next look is soon.
        if (!HasWindow || !Monitor.TryEnter(_gate))
        {
            return;
        }

        (InterruptNoticeKind Kind, string Message)? notice = null;
        try
        {
            if (!IsDisposed)
            {
                notice = ExamineStorm();
            }
        }
        finally
        {
            Monitor.Exit(_gate);
        }

        if (notice is { } news)
        {
            RaiseNotice(news.Kind, Name, news.Message);
        }
    }

    /// <summary>The same for a source without a budget, which has windows only while it storms.</summary>
    /// <returns>Whether it has to be looked at again when its window is over.</returns>
    internal bool WatchGuard()
    {
        if (!_isGuarded)
        {
            return false;
        }

        WatchStorm();
        return HasWindow && !(Volatile.Read(ref Slot->Storm) == (int)StormState.Masked && Volatile.Read(ref _silenced));
    }

    private bool HasWindow => Volatile.Read(ref Slot->Window) != 0 || Volatile.Read(ref Slot->Storm) != (int)StormState.None;

    /// <summary>Stops what sends signals, until <see cref="Revive"/>. Under the gate.</summary>
    private protected virtual void Silence()
    {
    }

    /// <summary>Has signals sent again. Under the gate.</summary>
    private protected virtual void Revive()
    {
    }

    /// <summary>Ends what sends signals. Those on their way may still be delivered.</summary>
    private protected abstract void Stop();

    /// <summary>Frees what the slot points to. No thread is in the slot.</summary>
    private protected abstract void FreeState();

    /// <summary>Delivers what is pending on this thread, in ordinary context.</summary>
    private protected abstract void Replay();

    /// <summary>
    /// Throws if the calling thread is running this source's handler. Asked before the gate is taken: whoever holds it may be waiting for
    /// that handler. True interrupts cannot get here: their handler is verified to call nothing of the kind.
    /// </summary>
    private protected void ThrowIfInsideHandler()
    {
        int thread = HandlerThread;
        if (thread != 0 && thread == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                $"The handler of '{Name}' calls its own source. A handler only works on its state; leave the rest to a bottom half, by InterruptQueue<T>.");
        }

        // Whoever has the source's gate may be waiting for that lock.
        if (IsSharing && SharingSources.IsEntered)
        {
            throw new InvalidOperationException(
                $"An update of a shared value uses '{Name}', a source that shares values: two threads that did so could wait for each other. Use the source before or after the update.");
        }
    }

    /// <summary>Gives the source its budget or, if it has none, a guard: a budget for as long as it leaves a thread no time. Before its key is there.</summary>
    /// <param name="budget">As in the options.</param>
    /// <param name="target">A thread of the source's own has nothing else to do, so there is nothing to guard.</param>
    private protected void Limit(InterruptBudget? budget, InterruptTarget target)
    {
        if (budget is null)
        {
            if (Delivery == DeliveryMode.Signal && target.Kind != InterruptTargetKind.Dedicated)
            {
                Slot->GuardWindow = SetAllowance(InterruptBudget.Guard);
                Slot->Guarded = 1;
                _isGuarded = true;
                StormWatch.Require();
            }
        }
        else if (!budget.IsUnlimited)
        {
            long window = SetAllowance(budget);
            Slot->WindowStart = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
            Volatile.Write(ref Slot->Window, window);
            _stormWatch = new Timer(static source => ((InterruptSource)source!).WatchStorm(), this, budget.Window, budget.Window);
        }
    }

    private long SetAllowance(InterruptBudget budget)
    {
        long window = Nanoseconds.Of(budget.Window, nameof(budget.Window));
        Slot->Allowance = (long)(window * budget.Share);
        Slot->LongestAllowed = budget.Handler is { } longest ? Nanoseconds.Of(longest, nameof(budget.Handler)) : long.MaxValue;
        Slot->MaskAfter = budget.MaskAfter;
        return window;
    }

    // Under the gate.
    private (InterruptNoticeKind Kind, string Message)? ExamineStorm()
    {
        long now = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        if (Volatile.Read(ref Slot->Storm) == (int)StormState.Throttled)
        {
            StormGuard.MoveOn(Slot, now);
            ReplayPending();
        }
        else if (_isGuarded)
        {
            // Nobody else may come to end a window in which nothing comes.
            StormGuard.MoveOn(Slot, now);
        }

        bool masked = Volatile.Read(ref Slot->Storm) == (int)StormState.Masked;
        if (masked && !_silenced)
        {
            _silenced = true;
            Silence();
            return (
                InterruptNoticeKind.StormMasked,
                $"'{Name}' was over its budget for {Slot->MaskAfter} windows in a row, so it is masked: {Over}, the longest call of its handler took {Slot->LongestHandler / 1000} us. Make the handler " +
                "shorter, have it called less often, or give it more (InterruptBudget). LiftStorm() lets it go on.");
        }

        // Not of each window, of which there may be a thousand a second.
        long throttled = Volatile.Read(ref Slot->Throttled);
        if (masked || throttled == _throttlesReported || now - _lastThrottleReport < TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerSecond)
        {
            return null;
        }

        long more = throttled - _throttlesReported;
        (_throttlesReported, _lastThrottleReport) = (throttled, now);
        return (InterruptNoticeKind.Throttled, $"'{Name}' was over its budget and was held back in {more} windows since the last notice; {Over}.");
    }

    private string Over => _isGuarded ? "it left the thread that it interrupts no time" : $"{Slot->OverBudget} calls of its handler took too long";

    private void ReplayPending()
    {
        if (InterruptDelivery.IsPending(Slot))
        {
            Replay();
        }
    }

    /// <summary>Keeps what came of a preparation, and says aloud what could not be had.</summary>
    private protected void Report(IReadOnlyList<PreparationResult> results)
    {
        Preparation = results;
        Report(Name, results);
    }

    /// <summary>Says aloud what of a preparation could not be had.</summary>
    internal static void Report(string source, IReadOnlyList<PreparationResult> results)
    {
        foreach (PreparationResult result in results.Where(static result => !result.IsDone))
        {
            RaiseNotice(InterruptNoticeKind.PreparationIncomplete, source, $"the thread of '{source}' could not be prepared ({result.Step}): {result.Explanation}.");
        }
    }

    /// <summary>
    /// Clears the key, waits until no thread is in the slot, and drops what a mask held back. Signals that come later find no source.
    /// </summary>
    private protected void WaitUntilQuiet()
    {
        // The full fence between this write and the read of Active is the other half of InterruptDelivery.Enter.
        Interlocked.Exchange(ref Slot->Key, 0);
        var spinner = default(SpinWait);
        while (Volatile.Read(ref Slot->Active) != 0)
        {
            spinner.SpinOnce();
        }

        // Only a mask can have left anything, and its end must not deliver for a source that was stopped.
        Interlocked.Exchange(ref Slot->Pending, 0);
    }

    /// <summary>
    /// Calls <paramref name="read"/> until no delivery fell into it. If deliveries come so fast that each try fails, the source is masked for
    /// one.
    /// </summary>
    private protected TResult ReadConsistently<TResult>(Func<TResult> read)
    {
        const int Attempts = 64;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            long before = Volatile.Read(ref Slot->Sequence);
            if ((before & 1) == 0)
            {
                TResult result = read();
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref Slot->Sequence) == before)
                {
                    return result;
                }
            }
        }

        HoldBack();
        try
        {
            return read();
        }
        finally
        {
            LetGo();
        }
    }
}
