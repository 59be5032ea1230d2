using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>An interrupt source with its handler and the handler's state.</summary>
/// <typeparam name="TState">A plain unmanaged struct.</typeparam>
public abstract unsafe class InterruptSource<TState> : InterruptSource
    where TState : unmanaged
{
    private readonly InterruptHandler<TState> _handler;
    private readonly VerifiedHandler? _verified; // Keeps what was verified alive.
    private TState* _state;
    private TState _finalState;
    private bool _updating; // Under the gate.
    private bool _codeReplaced; // Used by the watch only.
    private bool _targetEndReported; // Under the gate.

    private protected InterruptSource(
        InterruptHandler<TState> handler, VerifiedHandler? verified, in TState initialState, string name, DeliveryMode delivery, int signal)
        : base(name, delivery, signal)
    {
        _handler = handler;
        _verified = verified;

        // SAFETY: freed by FreeState only, after the slot's key is cleared and no thread is in the slot.
        _state = (TState*)NativeMemory.AlignedAlloc((nuint)sizeof(TState), 64);
        *_state = initialState;
        Slot->State = _state;
        Slot->EntryLatency = (InterruptHistogram*)NativeMemory.AllocZeroed((nuint)sizeof(InterruptHistogram));
        Slot->Handler = verified is null ? null : (delegate*<void*, in InterruptContext, void>)verified.EntryPoint;
    }

    /// <summary>A copy of the state as it was between two deliveries; after disposal, the last one. Never torn.</summary>
    /// <remarks>Lock-free towards the handler. If 64 tries all meet a delivery, the source is masked for the copy.</remarks>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public TState Snapshot()
    {
        ThrowIfInsideHandler();
        lock (Gate)
        {
            return IsDisposed ? _finalState : ReadConsistently(() => *_state);
        }
    }

    /// <summary>Changes the state while the source is masked; what came meanwhile is delivered when it is done, on this thread.</summary>
    /// <param name="update">Works on a copy, so that an exception leaves the state as it was. Keep it short.</param>
    /// <exception cref="ObjectDisposedException">The source is disposed, or was by <paramref name="update"/>.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler, or inside another update of this source.</exception>
    public void Update(StateUpdate<TState> update)
    {
        ArgumentNullException.ThrowIfNull(update);
        ThrowIfInsideHandler();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (_updating)
            {
                throw new InvalidOperationException($"An update of '{Name}' updates it again: the outer one would undo that. Make both changes in one update.");
            }

            HoldBack();
            _updating = true;
            try
            {
                TState copy = *_state;
                update(ref copy);
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                *_state = copy;
            }
            finally
            {
                _updating = false;
                if (!IsDisposed)
                {
                    LetGo();
                }
            }
        }
    }

    /// <summary>The kernel's id of the thread that is interrupted; 0: the process.</summary>
    private protected int TargetThread { get; init; }

    internal override void WatchTarget()
    {
        // Somebody who has the gate may be disposing the source, and then the end of its own thread is no news. The next look is soon.
        if (!Monitor.TryEnter(Gate))
        {
            return;
        }

        bool ended;
        try
        {
            ended = TargetThread != 0 && !_targetEndReported && !IsDisposed && !KernelTimer.ThreadLives(TargetThread);
            _targetEndReported |= ended;
            if (ended)
            {
                ForgetThread();
            }
        }
        finally
        {
            Monitor.Exit(Gate);
        }

        if (ended)
        {
            InterruptSource.RaiseNotice(
                InterruptNoticeKind.TargetEnded,
                Name,
                $"thread {TargetThread}, which '{Name}' interrupts, has ended, so the source is silent. Dispose it before its thread ends.");
        }
    }

    internal override void WatchCode()
    {
        if (_verified is null || _codeReplaced || (_verified.IsUnchanged() && DispatcherMethods.Entry.IsUnchanged()) || !Monitor.TryEnter(Gate))
        {
            return;
        }

        try
        {
            if (IsDisposed)
            {
                return;
            }

            _codeReplaced = true;
            HoldBack();
        }
        finally
        {
            Monitor.Exit(Gate);
        }

        InterruptSource.RaiseNotice(
            InterruptNoticeKind.CodeReplaced,
            Name,
            $"the code of a method that the handler of '{Name}' calls was replaced after its verification, most likely by a profiler, so the source is masked for good. " +
            "Mark what the handler calls AggressiveInlining, or run without the profiler.");
    }

    /// <summary>Makes the thread that the source's signals go to.</summary>
    /// <param name="target">Not looked at in threaded delivery.</param>
    /// <param name="preparation">How the thread is to be prepared, if it is the source's own.</param>
    /// <param name="shares">What the handler shares with others of that thread.</param>
    /// <param name="others">Further signals that it takes in threaded delivery.</param>
    private protected InterruptedThread MakeTarget(InterruptTarget target, ThreadPreparation? preparation, IReadOnlyList<InterruptShared> shares, params int[] others)
    {
        ThreadPreparer? preparer = preparation is null ? null : new(preparation, [.. MemoryOfHandler()]);
        var thread = InterruptedThread.Of(target, Delivery, Name, Signal, DeliverThreaded, preparer, others);
        Report(preparer?.Results ?? []);
        try
        {
            Share(shares, target, thread.ThreadId);
            return thread;
        }
        catch
        {
            thread.EndDelivery(static () => { });
            thread.Dispose();
            throw;
        }
    }

    private void Share(IReadOnlyList<InterruptShared> shares, InterruptTarget target, int threadId)
    {
        if (shares.Count != 0)
        {
            SharingSources.Bind(this, Slot, target, threadId, shares);
            IsSharing = true;
        }
    }

    /// <summary>What the handler and the dispatcher use. In threaded delivery the code is not known.</summary>
    private protected virtual IEnumerable<MemoryRange> MemoryOfHandler()
    {
        IEnumerable<VerifiedHandler> code = _verified is null ? [] : [_verified, DispatcherMethods.Entry];
        return code.SelectMany(static method => method.Report.Bodies).Where(static body => body.Instructions.Length > 0)
            .Select(static body => new MemoryRange(body.Entry, (nint)body.Instructions[^1].NextIP - body.Entry, IsWritable: false))
            .Concat([Range(_state, sizeof(TState)), Range(Slot, sizeof(InterruptSlot)), Range(Slot->EntryLatency, sizeof(InterruptHistogram))]);
    }

    /// <summary>Memory that is written to.</summary>
    private protected static MemoryRange Range(void* start, int length) => new((nint)start, length, IsWritable: true);

    private protected override void FreeState()
    {
        _finalState = *_state;
        NativeMemory.AlignedFree(_state);
        _state = null;
        NativeMemory.Free(Slot->EntryLatency);
        Slot->EntryLatency = null;
        Slot->State = null;
    }

    private protected override void Replay()
    {
        if (Slot->Handler == null)
        {
            RunHere();
            return;
        }

        if (IsSharing)
        {
            // Beside those that it shares with, it may run on their thread only.
            CeilingGroup.Send(Slot->Group, Slot);
            return;
        }

        // As in the handler of its signal: only higher levels interrupt it.
        using (InterruptMask.UpTo(Level))
        {
            if (IsElsewhere)
            {
                RunHere();
            }
            else
            {
                InterruptDispatcher.Replay(Slot, Slot->Key, Signal);
            }
        }
    }

    /// <summary>Takes one signal in threaded delivery: this source's, or another's that was sent to the process.</summary>
    /// <param name="info">The signal.</param>
    /// <param name="stopping">The source is being stopped: its own signals mean nothing any more.</param>
    private protected void DeliverThreaded(siginfo_t info, bool stopping)
    {
        // A full queue concerns this source and, if the kernel told the process of it, others.
        bool overflow = DescriptorSignal.IsOverflow(&info);
        ulong key = overflow ? Volatile.Read(ref Slot->Key) : InterruptOrigin.KeyOf(SourceTable.Root, &info);
        bool live = InterruptDelivery.Enter(Slot, key);
        bool ours = live && key != 0 && InterruptOrigin.IsOf(Slot, &info);
        try
        {
            if (ours)
            {
                InterruptOrigin.Post(Slot, &info, DispatchClock.Now(LibC.CLOCK_MONOTONIC));
                RunHere();
            }
        }
        finally
        {
            InterruptDelivery.Leave(Slot);
        }

        bool wasOurs = key >= Slot->FirstKey && key <= Slot->LastKey;
        if (overflow || (!ours && !(stopping && wasOurs)))
        {
            // As in the handler of its signal, whichever source it is of.
            using (InterruptMask.UpTo(overflow ? InterruptLevel.Count - 1 : SignalRegistry.LevelOf(info.si_signo)))
            {
                InterruptDispatcher.AcceptWaited(&info);
            }
        }
    }

    // InterruptDelivery.Begin, for a thread that the source does not interrupt: what the one that it interrupts has written of its masks is seen here only
    // after a fence in both.
    private bool BeginElsewhere(InterruptFrame* frame)
    {
        while (InterruptDelivery.MayStart(Slot))
        {
            if (SourceMasks.InForce(Slot->Masks))
            {
                InterruptDelivery.LeaveNote(Slot);
                Interlocked.MemoryBarrierProcessWide();
                if (SourceMasks.InForce(Slot->Masks))
                {
                    return false;
                }
            }

            if (!InterruptDelivery.Occupy(Slot))
            {
                return false;
            }

            Interlocked.MemoryBarrierProcessWide();
            if (InterruptDelivery.StartUnlessMasked(Slot, frame))
            {
                return true;
            }
        }

        return false;
    }

    // As ordinary code. The handler may be unverified, and may throw then: the source is given back, and the exception goes its way.
    private void RunHere()
    {
        if (!IsSharing)
        {
            RunAlone();
            return;
        }

        SharingSources.EnterHandler();
        try
        {
            RunAlone();
        }
        finally
        {
            SharingSources.LeaveHandler();
        }
    }

    private void RunAlone()
    {
        InterruptFrame frame = default;
        frame.Signal = Signal;
        frame.Level = Level;
        frame.Slot = Slot;
        frame.Registers = &SourceTable.Root->NoRegisters;
        frame.Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        while (IsElsewhere ? BeginElsewhere(&frame) : InterruptDelivery.Begin(Slot, &frame))
        {
            HandlerThread = Environment.CurrentManagedThreadId;
            try
            {
                _handler(ref *_state, new InterruptContext(&frame));
            }
            finally
            {
                HandlerThread = 0;
                CeilingGroup.Restore(Slot, raised: 0);
                InterruptDelivery.End(Slot, &frame);
            }

            frame.Timestamp = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
        }
    }
}
