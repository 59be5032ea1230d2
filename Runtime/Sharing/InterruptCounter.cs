using System.Runtime.CompilerServices;

namespace TopHalf;

/// <summary>A 64-bit count that handlers and ordinary code change and read without losing a change. A plain value itself; the default is 0.</summary>
/// <remarks>
/// <para>All members are async-signal-safe and thread-safe, never wait and never throw. Use it by reference, where the garbage collector does not
/// move it: in the state of a handler, or in memory of <c>NativeMemory</c> to which states have a pointer. A copy counts for itself.</para>
/// <para>Memory order: each change is one locked instruction, so a full fence; <see cref="Value"/> acquires. Whoever reads a count sees all that was
/// written before the change that made it.</para>
/// </remarks>
public struct InterruptCounter
{
    private long _value;

    /// <summary>The count now. Acquires.</summary>
    [AsyncSignalSafe]
    public long Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
        get => Volatile.Read(ref _value);
    }

    /// <summary>Counts one more. A full fence.</summary>
    /// <returns>The count with it: nobody else gets the same.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public long Increment() => Interlocked.Increment(ref _value);

    /// <summary>Adds a number, which may be negative. Wraps round at the ends of 64 bits. A full fence.</summary>
    /// <param name="number">What to add.</param>
    /// <returns>The sum.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public long Add(long number) => Interlocked.Add(ref _value, number);

    /// <summary>Takes the count and begins at 0 again: of what is counted meanwhile nothing is lost, nothing taken twice. A full fence.</summary>
    /// <returns>The count that was taken.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public long Take() => Interlocked.Exchange(ref _value, 0);
}
