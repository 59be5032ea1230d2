using System.Runtime.CompilerServices;

namespace TopHalf;

/// <summary>Says once that something happened, until it is taken: between handlers and ordinary code. A plain value itself; the default is down.</summary>
/// <remarks>
/// <para>All members are async-signal-safe and thread-safe, never wait and never throw. Use it by reference, where the garbage collector does not
/// move it: in the state of a handler, or in memory of <c>NativeMemory</c> to which states have a pointer.</para>
/// <para>Memory order: <see cref="Raise"/> and <see cref="Take"/> are locked instructions, so full fences; <see cref="IsRaised"/> acquires. Who finds the
/// flag raised sees all that was written before it was. To wait for it, use an <see cref="InterruptLatch"/>.</para>
/// </remarks>
public struct InterruptFlag
{
    private int _raised;

    /// <summary>Whether it is up. Acquires.</summary>
    [AsyncSignalSafe]
    public bool IsRaised
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        get => Volatile.Read(ref _raised) != 0;
    }

    /// <summary>Raises it. A full fence.</summary>
    /// <returns>Whether it was down: true for one of those who raise it at the same time.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool Raise() => Interlocked.Exchange(ref _raised, 1) == 0;

    /// <summary>Takes it down. A full fence.</summary>
    /// <returns>Whether it was up: true for one of those who take it at the same time.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool Take() => Interlocked.Exchange(ref _raised, 0) != 0;
}
