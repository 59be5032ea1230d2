using System.Runtime.CompilerServices;
using TopHalf.Dispatch;

namespace TopHalf;

/// <summary>
/// What raises a <see cref="SoftwareInterrupt{TState}"/>: a plain value that fits into a handler's state. Copies of it are as good as it.
/// </summary>
/// <remarks>The default value belongs to no source. That of a disposed source raises nothing, also when others have its place by now.</remarks>
public readonly unsafe struct InterruptLine
{
    // SAFETY: slots are never freed, and a key never comes back.
    private readonly InterruptSlot* _slot;
    private readonly ulong _key;

    internal InterruptLine(InterruptSlot* slot, ulong key)
    {
        _slot = slot;
        _key = key;
    }

    /// <summary>Raises each of several interrupts: one of every thread of a set, for example.</summary>
    /// <param name="lines">The interrupts. Threads of which none is here are not interrupted.</param>
    /// <param name="payload">Comes with each: <see cref="InterruptContext.Payload"/>.</param>
    /// <returns>How many were raised.</returns>
    /// <remarks>Async-signal-safe and thread-safe; a system call each.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int RaiseAll(ReadOnlySpan<InterruptLine> lines, nint payload = 0)
    {
        int raised = 0;
        foreach (InterruptLine line in lines)
        {
            raised += line.Raise(payload) == RaiseResult.Raised ? 1 : 0;
        }

        return raised;
    }

    /// <summary>Interrupts the target, whose handler is called once for it. Never waits and never throws.</summary>
    /// <param name="payload">Comes with the interrupt: <see cref="InterruptContext.Payload"/>.</param>
    /// <returns>What came of it.</returns>
    /// <remarks>
    /// <para>Async-signal-safe and thread-safe; costs a system call. What one thread raises is delivered in order.</para>
    /// <para>A handler may raise its own source: it is called again as soon as it has returned.</para>
    /// </remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public RaiseResult Raise(nint payload = 0)
    {
        InterruptSlot* slot = _slot;
        if (slot == null)
        {
            return RaiseResult.Disposed;
        }

        RaiseResult result = InterruptDelivery.Enter(slot, _key) ? SoftwareSignal.Raise(slot, _key, payload) : RaiseResult.Disposed;
        InterruptDelivery.Leave(slot);
        return result;
    }
}
