using System.Threading.Tasks.Sources;

namespace TopHalf;

/// <summary>A queue's reader as the doorbell knows it: a reusable task source, one wait at a time.</summary>
/// <remarks>Only who took the sleeper off the doorbell's list ends a wait, so it ends once.</remarks>
internal sealed unsafe class QueueSleeper(QueueControl* control) : IValueTaskSource
{
    // Continuations run elsewhere: the doorbell's thread must be back at its eventfd, and who disposes may hold locks. But for a thread that is there for them.
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>The queue's control block. SAFETY: never freed, and this queue's own while the sleeper is on the doorbell's list.</summary>
    public QueueControl* Control { get; } = control;

    /// <summary>Waits that were begun.</summary>
    public long Sleeps { get; private set; }

    /// <summary>The thread that ends waits and goes on with the reader; null: the doorbell ends them, and the thread pool goes on.</summary>
    public QueueThread? Thread { get; set; }

    /// <summary>Begins a wait. From here on writers ring.</summary>
    public ValueTask Sleep()
    {
        Sleeps++;
        _source.Reset();
        if (Thread is null)
        {
            Doorbell.Arm(this);
        }
        else
        {
            Thread.Arm();
        }

        return new ValueTask(this, _source.Version);
    }

    /// <summary>Ends the wait, and goes on elsewhere. The caller took the sleeper off the list.</summary>
    public void Wake()
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetResult(true);
    }

    /// <summary>Ends the wait, and goes on here. Likewise.</summary>
    public void WakeHere()
    {
        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(true);
    }

    /// <summary>Ends the wait, if there is one.</summary>
    public void Interrupt()
    {
        if (Disarm())
        {
            Wake();
        }
    }

    /// <summary>Ends the wait by an exception, if there is one.</summary>
    public void Interrupt(Exception exception)
    {
        if (Disarm())
        {
            _source.RunContinuationsAsynchronously = true;
            _source.SetException(exception);
        }
    }

    private bool Disarm() => Thread is null ? Doorbell.Disarm(this) : Thread.Disarm();

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
