using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf.Timers;

/// <summary>
/// Lets timers expire: a heap of those that are set, one POSIX timer of the kernel, armed for the first of them, and a thread that waits
/// for its signal and hands what has expired to the thread pool. Ordinary context; thread-safe.
/// </summary>
/// <remarks>
/// Whoever sets a timer that is to expire before all others arms the kernel's timer anew, so the thread is not woken to do that. Whoever
/// takes the first one out leaves it armed: the thread finds nothing due then, and sleeps again. A signal that an earlier arm left
/// behind does no more than that, too. Absolute times on CLOCK_MONOTONIC, which is the clock of <see cref="TimeProvider.GetTimestamp"/>,
/// and a comparison with that clock before each expiry: never early. POSIX timers have no slack (timer_settime(2)), as sleeps have.
/// </remarks>
internal sealed unsafe class TimerThread
{
    /// <summary>
    /// Expiries of one periodic timer that are made up for when the thread comes late. What is older is left out: a program that was
    /// stopped for an hour would do nothing else.
    /// </summary>
    public const int MostMadeUp = 100;

    private const ulong NoSource = 0; // Never the key of one.
    private const long NotArmed = long.MaxValue;

    private readonly object _gate = new();
    private readonly TimerHeap _heap = new();
    private readonly int _timerId;
    private readonly ThreadedDelivery _thread;
    private long _armedFor = NotArmed;
    private long _overruns;
    private bool _closing;
    private bool _ended;

    public TimerThread(string name, int signal, ThreadPreparer? preparer)
    {
        _thread = new ThreadedDelivery($"TopHalf {name}", [signal], (info, _) => OnSignal(info), preparer);
        try
        {
            _timerId = KernelTimer.Create(LibC.CLOCK_MONOTONIC, signal, _thread.ThreadId, NoSource);
        }
        catch
        {
            _ended = true;
            _thread.RequestStop();
            throw;
        }
    }

    /// <summary>The kernel's id of the thread.</summary>
    public int ThreadId => _thread.ThreadId;

    /// <summary>Timers that are set.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _heap.Count;
            }
        }
    }

    /// <summary>Expiries that were left out.</summary>
    public long Overruns
    {
        get
        {
            lock (_gate)
            {
                return _overruns;
            }
        }
    }

    /// <summary>No new timers, from now on. The thread ends when none is set any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            WakeIfDone();
        }
    }

    /// <summary>Waits for the thread's end.</summary>
    public void Join() => _thread.Join();

    /// <summary>Sets a timer anew.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="due">Nanoseconds from now on, or <see cref="TimerInterval.Never"/>.</param>
    /// <param name="period">Nanoseconds; 0: once.</param>
    /// <returns>False if it is disposed of, or if it would have to expire and the thread is closed.</returns>
    public bool Change(ProvidedTimer timer, long due, long period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed || (_closing && due != TimerInterval.Never))
            {
                return false;
            }

            if (due == TimerInterval.Never)
            {
                _heap.Remove(timer);
                WakeIfDone();
            }
            else
            {
                timer.Period = period;
                _heap.Set(timer, DispatchClock.Now(LibC.CLOCK_MONOTONIC) + due);
                ArmForFirst();
            }

            return true;
        }
    }

    /// <summary>Disposes of a timer: what of it has not begun to call does not call any more.</summary>
    public void Remove(ProvidedTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _heap.Remove(timer);
            WakeIfDone();
        }
    }

    /// <summary>Completed when no callback of a timer that was disposed of runs any more.</summary>
    public ValueTask WhenQuiet(ProvidedTimer timer)
    {
        lock (_gate)
        {
            if (timer.Running == 0)
            {
                return ValueTask.CompletedTask;
            }

            // Continuations run elsewhere: the gate is held when it is completed.
            timer.Quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(timer.Quiet.Task);
        }
    }

    /// <summary>Whether a callback may begin. If so, <see cref="EndCallback"/> has to follow.</summary>
    public bool BeginCallback(ProvidedTimer timer)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            timer.Running++;
            return true;
        }
    }

    public void EndCallback(ProvidedTimer timer)
    {
        lock (_gate)
        {
            if (--timer.Running == 0)
            {
                timer.Quiet?.SetResult();
            }
        }
    }

    // On the thread.
    private void OnSignal(siginfo_t info)
    {
        // The number is shared: it may be of a source whose signals go to the process, or somebody else's.
        if (info.si_code != LibC.SI_TIMER || info.si_value != NoSource)
        {
            // As in the handler of its signal: only higher levels interrupt it.
            using (InterruptMask.UpTo(SignalRegistry.LevelOf(info.si_signo)))
            {
                InterruptDispatcher.AcceptWaited(&info);
            }

            return;
        }

        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _armedFor = NotArmed;
            long now = DispatchClock.Now(LibC.CLOCK_MONOTONIC);
            while (_heap.Count > 0 && _heap.First.Due <= now)
            {
                Expire(_heap.First, now);
            }

            ArmForFirst();
            if (_closing && _heap.Count == 0)
            {
                _ended = true;
                KernelTimer.Delete(_timerId);
                _thread.RequestStop();
            }
        }
    }

    private void Expire(ProvidedTimer timer, long now)
    {
        if (timer.Period == 0)
        {
            _heap.Remove(timer);
        }
        else
        {
            // From its due time, not from now: no drift.
            long leftOut = Math.Max(0, ((now - timer.Due) / timer.Period) - MostMadeUp);
            _overruns += leftOut;
            _heap.Set(timer, timer.Due + ((1 + leftOut) * timer.Period));
        }

        ThreadPool.UnsafeQueueUserWorkItem(timer, preferLocal: false);
    }

    private void ArmForFirst()
    {
        if (_heap.Count > 0 && _heap.First.Due < _armedFor)
        {
            _armedFor = _heap.First.Due;
            KernelTimer.Arm(_timerId, _armedFor, period: 0);
        }
    }

    // At once; the thread does the rest.
    private void WakeIfDone()
    {
        if (_closing && !_ended && _heap.Count == 0)
        {
            _armedFor = 0;
            KernelTimer.Arm(_timerId, due: 0, period: 0);
        }
    }
}
