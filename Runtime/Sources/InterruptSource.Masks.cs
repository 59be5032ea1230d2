using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

// Masks of a source. "Masks" in InterruptDelivery.cs says how they and deliveries see each other.
public abstract unsafe partial class InterruptSource
{
    // No more of a stack is looked at than the kernel keeps free for that of a main thread, whatever the limits are.
    private const nint MostOfStack = 64 << 20;

    private readonly MaskMemory _masks = new();
    private int _onlyThread; // The kernel's id of the thread whose masks need no fence, see "Masks" in InterruptDelivery.cs; 0: there is none.
    private nuint _stackStart; // Where its stack is, by which it is known; written under the gate.
    private nuint _stackLength; // 0: not known yet.
    private int _notInterrupted; // Managed id of one that is known to be another.

    /// <summary>Whether the source interrupts another thread, and one whose masks this thread only sees after a fence in both. Under the gate.</summary>
    private protected bool IsElsewhere => _stackLength != 0 && !IsHere;

    // Whether this is the one thread that the source interrupts: a comparison of stacks is quicker than a look at a thread's own storage.
    private bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Unsafe.SkipInit(out byte here);
            return (nuint)(&here) - _stackStart < _stackLength;
        }
    }

    private SourceMasks* Masks { get; }

    /// <summary>Holds this source's interrupts back until the scope is disposed. May be nested. When it returns, the handler is not running.</summary>
    /// <remarks>
    /// <para>Makes no system call and takes no lock. Keep it short: what comes meanwhile is merged into one delivery.</para>
    /// <para>Cheapest on the thread that a timer or a software interrupt interrupts: a few plain instructions. Elsewhere, and for other sources, it and its
    /// end cost a locked instruction each.</para>
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MaskScope Mask()
    {
        if (!IsHere || IsDisposed)
        {
            MaskFromElsewhere();
            return new MaskScope(this, isOwn: false);
        }

        // SAFETY: the memory lives as long as this object. "Masks" in InterruptDelivery.cs says why plain accesses will do.
        SourceMasks* masks = Masks;
        Volatile.Write(ref masks->Own, masks->Own + 1);
        WaitForHandler();
        return new MaskScope(this, isOwn: true);
    }

    /// <summary>Ends a mask of the thread that the source interrupts, on that thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void UnmaskHere()
    {
        // SAFETY: as for Mask.
        SourceMasks* masks = Masks;
        int left = masks->Own - 1;
        if (left < 0)
        {
            ThrowEndedTwice();
        }

        Volatile.Write(ref masks->Own, left);
        if (left == 0 && Volatile.Read(ref masks->Waiting) != 0)
        {
            ReplayWaiting();
        }
    }

    /// <summary>Ends another mask, on whatever thread.</summary>
    internal void LetGo()
    {
        int left = Interlocked.Decrement(ref Masks->Others);
        if (left < 0)
        {
            Interlocked.Increment(ref Masks->Others);
        }

        if (left <= 0 && Volatile.Read(ref Masks->Waiting) != 0)
        {
            ReplayWaiting();
        }

        if (left < 0)
        {
            ThrowEndedTwice();
        }
    }

    /// <summary>Masks the source, on whatever thread. When it returns, the handler is not running.</summary>
    private protected void HoldBack()
    {
        Interlocked.Increment(ref Masks->Others);
        WaitForHandler();
    }

    /// <summary>Says that signals run the handler on one thread alone. Before the key is there.</summary>
    /// <param name="thread">The kernel's id; 0: the source interrupts the process.</param>
    private protected void InterruptOnly(int thread)
    {
        _onlyThread = thread;
        LearnThread();
    }

    /// <summary>Says that the one thread has ended: its id and its stack may become another's. Under the gate.</summary>
    private protected void ForgetThread()
    {
        _onlyThread = 0;
        Volatile.Write(ref _stackLength, 0);
    }

    private void MaskFromElsewhere()
    {
        ThrowIfInsideHandler();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        LearnThread();
        HoldBack();
    }

    // The kernel's id is all that is known of a target, and to ask for that of this thread takes a system call.
    private void LearnThread()
    {
        if (_onlyThread == 0 || _stackLength != 0)
        {
            return;
        }

        int thread = Environment.CurrentManagedThreadId;
        if (Volatile.Read(ref _notInterrupted) == thread)
        {
            return;
        }

        if (LibC.gettid() == _onlyThread)
        {
            // A replay elsewhere that does not know of this yet is over before it is known: it has the gate.
            lock (_gate)
            {
                ThreadStack stack = ThreadStack.Current;
                _stackStart = (nuint)Math.Max(stack.Start, stack.End - MostOfStack);
                Volatile.Write(ref _stackLength, (nuint)stack.End - _stackStart);
            }
        }
        else
        {
            Volatile.Write(ref _notInterrupted, thread);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WaitForHandler()
    {
        if (Volatile.Read(ref Slot->Busy) != 0)
        {
            SpinUntilIdle();
        }
    }

    private void SpinUntilIdle()
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref Slot->Busy) != 0)
        {
            spinner.SpinOnce();
        }
    }

    private void ReplayWaiting()
    {
        lock (_gate)
        {
            if (!IsDisposed)
            {
                // Whoever is held back from here on leaves another note.
                Interlocked.Exchange(ref Masks->Waiting, 0);
                ReplayPending();
            }
        }
    }

    [DoesNotReturn]
    private void ThrowEndedTwice() => throw new InvalidOperationException(
        $"A mask of '{Name}' was ended twice: its MaskScope was copied, and both copies were disposed. Keep the scope in one 'using' variable.");
}
