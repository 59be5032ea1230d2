using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Generator.Tests.Running;

/// <summary>
/// Interrupts the calling thread by signals that are what a timer's would be, the dispatcher's whole way: some that the thread sends to itself
/// out of a system call, in both modes that the collector knows, and some that another thread sends while this one is at ordinary work.
/// </summary>
internal sealed unsafe partial class Victim : IDisposable
{
    private const int MostUnderWay = 64;

    private readonly Thread _sender;
    private readonly SemaphoreSlim _request = new(0);
    private volatile bool _stop;
    private InterruptSlot* _slot;
    private siginfo_t _signal;
    private long _until;
    private int _thread;

    public Victim()
    {
        _sender = new Thread(Send) { Name = "sender", IsBackground = true };
        _sender.Start();
    }

    /// <summary>Interrupts this thread, which must be the source's target, <paramref name="count"/> times.</summary>
    public void Interrupt(InterruptSource source, InterruptSlot* slot, int count)
    {
        _slot = slot;
        _signal = new siginfo_t { si_signo = source.Signal, si_code = LibC.SI_TIMER, si_timerid = slot->Sender, si_value = slot->Key };
        _thread = LibC.gettid();
        int process = LibC.getpid();

        // What another thread sends costs ten times as much, by the switches between threads.
        int fromOutside = count / 10;
        int preemptive = (count - fromOutside) / 2;

        // This object may be moved by the collections that go on meanwhile.
        fixed (siginfo_t* signal = &_signal)
        {
            for (int i = 0; i < preemptive; i++)
            {
                Require(LibC.rt_tgsigqueueinfo(process, _thread, signal->si_signo, signal));
            }

            // The same in cooperative mode: while such a handler runs, no collection can.
            for (int i = 0; i < count - fromOutside - preemptive; i++)
            {
                Require((int)SendCooperatively(SYS_rt_tgsigqueueinfo, process, _thread, signal->si_signo, (nint)signal));
            }
        }

        _until = count;
        _request.Release();
        var work = new OrdinaryWork();
        while (Volatile.Read(ref slot->Delivered) < count)
        {
            work.Turn();
        }
    }

    public void Dispose()
    {
        _stop = true;
        _request.Release();
        _sender.Join();
        _request.Dispose();
    }

    private void Send()
    {
        while (true)
        {
            _request.Wait();
            if (_stop)
            {
                return;
            }

            int process = LibC.getpid();
            long sent = Volatile.Read(ref _slot->Delivered);
            while (sent < _until)
            {
                // The queue of signals is short, and the next should meet another instruction.
                if (sent - Volatile.Read(ref _slot->Delivered) >= MostUnderWay)
                {
                    Thread.Yield();
                    continue;
                }

                siginfo_t signal = _signal;
                Require(LibC.rt_tgsigqueueinfo(process, _thread, signal.si_signo, &signal));
                sent++;
            }
        }
    }

    private static void Require(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"rt_tgsigqueueinfo failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    private const long SYS_rt_tgsigqueueinfo = 297;

    [LibraryImport("libc.so.6", EntryPoint = "syscall")]
    [SuppressGCTransition]
    private static partial long SendCooperatively(long number, long process, long thread, long signal, nint info);
}
