using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

// Masks of a source. "Masks" in InterruptDelivery.cs says how they and deliveries see each other.
public abstract unsafe partial class InterruptSource
{
    private readonly MaskMemory _masks = new();
    private int _onlyThread; // The kernel's id of the one thread that is interrupted and runs other code, too; 0: there is none.
    private StackRange _own; // The stack of that thread, by which it is known. Written under the gate, as are the next.
    private StackRange _first; // Those of the first three other threads that masked the source.
    private StackRange _second;
    private StackRange _third;
    private int _notInterrupted; // Managed id of one that is known to be another.

    /// <summary>Whether the source interrupts another thread, and one whose masks this thread only sees after a fence in both. Under the gate.</summary>
    private protected bool IsElsewhere => _own.IsKnown && !_own.IsHere;

    private SourceMasks* Masks { get; }

    // Which of the other threads that are known this one is.
    private MaskHolder RegularHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _first.IsHere ? MaskHolder.First : _second.IsHere ? MaskHolder.Second : _third.IsHere ? MaskHolder.Third : MaskHolder.Others;
    }

    /// <summary>Holds this source's interrupts back until the scope is disposed. May be nested. When it returns, the handler is not running.</summary>
    /// <remarks>
    /// <para>Makes no system call and takes no lock. Keep it short: what comes meanwhile is merged into one delivery.</para>
    /// <para>Cheapest on the thread that a timer or a software interrupt interrupts: a few plain instructions. On the first three other threads that mask the source
    /// the pair costs one locked instruction, on any further two. Once another thread has masked it, each delivery that is held back costs a membarrier(2).</para>
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The source is disposed.</exception>
    /// <exception cref="InvalidOperationException">Called inside the handler.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MaskScope Mask()
    {
        // SAFETY: the memory lives as long as this object. "Masks" in InterruptDelivery.cs says which accesses will do.
        SourceMasks* masks = Masks;
        MaskHolder holder;
        if (_own.IsHere && !IsDisposed)
        {
            int* count = SourceMasks.CountOf(masks, MaskHolder.Own);
            Volatile.Write(ref *count, *count + 1);
            holder = MaskHolder.Own;
        }
        else
        {
            holder = RegularHere;
            if (holder == MaskHolder.Others || IsDisposed || HandlerThread != 0)
            {
                MaskFromElsewhere();
                return new MaskScope(this, MaskHolder.Others);
            }

            int* count = SourceMasks.CountOf(masks, holder);
            Interlocked.Exchange(ref *count, *count + 1);
        }

        WaitForHandler();
        return new MaskScope(this, holder);
    }

    /// <summary>Ends a mask, on the thread that it was made on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Unmask(MaskHolder holder)
    {
        if (holder == MaskHolder.Others)
        {
            LetGo();
            return;
        }

        // SAFETY: as for Mask.
        SourceMasks* masks = Masks;
        int* count = SourceMasks.CountOf(masks, holder);
        int left = *count - 1;
        if (left < 0)
        {
            ThrowEndedTwice();
        }

        Volatile.Write(ref *count, left);
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
        _own = default;
    }

    private void MaskFromElsewhere()
    {
        ThrowIfInsideHandler();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        LearnThread();
        if (!_third.IsKnown && !_own.IsHere && RegularHere == MaskHolder.Others)
        {
            BecomeRegular();
        }

        HoldBack();
    }

    private void BecomeRegular()
    {
        lock (_gate)
        {
            if (_third.IsKnown || !SourceTable.HasFences)
            {
                return;
            }

            // Whoever does not see this yet has left its note before, and the end of this thread's next mask sees that.
            Interlocked.Exchange(ref Masks->HasRegular, 1);
            ref StackRange free = ref _third;
            if (!_first.IsKnown)
            {
                free = ref _first;
            }
            else if (!_second.IsKnown)
            {
                free = ref _second;
            }

            free = StackRange.OfThisThread();
        }
    }

    // The kernel's id is all that is known of a target, and to ask for that of this thread takes a system call.
    private void LearnThread()
    {
        if (_onlyThread == 0 || _own.IsKnown)
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
                _own = StackRange.OfThisThread();
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
