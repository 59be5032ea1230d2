using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>A POSIX timer of the kernel whose expiries interrupt a thread and run a handler there. Started by <see cref="InterruptTimer"/>.</summary>
/// <typeparam name="TState">The handler's state.</typeparam>
/// <remarks>
/// Every arm of the timer has a generation of its own, carried by its signals: a signal that an earlier arm left behind (kernels before
/// 6.13 deliver them, later ones do not) is recognised, counted and dropped.
/// Source: timer_create(2), timer_settime(2), sigevent(3type).
/// </remarks>
public sealed class InterruptTimer<TState> : InterruptSource<TState>
    where TState : unmanaged
{
    private readonly InterruptTimerOptions _options;
    private readonly InterruptedThread? _target;
    private readonly int _clockId;
    private int _timerId = -1;

    internal InterruptTimer(
        InterruptHandler<TState> handler,
        VerifiedHandler? verified,
        in TState initialState,
        string name,
        DeliveryMode delivery,
        int signal,
        InterruptTimerOptions options,
        TimerSchedule schedule)
        : base(handler, verified, initialState, name, delivery, signal)
    {
        _options = options;
        Limit(options.Budget, options.Target);
        try
        {
            _target = MakeTarget(options.Target, options.Preparation, options.Shares);
            TargetThread = _target.ThreadId;
            InterruptOnly(_target.SharedThreadId);
            _clockId = KernelTimer.ClockIdOf(options.Clock, options.Target.ThreadId);
            Arm(schedule);
        }
        catch
        {
            Dispose();
            throw;
        }

        SourceWatch.Add(this);
    }

    /// <summary>Changes when the timer fires. Expiries of the old schedule that are still on their way are dropped and counted as spurious.</summary>
    /// <param name="dueTime">The first expiry of the new schedule.</param>
    /// <param name="period">
    /// As in <see cref="InterruptTimer.Start{TState}(InterruptHandler{TState}, TimeSpan, InterruptTimerOptions?)"/>;
    /// <see cref="Timeout.InfiniteTimeSpan"/> fires once.
    /// </param>
    /// <exception cref="ArgumentException">A value is out of its range. The timer goes on as it was.</exception>
    /// <exception cref="InterruptTargetException">The target thread has ended.</exception>
    /// <exception cref="InterruptLimitException">The limit of queued signals is reached. The timer is stopped.</exception>
    /// <exception cref="ObjectDisposedException">The timer is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Change(InterruptDueTime dueTime, TimeSpan period)
    {
        var schedule = TimerSchedule.Create(period, dueTime, _options);
        ThrowIfInsideHandler();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            Arm(schedule);
        }
    }

    /// <summary>Stops the timer until <see cref="Change"/> starts it again. When it returns, the handler is not running.</summary>
    /// <exception cref="ObjectDisposedException">The timer is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    public void Pause()
    {
        ThrowIfInsideHandler();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            KernelTimer.Delete(_timerId);
            _timerId = -1;
            WaitUntilQuiet();
        }
    }

    private protected override void Stop()
    {
        // Only there before the timer is deleted: expiries that come in between would count as spurious.
        if (Delivery == DeliveryMode.Threaded)
        {
            WaitUntilQuiet();
        }

        // The timer's own signal, which needs no place in the queue of signals.
        _target?.EndDelivery(() =>
        {
            if (_timerId >= 0)
            {
                KernelTimer.Arm(_timerId, due: 1, period: 0);
            }
        });
        KernelTimer.Delete(_timerId);
        _timerId = -1;
        _target?.Dispose();
    }

    private protected override void Silence() => KernelTimer.Disarm(_timerId);

    // From now on, in the same rhythm; one that was to fire once may have done so.
    private protected override unsafe void Revive()
    {
        if (_timerId >= 0 && Slot->Period != 0)
        {
            Arm(new TimerSchedule(null, Slot->Period));
        }
    }

    // Takes the timer through a quiet moment to a new generation. A failure of the kernel leaves it stopped, and a later try may succeed.
    private unsafe void Arm(TimerSchedule schedule)
    {
        KernelTimer.RequireThread(TargetThread);
        long due = schedule.FirstDue(_options.Clock, _clockId);
        WaitUntilQuiet();
        ulong key = SourceTable.NextKey(Slot);
        KernelTimer.Replace(ref _timerId, _clockId, Signal, TargetThread, key);
        Slot->Sender = _timerId;
        Slot->Code = LibC.SI_TIMER;
        Slot->ClockId = _clockId;
        Slot->Period = schedule.Period;
        Slot->NextDue = due;
        Volatile.Write(ref Slot->Key, key);
        KernelTimer.Arm(_timerId, due, schedule.Period);
    }
}
