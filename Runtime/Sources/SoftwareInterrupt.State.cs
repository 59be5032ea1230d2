using System.Numerics;
using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;

namespace TopHalf;

/// <summary>An interrupt that software raises, from any thread and from handlers. Made by <see cref="SoftwareInterrupt"/>.</summary>
/// <typeparam name="TState">The handler's state.</typeparam>
/// <remarks>
/// <para>Every raise is a call of the handler, with its payload, or is answered with why not: nothing is merged and nothing is lost. While the source is
/// masked payloads wait, and the end of the mask delivers them in order; those that wait when the source is disposed are dropped.</para>
/// <para>Its statistics count in <see cref="InterruptStatistics.EntryLatency"/> from the raise on.</para>
/// <para>Source: rt_sigqueueinfo(2), sigqueue(3).</para>
/// </remarks>
public sealed unsafe class SoftwareInterrupt<TState> : InterruptSource<TState>
    where TState : unmanaged
{
    private readonly InterruptedThread? _target;
    private readonly ulong _key;

    internal SoftwareInterrupt(
        InterruptHandler<TState> handler,
        VerifiedHandler? verified,
        in TState initialState,
        string name,
        DeliveryMode delivery,
        int signal,
        SoftwareInterruptOptions options)
        : base(handler, verified, initialState, name, delivery, signal)
    {
        Capacity = (int)BitOperations.RoundUpToPowerOf2((uint)options.Capacity);
        Slot->Ring = Allocate(Capacity);
        Slot->Code = LibC.SI_QUEUE;
        Slot->Sender = LibC.getpid();
        Limit(options.Budget, options.Target);
        try
        {
            _target = MakeTarget(options.Target, options.Preparation, options.Shares);
            KernelTimer.RequireThread(_target.ThreadId);
        }
        catch
        {
            Dispose();
            throw;
        }

        Slot->TargetThread = TargetThread = _target.ThreadId;
        InterruptOnly(_target.SharedThreadId);
        _key = SourceTable.NextKey(Slot);
        Volatile.Write(ref Slot->Key, _key);
        SourceWatch.Add(this);
    }

    /// <summary>How many payloads may wait for the handler.</summary>
    public int Capacity { get; }

    /// <summary>Raises this interrupt from within a handler: a plain value that fits into its state.</summary>
    public InterruptLine Line => new(Slot, _key);

    /// <inheritdoc cref="InterruptLine.Raise"/>
    [AsyncSignalUnsafe("it reads an object; in a handler use Line")]
    public RaiseResult Raise(nint payload = 0) => Line.Raise(payload);

    private protected override void Stop()
    {
        // A thread that waits for the signal wakes by it; what it finds no longer means anything.
        WaitUntilQuiet();
        _target?.EndDelivery(() =>
        {
            var info = new siginfo_t { si_signo = Signal, si_code = LibC.SI_QUEUE, si_pid = LibC.getpid(), si_value = _key };
            _ = LibC.rt_tgsigqueueinfo(LibC.getpid(), _target.ThreadId, Signal, &info);
        });
        _target?.Dispose();
    }

    private protected override IEnumerable<MemoryRange> MemoryOfHandler() =>
        base.MemoryOfHandler().Concat([Range(Slot->Ring, sizeof(PayloadRing)), Range(Slot->Ring->Cells, Capacity * sizeof(PayloadCell))]);

    private protected override void FreeState()
    {
        base.FreeState();
        PayloadRing* ring = Slot->Ring;
        Slot->Ring = null;
        NativeMemory.AlignedFree(ring->Cells);
        NativeMemory.AlignedFree(ring);
    }

    // SAFETY: freed by FreeState only, when no thread is in the slot. Filled before anybody sees it, which also maps its pages.
    private static PayloadRing* Allocate(int capacity)
    {
        var ring = (PayloadRing*)NativeMemory.AlignedAlloc((nuint)sizeof(PayloadRing), 64);
        *ring = default;
        ring->Mask = capacity - 1;
        ring->Cells = (PayloadCell*)NativeMemory.AlignedAlloc((nuint)capacity * (nuint)sizeof(PayloadCell), 64);
        for (int position = 0; position < capacity; position++)
        {
            ring->Cells[position] = new PayloadCell { Sequence = position };
        }

        return ring;
    }
}
