using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>The thread that a source's signals go to: the user's, or one that the source makes and ends. Ordinary context.</summary>
internal sealed class InterruptedThread : IDisposable
{
    private readonly DedicatedThread? _dedicated;
    private readonly ThreadedDelivery? _threaded;

    private InterruptedThread(int threadId, DedicatedThread? dedicated = null, ThreadedDelivery? threaded = null)
    {
        ThreadId = threadId;
        _dedicated = dedicated;
        _threaded = threaded;
    }

    /// <summary>The kernel's id of the thread; 0 for the process.</summary>
    public int ThreadId { get; }

    /// <summary>The same, if other code runs on the thread, too, and is interrupted; else 0.</summary>
    public int SharedThreadId => _dedicated is null && _threaded is null ? ThreadId : 0;

    /// <summary>Makes the thread, if it is to be the source's own.</summary>
    /// <param name="target">Not looked at in threaded delivery.</param>
    /// <param name="delivery">How the source delivers.</param>
    /// <param name="source">Its name.</param>
    /// <param name="signal">Its signal.</param>
    /// <param name="deliver">Takes signals in threaded delivery.</param>
    /// <param name="preparer">Prepares the thread, if it is the source's own; null: as it is.</param>
    /// <param name="others">Further signals that it is to take.</param>
    /// <exception cref="InterruptLimitException">There is no alternate stack left for the thread.</exception>
    public static InterruptedThread Of(InterruptTarget target, DeliveryMode delivery, string source, int signal, Action<siginfo_t, bool> deliver, ThreadPreparer? preparer, params int[] others)
    {
        if (delivery == DeliveryMode.Threaded)
        {
            var threaded = new ThreadedDelivery($"TopHalf {source}", [signal, .. others], deliver, preparer);
            return new InterruptedThread(threaded.ThreadId, threaded: threaded);
        }

        if (target.Kind == InterruptTargetKind.Dedicated)
        {
            var dedicated = new DedicatedThread($"TopHalf {source}", preparer);
            return new InterruptedThread(dedicated.ThreadId, dedicated);
        }

        return new InterruptedThread(target.ThreadId);
    }

    /// <summary>In threaded delivery, ends the thread, which waits for a signal.</summary>
    /// <param name="wake">Sends it one. Without, it looks by itself after a while.</param>
    public void EndDelivery(Action wake)
    {
        if (_threaded is not null)
        {
            _threaded.RequestStop();
            wake();
            _threaded.Join();
        }
    }

    /// <summary>Ends a dedicated thread. No source may target it any more.</summary>
    public void Dispose() => _dedicated?.Dispose();
}
