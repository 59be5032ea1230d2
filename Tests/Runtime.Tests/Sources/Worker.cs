// A thread that repeats one piece of work until it is disposed.
using System.Runtime.ExceptionServices;
using TopHalf.Interop;

namespace TopHalf.Runtime.Tests;

internal sealed class Worker : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stop;
    private Exception? _failure;

    /// <param name="step">Called again and again.</param>
    /// <param name="first">Called once, before the constructor returns.</param>
    public Worker(Action step, Action? first = null)
    {
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() => Run(step, first, ready)) { IsBackground = true };
        _thread.Start();
        ready.Wait();
    }

    /// <summary>The kernel's id of the thread.</summary>
    public int ThreadId { get; private set; }

    /// <summary>How often the work was done.</summary>
    public long Rounds { get; private set; }

    /// <summary>Whether the work threw.</summary>
    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>A thread that does nothing but wait, without using the CPU.</summary>
    public static Worker Idle() => new(static () => Thread.Sleep(1));

    /// <summary>Ends the thread, and throws what it threw.</summary>
    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }

    private void Run(Action step, Action? first, ManualResetEventSlim ready)
    {
        ThreadId = LibC.gettid();
        try
        {
            first?.Invoke();
            ready.Set();
            while (!_stop)
            {
                step();
                Rounds++;
            }
        }
        catch (Exception failure)
        {
            // Not swallowed: Dispose throws it on the test's thread.
            Volatile.Write(ref _failure, failure);
            ready.Set();
        }
    }
}
