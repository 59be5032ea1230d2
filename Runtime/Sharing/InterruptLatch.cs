using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

// Internal workings
//
// One word: closed, closed with threads that may be asleep on it (a futex), or open. Who opens it exchanges the word, so one that finds sleepers wakes
// them, and the kernel lets nobody fall asleep on a word that is not what it slept for. A spurious wake-up, or one of a word that is not this one's
// any more, is harmless: whoever waits on a futex looks again.

/// <summary>
/// A door that threads wait at and a handler opens. It stays open, for all, until it is closed again. A plain value itself; the default is closed.
/// </summary>
/// <remarks>
/// <para>Use it by reference, where the garbage collector does not move it and both sides reach it: in memory of <c>NativeMemory</c> to which the
/// handler's state has a pointer. That memory must live as long as somebody waits or may open it.</para>
/// <para>Memory order: <see cref="Open"/> and <see cref="Close"/> are locked instructions, so full fences; <see cref="IsOpen"/> and a wait that
/// ends because it is open acquire: the thread sees all that was written before it was opened.</para>
/// </remarks>
public unsafe struct InterruptLatch
{
    private const int Closed = 0;
    private const int ClosedWithSleepers = 1;
    private const int Opened = 2;

    private int _state;

    /// <summary>Whether it is open. Acquires. Async-signal-safe and thread-safe.</summary>
    [AsyncSignalSafe]
    public bool IsOpen
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        get => Volatile.Read(ref _state) == Opened;
    }

    /// <summary>Opens it and wakes all who wait. Never waits and never throws. A full fence.</summary>
    /// <returns>Whether it was closed: true for one of those who open it at the same time.</returns>
    /// <remarks>Async-signal-safe and thread-safe. One system call, a futex's wake, where threads wait; none otherwise.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool Open()
    {
        int before = Interlocked.Exchange(ref _state, Opened);
        if (before == ClosedWithSleepers)
        {
            // SAFETY: the kernel takes the address as a number. A thread that waits keeps the latch where it is; where none does, none is woken.
#pragma warning disable TH3006 // A thunk for one system call.
            SignalSafeLibC.futex((int*)Unsafe.AsPointer(ref _state), LibC.FUTEX_WAKE_PRIVATE, int.MaxValue);
#pragma warning restore TH3006
        }

        return before != Opened;
    }

    /// <summary>Closes it, if it is open. A full fence.</summary>
    /// <returns>Whether it was open: true for one of those who close it at the same time.</returns>
    /// <remarks>Async-signal-safe and thread-safe. Close it before you look for what its opening tells of: then none is missed.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool Close() => Interlocked.CompareExchange(ref _state, Closed, Opened) == Opened;

    /// <summary>Waits until it is open.</summary>
    [AsyncSignalUnsafe("it waits for another handler or thread, which may be what the handler interrupted")]
    public void Wait() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Waits until it is open, or the time is up.</summary>
    /// <param name="timeout">How long to wait at most; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <returns>Whether it was open.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux on x86-64 with glibc.</exception>
    /// <remarks>Thread-safe, for ordinary code. A thread whom it was opened for may find it closed again, and then waits on.</remarks>
    [AsyncSignalUnsafe("it waits for another handler or thread, which may be what the handler interrupted")]
    public bool Wait(TimeSpan timeout)
    {
        PlatformSupport.Require();
        SignalSafeLibC.Initialize();
        var deadline = Deadline.After(timeout);

        // SAFETY: pinned while this thread waits, in case it is in an object.
        fixed (int* state = &_state)
        {
            while (true)
            {
                // Asked before the last look: an opening in time is found by that.
                long left = deadline.Left();
                if (Volatile.Read(ref *state) == Opened || Interlocked.CompareExchange(ref *state, ClosedWithSleepers, Closed) == Opened)
                {
                    return true;
                }

                if (left == 0)
                {
                    return false;
                }

                LibC.futex_wait(state, ClosedWithSleepers, left);
            }
        }
    }
}
