using TopHalf.Interop;

namespace TopHalf;

/// <summary>Holds the interrupts of all sources back on a thread until it is disposed. Made by <see cref="InterruptMask.Thread"/>.</summary>
public ref struct ThreadMaskScope
{
    private readonly int _thread;
    private ulong _blocked;

    internal ThreadMaskScope(int thread, ulong blocked)
    {
        _thread = thread;
        _blocked = blocked;
    }

    /// <summary>Lets in what the scope blocked, and not what was blocked before. What waits is delivered before this returns. Disposing twice is harmless.</summary>
    /// <exception cref="InvalidOperationException">Called on another thread than the one whose interrupts are held back.</exception>
    public unsafe void Dispose()
    {
        if (_blocked == 0)
        {
            return;
        }

        if (_thread != LibC.gettid())
        {
            throw new InvalidOperationException("The mask of a thread was ended on another one. Keep the scope in a 'using' variable of a method that does not await.");
        }

        sigset_t signals = default;
        signals.bits = _blocked;
        _blocked = 0;

        // SAFETY: the set is this method's own.
        InterruptMask.Require(LibC.pthread_sigmask(LibC.SIG_UNBLOCK, &signals, null));
    }
}
