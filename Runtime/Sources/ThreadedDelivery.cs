using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>
/// A thread that takes a source's signals as ordinary events, by sigtimedwait(2), instead of being interrupted by them. Ordinary context.
/// </summary>
/// <remarks>
/// The same kernel timer, the same signal, the same counts as in true delivery; only the handler runs as ordinary managed code, where a
/// debugger can step through it. The signals are blocked on this thread alone, and this thread runs nothing but the handler.
/// </remarks>
internal sealed unsafe class ThreadedDelivery
{
    private readonly Thread _thread;
    private readonly int[] _signals;
    private readonly Action<siginfo_t, bool> _deliver;
    private volatile bool _stop;
    private Exception? _failure;

    /// <param name="name">The thread's name.</param>
    /// <param name="signals">What it waits for.</param>
    /// <param name="deliver">Takes a signal, and whether the thread is to end.</param>
    /// <param name="preparer">Prepares it, before this returns; null: as it is.</param>
    public ThreadedDelivery(string name, int[] signals, Action<siginfo_t, bool> deliver, ThreadPreparer? preparer = null)
    {
        _signals = signals;
        _deliver = deliver;
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() => Run(ready, preparer)) { IsBackground = true, Name = name };
        _thread.Start();
        ready.Wait();
        if (_failure is not null)
        {
            _thread.Join();
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <summary>The kernel's id of the thread.</summary>
    public int ThreadId { get; private set; }

    /// <summary>Makes the thread end at its next signal, or within a second.</summary>
    public void RequestStop() => _stop = true;

    /// <summary>Waits for the thread's end.</summary>
    public void Join() => _thread.Join();

    private void Run(ManualResetEventSlim ready, ThreadPreparer? preparer)
    {
        try
        {
            preparer?.Apply();
        }
        catch (Exception failure)
        {
            // Not swallowed: thrown on the thread that waits for this one.
            _failure = failure;
            ready.Set();
            return;
        }

        ThreadId = LibC.gettid();
        sigset_t set = default;
        foreach (int signal in _signals)
        {
            set.bits |= 1UL << (signal - 1);
        }

        if (LibC.pthread_sigmask(LibC.SIG_BLOCK, &set, null) != 0)
        {
            throw new InvalidOperationException($"Signals {string.Join(", ", _signals)} could not be blocked on the thread that is to wait for them.");
        }

        ready.Set();

        // How long a request to stop may stay unseen if no signal can be sent.
        var patience = new timespec { tv_sec = 1 };
        while (!_stop)
        {
            siginfo_t info;
            if (LibC.sigtimedwait(&set, &info, &patience) > 0)
            {
                _deliver(info, _stop);
            }
            else if (Marshal.GetLastPInvokeError() is not (LibC.EINTR or LibC.EAGAIN))
            {
                throw new InvalidOperationException($"sigtimedwait failed: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }

        preparer?.Undo();
    }
}
