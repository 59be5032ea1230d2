using System.Runtime.CompilerServices;

namespace TopHalf;

/// <summary>What can happen to a descriptor, as poll(2) has it.</summary>
[Flags]
public enum FileBands
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is something to read, or the end (POLLIN).</summary>
    Input = 1,

    /// <summary>There is urgent data (POLLPRI).</summary>
    Priority = 2,

    /// <summary>There is room to write (POLLOUT).</summary>
    Output = 4,

    /// <summary>There is an error, or nobody reads any more (POLLERR).</summary>
    Error = 8,

    /// <summary>The other end is closed (POLLHUP). An interrupt that tells so tells <see cref="Error"/>, too: the kernel's signal does not tell them apart.</summary>
    HangUp = 16,

    /// <summary>All of these.</summary>
    All = Input | Priority | Output | Error | HangUp,
}

/// <summary>What a <see cref="FileInterrupt"/> tells: the payload, taken apart.</summary>
/// <remarks>Async-signal-safe. Fits, as <see cref="Payload"/> does, into an <see cref="InterruptQueue{T}"/>.</remarks>
public readonly record struct FileEvent
{
    /// <summary>Takes apart the <see cref="InterruptContext.Payload"/> of a descriptor's interrupt.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FileEvent(nint payload) => Payload = payload;

    /// <summary>The whole.</summary>
    public nint Payload
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    }

    /// <summary>The descriptor, by the number that the source was started with.</summary>
    public int Descriptor
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)Payload;
    }

    /// <summary>What happened since the last delivery. By now it may have passed.</summary>
    public FileBands Bands
    {
        [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (FileBands)(int)(Payload >> 32);
    }
}
