using System.Runtime.CompilerServices;

namespace TopHalf;

// Internal workings
//
// The sequence is odd while a writer is in the value, and 2 higher after it. A writer takes it by compare-and-swap, so that of two writers one finds it
// odd, or changed, and is refused. A reader that finds the same even number before and after its copy has copied what one writer left.
//
// Order. The swap is a full fence: nothing of the value is written before the sequence is odd. The value goes word by word by Volatile, so that its
// writes stay before the last write of the sequence (release), and its reads before the last read of it (each acquires). On x86-64 these are plain
// moves; Volatile keeps the compiler from moving them.

/// <summary>
/// A value of any size that handlers and ordinary code share without locks and never see half-written: Linux's seqlock. A plain value itself; the
/// default has the default value.
/// </summary>
/// <typeparam name="T">What is shared, any unmanaged type. It is copied at each access, so keep it small.</typeparam>
/// <remarks>
/// <para>Keep it where both sides reach it and the garbage collector does not move it: in memory of <c>NativeMemory</c> to which the handler's state has
/// a pointer. What only one handler and its source's <c>Snapshot</c> and <c>Update</c> share needs none.</para>
/// <para>Use it by reference: a copy is a lock of its own. Source: the kernel's Documentation/locking/seqlock.rst; that its readers may be
/// interrupts, and its writers interrupted, is why the members for handlers try once and never wait.</para>
/// </remarks>
public struct SeqLock<T>
    where T : unmanaged
{
    private long _sequence;
    private T _value;

    /// <summary>Writes the value, unless another writer is at it. Never waits and never throws.</summary>
    /// <param name="value">The new value.</param>
    /// <returns>Whether it was written. If not, what was interrupted, or another thread, is writing at this moment.</returns>
    /// <remarks>Async-signal-safe and thread-safe.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryWrite(in T value)
    {
        long sequence = Volatile.Read(ref _sequence);
        if ((sequence & 1) != 0 || Interlocked.CompareExchange(ref _sequence, sequence + 1, sequence) != sequence)
        {
            return false;
        }

        Write(in value, ref _value);
        Volatile.Write(ref _sequence, sequence + 2);
        return true;
    }

    /// <summary>Reads the value, unless a writer is at it, or was meanwhile. Never waits and never throws.</summary>
    /// <param name="value">The value; if it could not be read, of no meaning.</param>
    /// <returns>Whether it was read.</returns>
    /// <remarks>Async-signal-safe and thread-safe.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(out T value)
    {
        long before = Volatile.Read(ref _sequence);
        Read(ref _value, out value);
        return (before & 1) == 0 && Volatile.Read(ref _sequence) == before;
    }

    /// <summary>Writes the value. Waits for other writers.</summary>
    /// <param name="value">The new value.</param>
    /// <remarks>
    /// Thread-safe, for ordinary code. A handler that interrupts it reads and writes nothing: its tries fail. If it must not lose what it has, let it try
    /// again at its next interrupt, or mask its source.
    /// </remarks>
    [AsyncSignalUnsafe("it waits for a writer, which may be what the handler interrupted")]
    public void Write(in T value)
    {
        var wait = default(SpinWait);
        while (!TryWrite(in value))
        {
            wait.SpinOnce();
        }
    }

    /// <summary>Reads the value. Waits while it is being written.</summary>
    /// <returns>The value.</returns>
    /// <remarks>Thread-safe, for ordinary code.</remarks>
    [AsyncSignalUnsafe("it waits for a writer, which may be what the handler interrupted")]
    public T Read()
    {
        var wait = default(SpinWait);
        T value;
        while (!TryRead(out value))
        {
            wait.SpinOnce();
        }

        return value;
    }

    // SAFETY, of both: as many bytes as the type has, of one variable of it into another. The shared one stays a ref, as it may lie in an object when
    // ordinary code uses it.
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Write(in T from, ref T to)
    {
        ref byte source = ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in from));
        ref byte target = ref Unsafe.As<T, byte>(ref to);
        nint offset = 0;
        for (; offset <= sizeof(T) - sizeof(ulong); offset += sizeof(ulong))
        {
            Volatile.Write(
                ref Unsafe.As<byte, ulong>(ref Unsafe.AddByteOffset(ref target, offset)), Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref source, offset)));
        }

        for (; offset < sizeof(T); offset++)
        {
            Volatile.Write(ref Unsafe.AddByteOffset(ref target, offset), Unsafe.AddByteOffset(ref source, offset));
        }
    }

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Read(ref T from, out T to)
    {
        Unsafe.SkipInit(out to);
        ref byte source = ref Unsafe.As<T, byte>(ref from);
        ref byte target = ref Unsafe.As<T, byte>(ref to);
        nint offset = 0;
        for (; offset <= sizeof(T) - sizeof(ulong); offset += sizeof(ulong))
        {
            Unsafe.WriteUnaligned(
                ref Unsafe.AddByteOffset(ref target, offset), Volatile.Read(ref Unsafe.As<byte, ulong>(ref Unsafe.AddByteOffset(ref source, offset))));
        }

        for (; offset < sizeof(T); offset++)
        {
            Unsafe.AddByteOffset(ref target, offset) = Volatile.Read(ref Unsafe.AddByteOffset(ref source, offset));
        }
    }
}
