namespace TopHalf;

/// <summary>
/// A thread that one queue has for itself: it blocks until there is an item, and then goes on with the reader that sleeps, right there. Started by the first sleep, ends
/// with the queue. Ordinary context; thread-safe.
/// </summary>
/// <param name="sleeper">The queue's reader.</param>
/// <param name="wait">Blocks until there is something to read (true) or nothing comes any more.</param>
internal sealed class QueueThread(QueueSleeper sleeper, Func<bool> wait)
{
    private readonly object _gate = new();
    private bool _runs;
    private bool _isArmed;
    private bool _ended;

    /// <summary>A reader sleeps from here on.</summary>
    public void Arm()
    {
        lock (_gate)
        {
            if (!_runs && !_ended)
            {
                new Thread(Run) { Name = "TopHalf queue", IsBackground = true }.UnsafeStart();
                _runs = true;
            }

            _isArmed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes the sleep back.</summary>
    /// <returns>Whether there was one; if so the caller has to end it.</returns>
    public bool Disarm()
    {
        lock (_gate)
        {
            return Take();
        }
    }

    /// <summary>The queue is disposed of: nobody will sleep any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.Pulse(_gate);
        }
    }

    private bool Take()
    {
        bool wasArmed = _isArmed;
        _isArmed = false;
        return wasArmed;
    }

    private void Run()
    {
        while (IsWanted())
        {
            try
            {
                if (!wait())
                {
                    // Whoever completed the queue has ended the sleep.
                    continue;
                }
            }
            catch (ObjectDisposedException)
            {
                // So has whoever disposed of it.
                continue;
            }

            if (Disarm())
            {
                sleeper.WakeHere();
            }
        }
    }

    // Blocks while no reader sleeps.
    private bool IsWanted()
    {
        lock (_gate)
        {
            while (!_isArmed && !_ended)
            {
                Monitor.Wait(_gate);
            }

            return !_ended;
        }
    }
}
