using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>
/// The signals that the kernel sends for one descriptor: fcntl(2) F_SETSIG, F_SETOWN_EX, O_ASYNC; or, where it sends none, <see cref="DescriptorWatch"/>. Ordinary
/// context.
/// </summary>
/// <remarks>
/// They are asked of a duplicate, which belongs to the same open file as the descriptor that was given: a signal names the descriptor by which it was asked
/// for, and of the duplicate nobody else closes the number, nor gets it for another file. What is set is of the open file, so it is put back in the end.
/// </remarks>
internal sealed unsafe class DescriptorSignals : IDisposable
{
    // The kernel's table of a process's descriptors is as long as the highest number, so this is a matter of some KiB.
    private const int NumbersInTurn = 1024;

    private static readonly object s_gate = new();
    private static int s_next;

    private readonly int _former;
    private readonly f_owner_ex _formerOwner;
    private readonly int _formerSignal;
    private bool _armed;
    private bool _silent;
    private ulong _key;
    private int _bands;
    private int _threadId;

    private DescriptorSignals(int former, int duplicate)
    {
        _former = former;
        Descriptor = duplicate;
        f_owner_ex owner;
        _formerOwner = Fcntl(LibC.F_GETOWN_EX, (nint)(&owner)) == 0 ? owner : default;
        _formerSignal = Fcntl(LibC.F_GETSIG, 0);
    }

    /// <summary>The duplicate.</summary>
    public int Descriptor { get; }

    /// <summary>Whether a thread waits for it, as the kernel sends no signals for this kind of file.</summary>
    public bool IsWatched { get; private set; }

    /// <summary>Whether other code has changed where the signals go.</summary>
    public bool IsTaken => _armed && !_silent && ((Fcntl(LibC.F_GETFL, 0) & LibC.O_ASYNC) == 0 || Fcntl(LibC.F_GETSIG, 0) != Signal);

    /// <summary>Whether the descriptor that was given is no longer of the file that it was.</summary>
    public bool IsFormerGone
    {
        get
        {
            int order = LibC.kcmp_file(_former, Descriptor);
            return order > 0 || (order < 0 && Marshal.GetLastPInvokeError() == LibC.EBADF);
        }
    }

    private int Signal { get; set; }

    /// <exception cref="InterruptDescriptorException">The descriptor is not open, or its signals are asked for already.</exception>
    /// <exception cref="InterruptLimitException">There is no number left for a duplicate.</exception>
    public static DescriptorSignals Of(int descriptor)
    {
        int duplicate = Duplicate(descriptor, out int error);
        if (duplicate < 0)
        {
            throw error == LibC.EMFILE ? NoDescriptorLeft() : new InterruptDescriptorException(
                descriptor, $"Descriptor {descriptor} is not open ({Marshal.GetPInvokeErrorMessage(error)}). Start the source while it is, and dispose of the source before it is closed.");
        }

        return With(descriptor, duplicate);
    }

    /// <summary>Takes over a descriptor that nobody else has.</summary>
    public static DescriptorSignals Adopt(int own)
    {
        try
        {
            return Of(own);
        }
        finally
        {
            _ = LibC.close(own);
        }
    }

    /// <summary>
    /// The second signal that a source of a descriptor has: the kernel sends it where the queue of signals is full, and it ends a process that has no handler
    /// of it. It serves descriptors of all levels: so that none of them interrupts a handler of its level or of a higher one, it waits until the handler that runs returns,
    /// and nothing interrupts what it calls.
    /// </summary>
    /// <exception cref="SignalUnavailableException">Somebody else has it.</exception>
    public static void ClaimOverflowSignal(bool interrupts)
    {
        try
        {
            SignalRegistry.ClaimSolitary(LibC.SIGIO, interrupts);
        }
        catch (SignalUnavailableException taken)
        {
            throw new SignalUnavailableException(
                LibC.SIGIO,
                "Where its queue of signals is full the kernel sends SIGIO for descriptors and counters, which ends a process that does not handle it, so TopHalf must. " +
                $"It cannot: somebody in this process set it before. Find who calls sigaction for SIGIO. ({taken.Message})");
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The signal is not a real-time one.</exception>
    public static void RequireRealTime(int? signal, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(signal))] string parameter = "")
    {
        const int FirstRealTime = 32;
        if (signal < FirstRealTime)
        {
            throw new ArgumentOutOfRangeException(
                parameter, signal, "Not a real-time signal: of these the kernel queues each with its descriptor, of others it drops one that comes while another waits. Leave it unset.");
        }
    }

    /// <summary>From here on the signal is sent, to a thread, or to the process if <paramref name="threadId"/> is 0.</summary>
    /// <param name="signal">The source's.</param>
    /// <param name="threadId">Where to.</param>
    /// <param name="key">The source's.</param>
    /// <param name="bands">What is waited for where the kernel sends no signals.</param>
    /// <exception cref="InterruptDescriptorException">The file is of a kind that is always ready.</exception>
    public void Arm(int signal, int threadId, ulong key, int bands)
    {
        (Signal, _threadId, _bands) = (signal, threadId, bands);
        Register(key);
        _armed = true;
        var owner = new f_owner_ex { type = threadId == 0 ? LibC.F_OWNER_PID : LibC.F_OWNER_TID, pid = threadId == 0 ? LibC.getpid() : threadId };
        Require(Fcntl(LibC.F_SETSIG, signal), "F_SETSIG");
        Require(Fcntl(LibC.F_SETOWN_EX, (nint)(&owner)), "F_SETOWN_EX");
        Require(Fcntl(LibC.F_SETFL, Fcntl(LibC.F_GETFL, 0) | LibC.O_ASYNC), "F_SETFL");
        if ((Fcntl(LibC.F_GETFL, 0) & LibC.O_ASYNC) == 0)
        {
            // The kernel does not say so otherwise.
            Disarm();
            Watch();
        }
    }

    private void Watch()
    {
        IsWatched = DescriptorWatch.TryAdd(Descriptor, _bands, _key, Signal, _threadId);
        if (!IsWatched)
        {
            throw new InterruptDescriptorException(
                _former,
                $"Descriptor {_former} ({Describe(Descriptor)}) cannot interrupt: a file of this kind is always ready, so the kernel neither sends signals for it nor can it be waited for. " +
                "Pipes, FIFOs, sockets, terminals, inotify, eventfd, timerfd, epoll and the like can interrupt. Put one of these in its place.");
        }
    }

    /// <summary>Stops the signals until <see cref="Revive"/>.</summary>
    public void Silence()
    {
        _silent = true;
        if (IsWatched)
        {
            DescriptorWatch.Remove(Descriptor, _key);
            return;
        }

        Require(Fcntl(LibC.F_SETFL, Fcntl(LibC.F_GETFL, 0) & ~LibC.O_ASYNC), "F_SETFL");
    }

    /// <summary>Has them sent again.</summary>
    public void Revive()
    {
        if (IsWatched)
        {
            Watch();
        }
        else
        {
            Require(Fcntl(LibC.F_SETFL, Fcntl(LibC.F_GETFL, 0) | LibC.O_ASYNC), "F_SETFL");
        }

        _silent = false;
    }

    /// <summary>Ends the signals, and puts back what was set before. Those on their way may still come.</summary>
    public void Disarm()
    {
        if (IsWatched)
        {
            DescriptorWatch.Remove(Descriptor, _key);
        }

        if (!_armed)
        {
            return;
        }

        // What other code set meanwhile is its own business. Nothing else can fail: the duplicate is open, and a former owner that has ended owns nothing.
        bool taken = Fcntl(LibC.F_GETSIG, 0) != Signal;
        _armed = false;
        if (taken)
        {
            return;
        }

        f_owner_ex owner = _formerOwner;
        Require(Fcntl(LibC.F_SETFL, Fcntl(LibC.F_GETFL, 0) & ~LibC.O_ASYNC), "F_SETFL");
        Require(Fcntl(LibC.F_SETSIG, _formerSignal), "F_SETSIG");
        if (Fcntl(LibC.F_SETOWN_EX, (nint)(&owner)) != 0)
        {
            owner.pid = 0;
            Require(Fcntl(LibC.F_SETOWN_EX, (nint)(&owner)), "F_SETOWN_EX");
        }
    }

    /// <summary>Closes the duplicate. No thread is in the source's slot.</summary>
    public void Dispose()
    {
        Unregister();
        if (LibC.close(Descriptor) != 0 && Marshal.GetLastPInvokeError() == LibC.EBADF)
        {
            throw new InvalidOperationException($"Descriptor {Descriptor}, which only TopHalf had, was closed by other code in this process: some close(2) there is one too many.");
        }
    }

    // The lowest number that is free would be that of the source that ended last, whose signals may still be on their way.
    private static int Duplicate(int descriptor, out int error)
    {
        lock (s_gate)
        {
            int duplicate = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, s_next);
            error = Marshal.GetLastPInvokeError();
            if (duplicate < 0 && error is LibC.EMFILE or LibC.EINVAL)
            {
                duplicate = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, 0);
                error = Marshal.GetLastPInvokeError();
            }

            s_next = (duplicate + 1) % NumbersInTurn;
            return duplicate;
        }
    }

    private static DescriptorSignals With(int former, int duplicate)
    {
        DescriptorSignals signals = new(former, duplicate);
        if (duplicate >= InterruptTable.DescriptorCapacity)
        {
            signals.Dispose();
            throw NoDescriptorLeft();
        }

        if ((signals.Fcntl(LibC.F_GETFL, 0) & LibC.O_ASYNC) != 0)
        {
            signals.Dispose();
            throw new InterruptDescriptorException(
                former,
                $"Descriptor {former} ({Describe(former)}) sends signals already (O_ASYNC), to process or thread {signals._formerOwner.pid}: another source watches it, or a duplicate of it, " +
                "or other code does. An open file has one owner. End the other, or open the file again.");
        }

        return signals;
    }

    private static InterruptLimitException NoDescriptorLeft() => new(
        "There is no number left for a duplicate of the descriptor (RLIMIT_NOFILE, 1,048,576 at the most). Close files, or raise the limit: 'ulimit -n' in the shell, LimitNOFILE= in a systemd unit.");

    private static string Describe(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "of an unknown file";

    private int Fcntl(int command, nint argument) => LibC.fcntl(Descriptor, command, argument);

    private void Require(int result, string command)
    {
        if (result < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new InterruptDescriptorException(_former, $"fcntl {command} of descriptor {_former} ({Describe(Descriptor)}) failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    private void Register(ulong key)
    {
        InterruptTable* table = SourceTable.Root;
        lock (s_gate)
        {
            int place = new Span<ulong>(table->DescriptorSources, table->DescriptorSourceCount).IndexOf(0UL);
            _key = key;
            Volatile.Write(ref table->DescriptorSources[place >= 0 ? place : table->DescriptorSourceCount], key);
            Volatile.Write(ref table->Descriptors[Descriptor], key);
            if (place < 0)
            {
                Volatile.Write(ref table->DescriptorSourceCount, table->DescriptorSourceCount + 1);
            }
        }
    }

    private void Unregister()
    {
        if (_key == 0)
        {
            return;
        }

        InterruptTable* table = SourceTable.Root;
        lock (s_gate)
        {
            int place = new Span<ulong>(table->DescriptorSources, table->DescriptorSourceCount).IndexOf(_key);
            Volatile.Write(ref table->DescriptorSources[place], 0);
            Volatile.Write(ref table->Descriptors[Descriptor], 0);
            _key = 0;
        }
    }
}
