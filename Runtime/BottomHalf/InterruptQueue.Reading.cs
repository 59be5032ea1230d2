// The reading end of InterruptQueue<T>: taking items, and blocking until there are some.
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

public sealed unsafe partial class InterruptQueue<T>
{
    private int _blocked; // Threads in Wait, under _gate.
    private TaskCompletionSource? _ended; // Made when somebody asks, under _gate.

    /// <summary>Whether the queue was completed and everything that had been written was read or dropped: nothing comes any more.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                long tail = Volatile.Read(ref _control->Tail);

                // An item that is claimed and not yet published wakes its reader when it is.
                return tail < 0 && Claimed(tail) == Head;
            }
        }
    }

    /// <summary>Takes the oldest item, if there is one. Never waits.</summary>
    /// <param name="item">The item, or the default value.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    /// <remarks>Threads that read side by side get each item once, in no useful order among them.</remarks>
    public bool TryRead(out T item)
    {
        item = default;
        return Read(new Span<T>(ref item)) == 1;
    }

    /// <summary>Takes the oldest items, as many as there are and find place. Never waits.</summary>
    /// <param name="items">Where they go, from the start. What is behind them may be overwritten.</param>
    /// <returns>How many there were. <see cref="BackPressure.LatestOnly"/> gives one at most.</returns>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public int Read(Span<T> items)
    {
        if (BackPressure == BackPressure.LatestOnly && items.Length > 1)
        {
            items = items[..1];
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (true)
            {
                // SAFETY: the mask keeps the index inside the ring, and the ring lives, as Dispose takes the lock too. A handler may drop what is
                // being copied, and fill its cell; then the swap fails, and the copy is made again.
                long head = Volatile.Read(ref _control->Head);
                int count = 0;
                for (; count < items.Length; count++)
                {
                    QueueCell<T>* cell = Cell(head + count);
                    if (!IsPublished(cell, head + count))
                    {
                        break;
                    }

                    items[count] = cell->Value;
                }

                if (count == 0)
                {
                    // Dropped between the two looks: there is a newer one.
                    if (Volatile.Read(ref _control->Head) == head)
                    {
                        return 0;
                    }
                }
                else if (Interlocked.CompareExchange(ref _control->Head, head + count, head) == head)
                {
                    _read += count;
                    EndIfDrained();
                    return count;
                }
                else
                {
                    Retries++;
                }
            }
        }
    }

    /// <summary>How often items were dropped while they were being copied, and others taken. Under the gate.</summary>
    internal long Retries { get; private set; }

    /// <summary>Blocks this thread until there is something to read, or nothing comes any more.</summary>
    /// <returns>Whether there is something to read; false: the queue is completed and empty.</returns>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public bool Wait() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Blocks this thread until there is something to read, nothing comes any more, or the time is up.</summary>
    /// <param name="timeout">How long to wait at most; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <returns>Whether there is something to read. If not, <see cref="IsDrained"/> tells the end from the time-out.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    /// <remarks>
    /// The shortest way from a handler to a reader: the handler wakes this thread itself, by a futex. Any number of threads may wait. It is not
    /// ended by <see cref="Thread.Interrupt"/>, but by <see cref="Complete"/> and <see cref="Dispose"/>.
    /// </remarks>
    public bool Wait(TimeSpan timeout)
    {
        var deadline = Deadline.After(timeout);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _blocked++;
        }

        try
        {
            while (true)
            {
                // Asked before the last look: what came meanwhile is found by that.
                long left = deadline.Left();
                lock (_gate)
                {
                    ObjectDisposedException.ThrowIf(_disposed, this);

                    // The full fence between this store and the look into the ring.
                    Interlocked.Exchange(ref _control->Blocked, 1);
                    if (HasItem())
                    {
                        return true;
                    }

                    if (left == 0 || IsDrained)
                    {
                        return false;
                    }
                }

                // SAFETY: the block stays this queue's until this thread has counted itself out.
                LibC.futex_wait(&_control->Blocked, 1, left);
            }
        }
        finally
        {
            lock (_gate)
            {
                _blocked--;
                if (_disposed)
                {
                    ReturnBlock();
                }
            }
        }
    }

    /// <summary>Ends when nothing comes any more: well if the queue was completed, by an exception if it was disposed before.</summary>
    internal Task Ended
    {
        get
        {
            lock (_gate)
            {
                if (_ended is null)
                {
                    _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    if (_disposed)
                    {
                        EndAsDisposed();
                    }
                    else
                    {
                        EndIfDrained();
                    }
                }

                return _ended.Task;
            }
        }
    }

    private static bool IsPublished(QueueCell<T>* cell, long position) => Volatile.Read(ref cell->Sequence) == position + 1;

    // Under _gate, of a queue that is not disposed. SAFETY: the mask keeps the index inside the ring.
    private QueueCell<T>* Cell(long position) => (QueueCell<T>*)_control->Cells + (position & _control->Mask);

    // Under _gate, of a queue that is not disposed.
    private bool HasItem()
    {
        while (true)
        {
            long head = Volatile.Read(ref _control->Head);
            if (IsPublished(Cell(head), head))
            {
                return true;
            }

            if (Volatile.Read(ref _control->Head) == head)
            {
                return false;
            }
        }
    }

    private bool HasItemOrEnded(out bool hasItem)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            hasItem = HasItem();
            return hasItem || IsDrained;
        }
    }

    private ValueTask SleepAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            ValueTask wait = _sleeper.Sleep();

            // What came between the last look and the flag rang for nobody.
            if (HasItem() || IsDrained)
            {
                _sleeper.Interrupt();
            }

            return wait;
        }
    }

    private void WakeReaders()
    {
        _sleeper.Interrupt();
        WakeBlocked();
    }

    // SAFETY: a word of a block that is never freed.
    private void WakeBlocked()
    {
        Interlocked.Exchange(ref _control->Blocked, 0);
        _ = LibC.futex_wake(&_control->Blocked, int.MaxValue);
    }

    // Under _gate.
    private void EndIfDrained()
    {
        if (_ended is not null && IsDrained)
        {
            _ended.TrySetResult();
        }
    }

    // Under _gate. Does nothing where it ended well before.
    private void EndAsDisposed() => _ended?.TrySetException(new ObjectDisposedException(nameof(InterruptQueue<T>)));
}
