using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>An interrupt of a descriptor: something to read, room to write, an error, the other end closed. Made by <see cref="FileInterrupt"/>.</summary>
/// <typeparam name="TState">The handler's state.</typeparam>
/// <remarks>
/// <para><b>Edges.</b> An interrupt says that something happened, and not that there is something now: it comes when data arrives, and not because there is
/// some left. So whoever reads, reads until there is nothing left (EAGAIN of a descriptor that does not block). What is ready at the start is told once, as by
/// epoll's EPOLLET. Several that come before the handler runs are merged, with all of <see cref="FileEvent.Bands"/>, and counted as
/// <see cref="InterruptContext.Overruns"/>. One too many may come: for data that was read already.</para>
/// <para><b>Full queue.</b> Where the user has as many signals queued as RLIMIT_SIGPENDING allows, the kernel sends SIGIO instead, without saying for what. The
/// dispatcher then looks at each descriptor of the thread, so nothing that still matters is lost: <see cref="DescriptorSource{TState}.QueueOverflows"/>. TopHalf
/// therefore handles SIGIO in a process that has such a source, also when other code has O_ASYNC without F_SETSIG.</para>
/// <para><b>The open file.</b> Signals are of the open file, which all duplicates of the descriptor share, those of other processes included; it can have one source.
/// The source has a duplicate of its own, so the file stays open until the source is disposed, also if the descriptor is closed: the other end of a pipe or
/// socket hears of it only then. Disposal puts back O_ASYNC, signal and owner as they were.</para>
/// <para><b>Files without signals.</b> For eventfd, timerfd, epoll, pidfd and others the kernel sends none. A thread of TopHalf's, one for all of them, waits for these by
/// epoll and sends the signal: <see cref="IsWatched"/>. So such an interrupt takes a switch of threads more, and tells what is ready when the handler runs. What is always
/// ready, as regular files are, is refused.</para>
/// <para>Source: fcntl(2), "Managing signals"; epoll(7).</para>
/// </remarks>
public sealed unsafe class FileInterrupt<TState> : DescriptorSource<TState>
    where TState : unmanaged
{
    private bool _closeReported; // Used by the watch only.

    internal FileInterrupt(
        InterruptHandler<TState> handler,
        VerifiedHandler? verified,
        in TState initialState,
        string name,
        DeliveryMode delivery,
        int signal,
        int descriptor,
        FileInterruptOptions options)
        : base(handler, verified, initialState, name, delivery, signal)
    {
        Descriptor = descriptor;
        Limit(options.Budget, options.Target);
        try
        {
            Connect(DescriptorSignals.Of(descriptor), descriptor, options.Bands, options.Target, options.Preparation, options.Shares);
            IsWatched = Signals!.IsWatched;
            if (!IsWatched)
            {
                Look();
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        TargetThread = ConnectedThread;
        SourceWatch.Add(this);
    }

    /// <summary>The descriptor that was given.</summary>
    public int Descriptor { get; }

    /// <summary>
    /// Whether the kernel sends no signals for this kind of file (eventfd, timerfd, epoll, pidfd and others), so that a thread of TopHalf's waits for it and sends them.
    /// </summary>
    public bool IsWatched { get; }

    /// <summary>Has the target look at the descriptor: if something is ready, of what the handler wants to hear of, it is called for it.</summary>
    /// <remarks>For a reader that stopped before the end and wants to be told of the rest.</remarks>
    /// <exception cref="InterruptLimitException">The limit of queued signals is reached.</exception>
    /// <exception cref="InterruptTargetException">The target thread has ended.</exception>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Look()
    {
        ThrowIfInsideHandler();
        int error;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            error = (DescriptorSignal.Look(Slot) & Slot->Bands) != 0 ? -RequestLook() : 0;
        }

        // Not under the gate: if the target is this thread, the handler has run by now.
        switch (error)
        {
            case 0:
                return;
            case LibC.EAGAIN:
                throw KernelTimer.LimitReached("signal");
            case LibC.ESRCH:
                throw KernelTimer.ThreadGone(ConnectedThread);
            default:
                throw new InvalidOperationException($"rt_tgsigqueueinfo for '{Name}' failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    // What happened meanwhile was not told.
    private protected override void Revive()
    {
        base.Revive();
        if (!IsWatched)
        {
            Look();
        }
    }

    private protected override void Examine(Action<InterruptNoticeKind, string> report)
    {
        base.Examine(report);
        if (!_closeReported && Signals is { IsFormerGone: true })
        {
            _closeReported = true;
            report(
                InterruptNoticeKind.DescriptorClosed,
                $"descriptor {Descriptor}, which '{Name}' watches, was closed, or is another file by now. Its file stays open until the source is disposed. Dispose of the source before the descriptor is closed.");
        }
    }
}
