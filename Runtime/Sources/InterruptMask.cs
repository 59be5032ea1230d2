using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>Holds interrupts back on a thread, of whatever source. For those of one source, on every thread, see <see cref="InterruptSource.Mask"/>.</summary>
public static class InterruptMask
{
    /// <summary>
    /// Blocks the signals of all sources on the calling thread until the scope is disposed: <c>using (InterruptMask.Thread()) { … }</c>. May be nested.
    /// </summary>
    /// <remarks>
    /// <para>One system call to begin and one to end, pthread_sigmask(3). What comes meanwhile for this thread comes at the end: expiries of a timer as one, a
    /// software interrupt each for itself. What goes to the process comes to another thread that can take it. Sources in threaded delivery, and a
    /// source whose signal nothing had used when the scope began, are not held back.</para>
    /// <para>Not for handlers, which nothing but higher levels interrupts anyway. Keep it short. Threads and processes that are started inside it have the signals
    /// blocked for good, as everything that is started has the mask of who starts it.</para>
    /// </remarks>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x86-64 with glibc.</exception>
    [AsyncSignalUnsafe("it is a P/Invoke")]
    public static ThreadMaskScope Thread()
    {
        PlatformSupport.Require();
        return Block(SignalRegistry.Signals);
    }

    /// <summary>Blocks what must not interrupt a handler of a level, for one that runs in ordinary context.</summary>
    internal static ThreadMaskScope UpTo(int level) => Block(SignalRegistry.UpTo(level));

    private static unsafe ThreadMaskScope Block(ulong blocked)
    {
        sigset_t signals = default;
        sigset_t before;
        signals.bits = blocked;

        // SAFETY: both are this method's own.
        Require(LibC.pthread_sigmask(LibC.SIG_BLOCK, &signals, &before));
        return new ThreadMaskScope(LibC.gettid(), signals.bits & ~before.bits);
    }

    internal static void Require(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"pthread_sigmask failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }
}
