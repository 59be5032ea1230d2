using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf;

/// <summary>What interrupted what: a view over <c>siginfo_t</c> and <c>ucontext_t</c>, valid during the handler's call only.</summary>
/// <remarks>
/// Every member is async-signal-safe and costs one or two loads, except <see cref="ThreadId"/>, which asks the kernel. In
/// <see cref="DeliveryMode.Threaded"/> delivery, and when a masked interrupt is replayed, nothing was interrupted: then
/// <see cref="IsInterrupt"/> is false and the registers read as zero.
/// </remarks>
public readonly unsafe ref struct InterruptContext
{
    // SAFETY: points to a frame on the stack of the dispatcher, which outlives the handler's call; the ref struct cannot outlive it.
    private readonly InterruptFrame* _frame;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal InterruptContext(InterruptFrame* frame) => _frame = frame;

    internal InterruptSlot* Slot
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Slot;
    }

    /// <summary>The signal's number.</summary>
    public int Signal
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Signal;
    }

    /// <summary>The source's level, from 0 to 3. While this runs, sources of higher levels interrupt it, and no other.</summary>
    public int Level
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Level;
    }

    /// <summary>Expiries that were merged into this delivery, beyond the one it stands for. 0 when none was missed.</summary>
    public long Overruns
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Overruns;
    }

    /// <summary>The value that came with the interrupt. 0 for a timer or a counter; of a descriptor, see <see cref="FileEvent"/>.</summary>
    public nint Payload
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Payload;
    }

    /// <summary>Nanoseconds of CLOCK_MONOTONIC at entry of the dispatcher.</summary>
    public long Timestamp
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Timestamp;
    }

    /// <summary>
    /// Nanoseconds between the expiry that this delivery stands for (the first of them, if several were merged) and entry of the
    /// dispatcher, on the clock of the source. Never negative; 0 for descriptors and counters, of which the kernel does not say when.
    /// </summary>
    public long Lateness
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->Lateness;
    }

    /// <summary>
    /// Whether this call really interrupted a thread; false in threaded delivery, in the replay of a masked interrupt, and where the kernel
    /// gave an interrupt of the process to a thread that waits for another source's.
    /// </summary>
    public bool IsInterrupt
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame->IsInterrupt != 0;
    }

#pragma warning disable CA1822 // An instance member: it is part of what the context tells, and only meaningful during the call.
    /// <summary>The kernel's id of the thread that the handler runs on (gettid(2)). Costs a system call.</summary>
    public int ThreadId
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SignalSafeLibC.gettid();
    }
#pragma warning restore CA1822

    /// <summary>Address of the instruction that was interrupted.</summary>
    public nint InstructionPointer
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (nint)_frame->Registers->Rip;
    }

    /// <summary>Stack pointer of the interrupted code.</summary>
    public nint StackPointer
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (nint)_frame->Registers->Rsp;
    }

    /// <summary>Frame pointer (RBP) of the interrupted code. Managed code keeps it; native code may use the register otherwise.</summary>
    public nint FramePointer
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (nint)_frame->Registers->Rbp;
    }

    /// <summary>The general registers of the interrupted code.</summary>
    [UnscopedRef]
    public ref readonly InterruptRegisters Registers
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *_frame->Registers;
    }
}
