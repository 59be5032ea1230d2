using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>What sources have in common whose interrupts come of a descriptor: <see cref="FileInterrupt{TState}"/> and <see cref="CounterInterrupt{TState}"/>.</summary>
/// <typeparam name="TState">The handler's state.</typeparam>
public abstract unsafe class DescriptorSource<TState> : InterruptSource<TState>
    where TState : unmanaged
{
    private ulong _key;
    private InterruptedThread? _target;
    private long _finalOverflows;
    private bool _overflowReported; // Used by the watch only, as is the next.
    private bool _takenReported;

    private protected DescriptorSource(
        InterruptHandler<TState> handler, VerifiedHandler? verified, in TState initialState, string name, DeliveryMode delivery, int signal)
        : base(handler, verified, initialState, name, delivery, signal)
    {
    }

    /// <summary>
    /// How often the kernel had no room for a signal of a descriptor of the target's (RLIMIT_SIGPENDING), and what is ready was found by looking.
    /// </summary>
    /// <exception cref="InvalidOperationException">Read inside the handler.</exception>
    public long QueueOverflows
    {
        get
        {
            ThrowIfInsideHandler();
            lock (Gate)
            {
                return IsDisposed ? _finalOverflows : Volatile.Read(ref Slot->Overflows);
            }
        }
    }

    private protected DescriptorSignals? Signals { get; private set; }

    internal override void WatchOrigin()
    {
        if (!Monitor.TryEnter(Gate))
        {
            return;
        }

        List<(InterruptNoticeKind Kind, string Message)> notices = [];
        try
        {
            if (!IsDisposed)
            {
                Examine((kind, message) => notices.Add((kind, message)));
            }
        }
        finally
        {
            Monitor.Exit(Gate);
        }

        foreach ((InterruptNoticeKind kind, string message) in notices)
        {
            InterruptSource.RaiseNotice(kind, Name, message);
        }
    }

    /// <summary>Looks for what is to be reported, under the gate.</summary>
    private protected virtual void Examine(Action<InterruptNoticeKind, string> report)
    {
        if (!_overflowReported && Slot->Overflows != 0)
        {
            _overflowReported = true;
            report(
                InterruptNoticeKind.SignalQueueFull,
                $"the kernel had no room for a signal of '{Name}' or of another descriptor of its thread (RLIMIT_SIGPENDING, 'ulimit -i'). What is ready was found by looking, so nothing that still matters is lost. " +
                "More come than are served: make the handler faster, mask for shorter times, or raise the limit.");
        }

        if (!_takenReported && Signals is { IsTaken: true })
        {
            _takenReported = true;
            report(
                InterruptNoticeKind.DescriptorTaken,
                $"other code in this process changed O_ASYNC or F_SETSIG of the open file that '{Name}' watches, so the source is silent. Find who calls fcntl or ioctl (FIOASYNC) for it.");
        }
    }

    /// <summary>Has the kernel send signals from here on. If it fails, disposal undoes what was done.</summary>
    /// <param name="signals">The descriptor's. The source's from here on.</param>
    /// <param name="announced">What the handler is told; -1: nothing.</param>
    /// <param name="bands">What it wants to hear of.</param>
    /// <param name="target">The thread.</param>
    /// <param name="preparation">How it is to be prepared, if it is the source's own.</param>
    /// <param name="shares">What the handler shares with others of that thread.</param>
    private protected void Connect(DescriptorSignals signals, int announced, FileBands bands, InterruptTarget target, ThreadPreparation? preparation, IReadOnlyList<InterruptShared> shares)
    {
        Signals = signals;
        _target = MakeTarget(target, preparation, shares, LibC.SIGIO);
        KernelTimer.RequireThread(_target.ThreadId);
        Slot->Code = LibC.POLL_IN;
        Slot->Sender = LibC.getpid();
        Slot->Descriptor = signals.Descriptor;
        Slot->Announced = announced;
        Slot->Bands = (int)bands;
        Slot->TargetThread = _target.ThreadId;
        _key = SourceTable.NextKey(Slot);
        Volatile.Write(ref Slot->Key, _key);
        signals.Arm(Signal, _target.ThreadId, _key, (int)bands);
    }

    /// <summary>The thread's id; 0: the process.</summary>
    private protected int ConnectedThread => _target?.ThreadId ?? 0;

    /// <summary>Asks the source to look at its descriptor, by a signal.</summary>
    /// <returns>0, or a negative errno.</returns>
    private protected int RequestLook()
    {
        var info = new siginfo_t { si_signo = Signal, si_code = LibC.SI_QUEUE, si_pid = LibC.getpid(), si_value = _key };
        int thread = ConnectedThread;
        return (int)(thread == 0
            ? SignalSafeLibC.rt_sigqueueinfo(LibC.getpid(), Signal, &info)
            : SignalSafeLibC.rt_tgsigqueueinfo(LibC.getpid(), thread, Signal, &info));
    }

    private protected override void Silence() => Signals?.Silence();

    private protected override void Revive() => Signals?.Revive();

    private protected override void Stop()
    {
        Signals?.Disarm();

        // A thread that waits for the signal wakes by it; what it finds no longer means anything.
        WaitUntilQuiet();
        _target?.EndDelivery(() => _ = RequestLook());
        _target?.Dispose();
        _finalOverflows = Slot->Overflows;
        Signals?.Dispose();
    }
}
