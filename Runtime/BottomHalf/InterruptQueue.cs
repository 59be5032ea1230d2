using System.Diagnostics.CodeAnalysis;
using System.Numerics;
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
/// <para>Items of one writer arrive in the order they were written. Each is delivered once, or counted as dropped; which ones a full queue
/// drops, <see cref="BackPressure"/> says.</para>
/// <para>Read it in one of these ways at a time: <see cref="TryRead"/> and <see cref="Read"/> after <see cref="Wait(TimeSpan)"/> on a thread,
/// <see cref="ReadAllAsync"/>, <see cref="AsChannelReader"/>, or <see cref="OnBatch"/>.</para>
/// <para>All members are for ordinary context and may be called from any thread at any time. What a handler uses is
/// <see cref="Writer"/>.</para>
/// </remarks>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is a queue.")]
public sealed unsafe partial class InterruptQueue<T> : IDisposable
    where T : unmanaged
{
    private const int SmallestCapacity = 2;
    private const int LargestCapacity = 1 << 30;

    private readonly object _gate = new();
    private readonly QueueSleeper _sleeper;
    private readonly QueueControl* _control;
    private readonly long _generation;
    private readonly string? _name;
    private readonly IDisposable? _observation;

    // Under _gate:
    private long _read;
    private long _written;
    private long _refused;
    private long _head; // Of a disposed queue.
    private bool _disposed;

    /// <summary>Makes a queue. Its memory is taken at once: capacity × (size of <typeparamref name="T"/> + 8) bytes, rounded up.</summary>
    /// <param name="capacity">
    /// How many items it holds at least, from 1 to 1,073,741,824. It is rounded up to a power of two, 2 or more: see
    /// <see cref="Capacity"/>.
    /// </param>
    /// <param name="backPressure">What is dropped when items come faster than they are read.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">65,536 queues live, or there is no file descriptor or address space left.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory for the ring.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux on x86-64 with glibc.</exception>
    public InterruptQueue(int capacity, BackPressure backPressure = BackPressure.DropNewest)
    {
        if (capacity is < 1 or > LargestCapacity)
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity,
                $"A queue holds from 1 to {LargestCapacity} items. "
                + "Take the longest time the reader may be away, divided by the shortest time between items.");
        }

        if (!Enum.IsDefined(backPressure))
        {
            throw new ArgumentOutOfRangeException(nameof(backPressure), backPressure, "There is no such policy.");
        }

        PlatformSupport.Require();

        // Before any handler that writes is compiled: TryWrite calls write(2) through it.
        SignalSafeLibC.Initialize();

        int fd = Doorbell.FileDescriptor();
        BackPressure = backPressure;
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

        // SAFETY: the block is ours, and no writer of an earlier generation uses anything but Active, Waiting and Blocked.
        _control->Cells = cells;
        _control->Mask = Capacity - 1;
        _control->DoorbellFd = fd;
        _control->Policy = (int)backPressure;
        _control->One = 1;
        _control->Tail = 0;
        _control->Head = 0;
        _control->Dropped = 0;
        _control->Waiting = 0;
        _control->Blocked = 0;
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

    /// <summary>What is dropped when items come faster than they are read.</summary>
    public BackPressure BackPressure { get; }

    /// <summary>
    /// Under what name its depth and counts are measured until it is disposed, as by <see cref="InterruptMetrics.Observe"/>: that of the source that writes to it, best. Those of queues of one name are
    /// added up. Null, the default: they are not measured.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? Name
    {
        get => _name;
        init
        {
            if (value is not null)
            {
                ArgumentException.ThrowIfNullOrEmpty(value, nameof(Name));
                _observation = InterruptMetrics.Observe(this, value);
            }

            _name = value;
        }
    }

    /// <summary>
    /// Whether a reader that awaits goes on at once, on a thread that the queue has for itself and the handler wakes, and not by way of the thread pool: <see cref="ReadAllAsync"/>,
    /// <see cref="AsChannelReader"/> and <see cref="OnBatch"/> are then as near to the handler as <see cref="Wait()"/>. False by default.
    /// </summary>
    /// <remarks>
    /// What follows an await runs on that thread until it awaits something else, or reads what is there: while it does, nothing is lost but time. Without
    /// ConfigureAwait(false) a synchronization context goes before. Dispose of such a queue: its thread keeps it.
    /// </remarks>
    public bool AllowSynchronousContinuations
    {
        get => _sleeper.Thread is not null;
        init => _sleeper.Thread = value ? new QueueThread(_sleeper, Wait) : null;
    }

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

    /// <summary>How many items were read.</summary>
    public long Delivered
    {
        get
        {
            lock (_gate)
            {
                return _read;
            }
        }
    }

    /// <summary>How many items were dropped: <see cref="DroppedNewest"/> and <see cref="DroppedOldest"/>.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
            {
                return DroppedNewest + DroppedOldest;
            }
        }
    }

    /// <summary>How many items were refused because the queue was full or completed. After <see cref="Dispose"/>: until then.</summary>
    public long DroppedNewest
    {
        get
        {
            lock (_gate)
            {
                return _disposed ? _refused : Volatile.Read(ref _control->Dropped);
            }
        }
    }

    /// <summary>How many items were written, and then given up for newer ones before they were read. After <see cref="Dispose"/>: until then.</summary>
    public long DroppedOldest
    {
        get
        {
            lock (_gate)
            {
                return Head - _read;
            }
        }
    }

    /// <summary>How many items were written and wait to be read. After <see cref="Dispose"/>: how many were lost by it.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                // In this order: the head never passes a tail that was read after it.
                long head = Head;
                return (int)(Written - head);
            }
        }
    }

    /// <summary>How often a reader went to sleep.</summary>
    internal long Sleeps => _sleeper.Sleeps;

    /// <summary>How often a writer rang for a sleeping reader. Before <see cref="Dispose"/> only.</summary>
    internal long Rings => Volatile.Read(ref _control->Rings);

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
                WakeReaders();
                EndIfDrained();
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
        _observation?.Dispose();
        Release();
        GC.SuppressFinalize(this);
    }

    private static long Claimed(long tail) => tail & ~QueueControl.Completed;

    private static QueueCell<T>* AllocateCells(int capacity)
    {
        // SAFETY: filled before anybody sees it, which also maps its pages before a handler writes there.
        var cells = (QueueCell<T>*)NativeMemory.AlignedAlloc(checked((nuint)capacity * (nuint)sizeof(QueueCell<T>)), 64);
        for (int position = 0; position < capacity; position++)
        {
            cells[position].Sequence = position + 1L - capacity;
        }

        return cells;
    }

    // Under _gate.
    private long Head => _disposed ? _head : Volatile.Read(ref _control->Head);

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
            _sleeper.Thread?.End();
            WakeBlocked();
            EndAsDisposed();

            // SAFETY: from here on no writer enters, and none is inside once the count is 0 (InterruptQueueWriter.cs, Lifetime).
            Interlocked.Increment(ref _control->Generation);
            var spin = new SpinWait();
            while (Volatile.Read(ref _control->Active) != 0)
            {
                spin.SpinOnce();
            }

            _written = Claimed(_control->Tail);
            _refused = _control->Dropped;
            _head = _control->Head;
            NativeMemory.AlignedFree(_control->Cells);
            ReturnBlock();
        }
    }

    // Under _gate. The last to leave a disposed queue: those that block on a word of it must not find another queue there.
    private void ReturnBlock()
    {
        if (_blocked == 0)
        {
            QueueControlTable.Return(_control);
        }
    }
}
