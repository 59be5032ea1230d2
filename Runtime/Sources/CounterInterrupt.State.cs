using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>An interrupt each time that so many events of a thread were counted. Made by <see cref="CounterInterrupt"/>.</summary>
/// <typeparam name="TState">The handler's state.</typeparam>
/// <remarks>
/// <para>The handler runs on the thread whose events are counted, close behind the instruction that made the last of them: of the kernel's events at it, of the
/// hardware's some instructions later. What happens in the handler counts, too.</para>
/// <para>The counter is read for each delivery, so none is lost: those that follow each other too fast for the kernel, that fell into the kernel itself, or for whose
/// signals there was no room, are merged into a later delivery and counted as <see cref="InterruptContext.Overruns"/>. The kernel allows
/// kernel.perf_event_max_sample_rate interrupts a second, and stops a counter that makes more until the next tick of its own clock.</para>
/// <para>Source: perf_event_open(2), "Overflow handling".</para>
/// </remarks>
public sealed unsafe class CounterInterrupt<TState> : DescriptorSource<TState>
    where TState : unmanaged
{
    private long _every;
    private long _finalCount;

    internal CounterInterrupt(
        InterruptHandler<TState> handler,
        VerifiedHandler? verified,
        in TState initialState,
        string name,
        DeliveryMode delivery,
        int signal,
        CounterEvent counted,
        long every,
        InterruptTarget target,
        CounterInterruptOptions options)
        : base(handler, verified, initialState, name, delivery, signal)
    {
        TargetThread = target.ThreadId;
        Limit(options.Budget, target);
        try
        {
            int counter = Open(ref counted, ref every, options);
            Counted = counted;
            _every = Slot->Every = every;
            Connect(DescriptorSignals.Adopt(counter), announced: -1, FileBands.Input, target, preparation: null, options.Shares);
            if (!options.StartPaused)
            {
                KernelCounter.Enable(Signals!.Descriptor);
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        SourceWatch.Add(this);
    }

    /// <summary>What is counted: the event that was asked for, or the one of <see cref="CounterInterruptOptions.Fallback"/>.</summary>
    public CounterEvent Counted { get; }

    /// <summary>How many events make an interrupt.</summary>
    public long Every => Volatile.Read(ref _every);

    /// <summary>How many events were counted up to now; after disposal, the last number.</summary>
    /// <exception cref="InvalidOperationException">Read inside the handler.</exception>
    public long Count
    {
        get
        {
            ThrowIfInsideHandler();
            lock (Gate)
            {
                return IsDisposed ? _finalCount : KernelCounter.Read(Signals!.Descriptor);
            }
        }
    }

    /// <summary>Stops counting until <see cref="Resume"/>. Interrupts of another thread that are on their way may still come.</summary>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Pause() => Control(KernelCounter.Disable);

    /// <summary>Counts on.</summary>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Resume() => Control(KernelCounter.Enable);

    /// <summary>Changes how many events make an interrupt. Interrupts that are still on their way are dropped.</summary>
    /// <param name="every">From now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">As at the start.</exception>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Change(long every)
    {
        KernelCounter.Validate(Counted, every, nameof(every));
        Control(descriptor =>
        {
            HoldBack();
            try
            {
                KernelCounter.SetPeriod(descriptor, every);
                Slot->Settled = KernelCounter.Read(descriptor);
                Slot->Every = every;
                Volatile.Write(ref _every, every);
            }
            finally
            {
                LetGo();
            }
        });
    }

    private protected override void Stop()
    {
        if (Signals is { } signals)
        {
            KernelCounter.Disable(signals.Descriptor);
            _finalCount = KernelCounter.Read(signals.Descriptor);
        }

        base.Stop();
    }

    private int Open(ref CounterEvent counted, ref long every, CounterInterruptOptions options)
    {
        try
        {
            return KernelCounter.Open(counted, every, options.CountKernel, TargetThread);
        }
        catch (CounterUnavailableException absent) when (absent.IsAbsent && options.Fallback is not null)
        {
            (counted, every) = (options.Fallback.Event, options.Fallback.Every);
            int counter = KernelCounter.Open(counted, every, options.CountKernel, TargetThread);
            InterruptSource.RaiseNotice(InterruptNoticeKind.CounterFallback, Name, $"'{Name}' counts {every} of {counted} instead. {absent.Message}");
            return counter;
        }
    }

    private void Control(Action<int> change)
    {
        ThrowIfInsideHandler();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            change(Signals!.Descriptor);
        }
    }
}
