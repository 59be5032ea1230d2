using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>A thread that does nothing but be interrupted. Ordinary context.</summary>
/// <remarks>
/// It sleeps in futex(2), which the kernel restarts by itself after a handler (SA_RESTART), so between two interrupts the thread runs no
/// user-mode code at all.
/// </remarks>
internal sealed unsafe class DedicatedThread : IDisposable
{
    // The handler's budget is 4 KiB, a signal frame some KiB; the runtime itself wants the rest.
    private const int StackSize = 256 * 1024;

    private readonly Thread _thread;
    private readonly int* _stop;
    private Exception? _failure;

    /// <param name="name">Its name.</param>
    /// <param name="preparer">Prepares it, before this returns; null: as it is.</param>
    public DedicatedThread(string name, ThreadPreparer? preparer = null)
    {
        _stop = (int*)NativeMemory.AllocZeroed(sizeof(int));
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() => Run(ready, preparer), StackSize) { IsBackground = true, Name = name };
        _thread.Start();
        ready.Wait();
        if (_failure is not null)
        {
            Dispose();
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    /// <summary>The kernel's id of the thread.</summary>
    public int ThreadId { get; private set; }

    /// <summary>Ends the thread. No source may target it any more.</summary>
    public void Dispose()
    {
        Volatile.Write(ref *_stop, 1);
        LibC.futex_wake(_stop, 1);
        _thread.Join();
        NativeMemory.Free(_stop);
    }

    private void Run(ManualResetEventSlim ready, ThreadPreparer? preparer)
    {
        stack_t former;
        try
        {
            former = AlternateStack.Enlarge();
            preparer?.Apply();
        }
        catch (Exception failure)
        {
            // Not swallowed: thrown on the thread that waits for this one.
            _failure = failure;
            ready.Set();
            return;
        }

        ThreadId = LibC.gettid();
        ready.Set();
        while (Volatile.Read(ref *_stop) == 0)
        {
            // EAGAIN says that the word changed, EINTR that a handler without SA_RESTART ran: look again in both cases.
            LibC.futex_wait(_stop, 0);
        }

        preparer?.Undo();
        AlternateStack.Restore(former);
    }
}
