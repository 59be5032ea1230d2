using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>
/// Hands items from a handler to ordinary code: a bounded lock-free ring in unmanaged memory, with any number of writers, nested handlers
/// among them, and one reader.
/// </summary>
/// <typeparam name="T">What is handed over, any unmanaged type.</typeparam>
/// <remarks>
/// <para>Items of one writer arrive in the order they were written. Each is delivered once, or counted as dropped; a full queue drops the
/// newest.</para>
/// <para>All members are for ordinary context and may be called from any thread at any time. What a handler uses is
/// <see cref="Writer"/>.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue.")]
public sealed unsafe class InterruptQueue<T> : IDisposable
    where T : unmanaged
{
    private const int SmallestCapacity = 2;
    private const int LargestCapacity = 1 << 30;

    private readonly object _gate = new();
    private readonly QueueSleeper _sleeper;
    private readonly QueueControl* _control;
    private readonly long _generation;
    private int _readers;

    // Under _gate:
    private long _head;
    private long _written;
    private long _dropped;
    private bool _disposed;

    /// <summary>Makes a queue. Its memory is taken at once: capacity × (size of <typeparamref name="T"/> + 8) bytes, rounded up.</summary>
    /// <param name="capacity">
    /// How many items it holds at least, from 1 to 1,073,741,824. It is rounded up to a power of two, 2 or more: see
    /// <see cref="Capacity"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException">65,536 queues live, or there is no file descriptor or address space left.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for the ring.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux on x86-64 with glibc.</exception>
    public InterruptQueue(int capacity)
    {
        if (capacity is < 1 or > LargestCapacity)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity,
                $"A queue holds from 1 to {LargestCapacity} items. "
                + "Take the longest time the reader may be away, divided by the shortest time between items.");
        }

        PlatformSupport.Require();

        // Before any handler that writes is compiled: TryWrite calls write(2) through it.
        SignalSafeLibC.Initialize();

        int fd = Doorbell.FileDescriptor();
        Capacity = Math.Max(SmallestCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)capacity));
        QueueCell<T>* cells = AllocateCells(Capacity);
        try
        {
            _control = QueueControlTable.Rent();
        }
        catch
        {
            NativeMemory.AlignedFree(cells);
            throw;
        }

        // SAFETY: the block is ours, and no writer of an earlier generation uses anything but Active and Waiting.
        _control->Cells = cells;
        _control->Mask = Capacity - 1;
        _control->DoorbellFd = fd;
        _control->One = 1;
        _control->Tail = 0;
        _control->Dropped = 0;
        _control->Waiting = 0;
        _control->Rings = 0;
        _generation = _control->Generation + 1;
        Volatile.Write(ref _control->Generation, _generation);
        _sleeper = new QueueSleeper(_control);
    }

    /// <summary>Frees the ring of a queue that was lost without <see cref="Dispose"/>. Its writers find it gone.</summary>
    ~InterruptQueue() => Release();

    /// <summary>The writing end. Copies of it are as good as it.</summary>
    public InterruptQueueWriter<T> Writer => new(_control, _generation);

    /// <summary>How many items the queue holds at most, a power of two.</summary>
    public int Capacity { get; }

    /// <summary>How many items were written, delivered or not. After <see cref="Dispose"/>: until then.</summary>
    public long Written
    {
        get
        {
            lock (_gate)
            {
                return _disposed ? _written : Claimed(Volatile.Read(ref _control->Tail));
            }
        }
    }

    /// <summary>How many items were refused because the queue was full or completed. After <see cref="Dispose"/>: until then.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return _disposed ? _dropped : Volatile.Read(ref _control->Dropped);
            }
        }
    }

    /// <summary>How many items were written and not yet read. After <see cref="Dispose"/>: how many were lost by it.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return (int)(Written - _head);
            }
        }
    }

    /// <summary>How often a reader went to sleep.</summary>
    internal long Sleeps => _sleeper.Sleeps;

    /// <summary>How often a writer rang for a sleeping reader. Before <see cref="Dispose"/> only.</summary>
    internal long Rings => Volatile.Read(ref _control->Rings);

    /// <summary>Takes the oldest item, if there is one. Never waits.</summary>
    /// <param name="item">The item, or the default value.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    /// <remarks>Threads that read side by side get each item once, in no useful order among them.</remarks>
    public bool TryRead(out T item)
    {
        lock (_gate)
        {
            QueueCell<T>* cell = HeadCell();
            if (!IsPublished(cell))
            {
                item = default;
                return false;
            }

            // SAFETY: published and not yet freed, so no writer touches it; the ring lives, as Dispose takes the lock too.
            item = cell->Value;
            Volatile.Write(ref cell->Sequence, _head + Capacity);
            _head++;
            return true;
        }
    }

    /// <summary>Reads items as they come, until the queue is completed and empty.</summary>
    /// <param name="cancellationToken">Ends the enumeration. No item is lost by it: the next reader gets what is there.</param>
    /// <returns>The items. One enumeration at a time.</returns>
    /// <exception cref="InvalidOperationException">Another enumeration of this queue is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed. For a good end call <see cref="Complete"/> first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException(
                "This queue is being read by another ReadAllAsync, and it has one reader. "
                + "Read in one place and hand on, or give each reader its own queue.");
        }

        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(out T item))
                {
                    yield return item;
                }
                else if (IsDrained())
                {
                    yield break;
                }
                else
                {
                    ValueTask wait = SleepAsync();
                    using (cancellationToken.UnsafeRegister(Cancel, _sleeper))
                    {
                        await wait.ConfigureAwait(false);
                    }
                }
            }
        }
        finally
        {
            Volatile.Write(ref _readers, 0);
        }
    }

    /// <summary>
    /// Ends the writing: later items are dropped and counted, and <see cref="ReadAllAsync"/> ends when it has delivered what is there.
    /// </summary>
    /// <remarks>Completing twice, or after <see cref="Dispose"/>, does nothing.</remarks>
    public void Complete()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                Interlocked.Or(ref _control->Tail, QueueControl.Completed);
                _sleeper.Interrupt();
            }
        }
    }

    /// <summary>
    /// Frees the ring. Writers may still be at work: their items are refused from now on. A reader that waits gets an
    /// <see cref="ObjectDisposedException"/>; items not read are lost.
    /// </summary>
    /// <remarks>Returns when no writer is inside the ring, which takes no longer than a write does.</remarks>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static void Cancel(object? sleeper, CancellationToken cancellationToken) =>
        ((QueueSleeper)sleeper!).Interrupt(new OperationCanceledException(cancellationToken));

    private static long Claimed(long tail) => tail & ~QueueControl.Completed;

    private static QueueCell<T>* AllocateCells(int capacity)
    {
        // SAFETY: filled before anybody sees it, which also maps its pages before a handler writes there.
        var cells = (QueueCell<T>*)NativeMemory.AlignedAlloc(checked((nuint)capacity * (nuint)sizeof(QueueCell<T>)), 64);
        for (int position = 0; position < capacity; position++)
        {
            cells[position].Sequence = position;
        }

        return cells;
    }

    // Under _gate. SAFETY: the mask keeps the index inside the ring, and the ring lives while the queue is not disposed.
    private QueueCell<T>* HeadCell()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return (QueueCell<T>*)_control->Cells + (_head & _control->Mask);
    }

    private bool IsPublished(QueueCell<T>* headCell) => Volatile.Read(ref headCell->Sequence) == _head + 1;

    // Completed, and all that was claimed before was read. An item that is claimed and not yet published rings when it is.
    private bool IsDrained()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long tail = Volatile.Read(ref _control->Tail);
            return tail < 0 && Claimed(tail) == _head;
        }
    }

    private ValueTask SleepAsync()
    {
        lock (_gate)
        {
            QueueCell<T>* cell = HeadCell();
            ValueTask wait = _sleeper.Sleep();

            // What came between the last look and the flag rang for nobody.
            if (IsPublished(cell) || IsDrained())
            {
                _sleeper.Interrupt();
            }

            return wait;
        }
    }

    private void Release()
    {
        // The constructor threw: there is nothing to free.
        if (_sleeper is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _sleeper.Interrupt(new ObjectDisposedException(nameof(InterruptQueue<T>)));

            // SAFETY: from here on no writer enters, and none is inside once the count is 0 (InterruptQueueWriter.cs, Lifetime).
            Interlocked.Increment(ref _control->Generation);
            var spin = new SpinWait();
            while (Volatile.Read(ref _control->Active) != 0)
            {
                spin.SpinOnce();
            }

            _written = Claimed(_control->Tail);
            _dropped = _control->Dropped;
            NativeMemory.AlignedFree(_control->Cells);
            QueueControlTable.Return(_control);
        }
    }
}
