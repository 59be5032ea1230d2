using System.Runtime.InteropServices;
using TopHalf.Analyzers.Knowledge;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>The signals that TopHalf owns in this process: chooses them, installs the dispatcher, notices when it is replaced. Ordinary context.</summary>
/// <remarks>
/// An installed dispatcher is never taken out again: another library may have saved it as "the previous handler" and bring it back at any
/// time, and without sources it does no harm. Its mask blocks every signal, the runtime's suspension signal and the synchronous faults
/// included, so that nothing nests into a handler that the runtime does not know of: every signal but those of TopHalf's higher levels, which are handled
/// by the same dispatcher. So the mask of a level grows narrower when a higher one comes into use. SA_RESTART makes the kernel restart interrupted
/// system calls, except those that signal(7) lists as never restarted (poll, epoll_wait, select, nanosleep, …). SA_ONSTACK is never set.
/// </remarks>
internal static unsafe class SignalRegistry
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<int, nint> s_installed = [];
    private static readonly HashSet<int> s_replaced = [];
    private static readonly int[] s_defaults = new int[InterruptLevel.Count];
    private static readonly ulong[] s_ofLevel = new ulong[InterruptLevel.Count];
    private static ulong s_solitary;
    private static ulong s_signals;

    /// <summary>The signals that are TopHalf's by now: bit n - 1 is signal n. Lock-free.</summary>
    public static ulong Signals => Volatile.Read(ref s_signals);

    /// <summary>Makes sure that the dispatcher is compiled, verified and installed for a signal; returns the signal.</summary>
    /// <param name="requested">The signal wanted, or null for the first free real-time signal, the same for every source of the level.</param>
    /// <param name="interrupts">Whether it is to interrupt threads; otherwise threaded delivery waits for it.</param>
    /// <param name="level">The level of its sources. A signal has one for good.</param>
    /// <exception cref="SignalUnavailableException">The signal is not to be had.</exception>
    /// <exception cref="HandlerVerificationException">The dispatcher itself did not pass the verifier on this runtime.</exception>
    public static int Claim(int? requested, bool interrupts, int level = 0)
    {
        lock (s_gate)
        {
            int signal = requested ?? DefaultSignal(level);
            if ((Signals & BitOf(signal)) != 0 && LevelOf(signal) != level)
            {
                throw new SignalUnavailableException(
                    signal,
                    $"Signal {signal} has sources of level {LevelOf(signal)} in this process, so it cannot have one of level {level}: it is by the signal that the kernel knows what may interrupt what. " +
                    "Leave the property Signal of the options unset, so that the level's own signal is taken, or choose another number.");
            }

            if (s_installed.TryGetValue(signal, out nint installed))
            {
                if (!IsInstalled(signal))
                {
                    throw new SignalUnavailableException(
                        signal,
                        $"The handler of signal {signal} was replaced by other code in this process since TopHalf installed its own. " +
                        "Find who calls sigaction for it, or choose another number by the property Signal of the options.");
                }

                if (installed != LibC.SIG_IGN || !interrupts)
                {
                    return signal;
                }
            }
            else if (RefusalOf(signal, Query(signal).sa_sigaction) is { } refusal)
            {
                throw new SignalUnavailableException(signal, refusal);
            }

            Install(signal, interrupts, level);
            return signal;
        }
    }

    /// <summary>As <see cref="Claim"/>, of a signal for sources of all levels: it interrupts no handler, and nothing interrupts one that it calls.</summary>
    public static void ClaimSolitary(int signal, bool interrupts)
    {
        lock (s_gate)
        {
            if ((Signals & BitOf(signal)) != 0 && LevelOf(signal) != 0)
            {
                throw new SignalUnavailableException(signal, $"Signal {signal} has sources of level {LevelOf(signal)} in this process. Choose another number for them by the property Signal of the options.");
            }

            bool narrows = (s_solitary & BitOf(signal)) == 0;
            s_solitary |= BitOf(signal);
            Claim(signal, interrupts);
            if (narrows)
            {
                SetMask(signal);
            }
        }
    }

    /// <summary>The level of a signal's sources; 0 of one that is not TopHalf's.</summary>
    public static int LevelOf(int signal)
    {
        for (int level = InterruptLevel.Count - 1; level > 0; level--)
        {
            if ((Volatile.Read(ref s_ofLevel[level]) & BitOf(signal)) != 0)
            {
                return level;
            }
        }

        return 0;
    }

    /// <summary>The signals that must not come while a handler of a level runs: those of its own level and of lower ones. Lock-free.</summary>
    public static ulong UpTo(int level) => Signals & ~Above(level);

    /// <summary>Whether a signal still has the dispatcher as its handler.</summary>
    public static bool IsInstalled(int signal)
    {
        lock (s_gate)
        {
            return s_installed.TryGetValue(signal, out nint installed) && Query(signal).sa_sigaction == installed;
        }
    }

    /// <summary>Raises a notice for each signal whose handler somebody replaced since the last look.</summary>
    public static void Watch()
    {
        List<int> lost = [];
        lock (s_gate)
        {
            foreach (int signal in s_installed.Keys)
            {
                bool replaced = !IsInstalled(signal);
                if (replaced && s_replaced.Add(signal))
                {
                    lost.Add(signal);
                }
                else if (!replaced)
                {
                    s_replaced.Remove(signal);
                }
            }
        }

        foreach (int signal in lost)
        {
            InterruptSource.RaiseNotice(
                InterruptNoticeKind.SignalReplaced,
                string.Empty,
                $"the handler of signal {signal} was replaced by other code in this process, so the interrupt sources on it are silent. " +
                "Find who calls sigaction for it, or choose another number by the property Signal of the options.");
        }
    }

    /// <summary>Why a signal cannot be used, given the handler it has now; null if it can.</summary>
    internal static string? RefusalOf(int signal, nint handler)
    {
        const string Remedy = "Leave the property Signal of the options unset, so that the first free real-time signal is taken.";
        if (ReservedSignals.ReasonFor(signal, LibC.__libc_current_sigrtmin(), LibC.__libc_current_sigrtmax()) is { } reason)
        {
            return $"Signal {signal} {reason}. {Remedy}";
        }

        return handler switch
        {
            LibC.SIG_DFL => null,
            LibC.SIG_IGN => $"Signal {signal} is set to be ignored; somebody in this process, or its parent, did that for a reason. {Remedy}",
            _ => $"Signal {signal} already has a handler in this process (in {MemoryMap.Read().Library(handler) ?? "generated code"}). Two handlers of one signal cannot both work. {Remedy}",
        };
    }

    private static int DefaultSignal(int level)
    {
        if (s_defaults[level] != 0)
        {
            return s_defaults[level];
        }

        int last = LibC.__libc_current_sigrtmax();
        for (int signal = LibC.__libc_current_sigrtmin() + ReservedSignals.DefaultOffset; signal <= last; signal++)
        {
            if ((Signals & BitOf(signal)) == 0 && Query(signal).sa_sigaction == LibC.SIG_DFL)
            {
                return s_defaults[level] = signal;
            }
        }

        throw new SignalUnavailableException(
            last,
            $"Every real-time signal up to {last} has a handler already. Free one, or name another signal by the property Signal of the options (SIGUSR2 is 12).");
    }

    private static void Install(int signal, bool interrupts, int level)
    {
        _ = SourceTable.Root;
        nint dispatcher = Dispatcher(interrupts);
        Set(signal, dispatcher, level);
        s_installed[signal] = dispatcher;
        Volatile.Write(ref s_ofLevel[level], s_ofLevel[level] | BitOf(signal));
        Volatile.Write(ref s_signals, s_signals | BitOf(signal));
        foreach (int lower in s_installed.Keys.Where(other => LevelOf(other) < level))
        {
            SetMask(lower);
        }
    }

    // What somebody else has put there meanwhile is left alone; the watch reports it.
    private static void SetMask(int signal)
    {
        if (IsInstalled(signal))
        {
            Set(signal, s_installed[signal], LevelOf(signal));
        }
    }

    private static void Set(int signal, nint dispatcher, int level)
    {
        sigaction_t action = default;
        action.sa_sigaction = dispatcher;
        action.sa_flags = LibC.SA_SIGINFO | LibC.SA_RESTART;
        action.sa_mask.bits = (s_solitary & BitOf(signal)) != 0 ? ulong.MaxValue : ~Above(level);

        // SAFETY: the handler is a compiled body that the verifier proved, kept alive by DispatcherMethods for the life of the process.
        if (LibC.sigaction(signal, &action, null) != 0)
        {
            throw new SignalUnavailableException(signal, $"sigaction for signal {signal} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    // The signals of the levels above.
    private static ulong Above(int level)
    {
        ulong signals = 0;
        while (++level < InterruptLevel.Count)
        {
            signals |= Volatile.Read(ref s_ofLevel[level]);
        }

        return signals;
    }

    private static ulong BitOf(int signal) => 1UL << (signal - 1);

    // Threaded delivery must also work where the JIT was told not to optimise, in a debugger above all. There the signal is ignored on
    // threads that do not wait for it.
    private static nint Dispatcher(bool interrupts)
    {
        try
        {
            _ = DispatcherMethods.Replay;
            _ = DispatcherMethods.AcceptWaited;
            return DispatcherMethods.Entry.EntryPoint;
        }
        catch (HandlerVerificationException) when (!interrupts)
        {
            return LibC.SIG_IGN;
        }
        catch (HandlerVerificationException refusal)
        {
            throw new InvalidOperationException(
                "TopHalf's own dispatcher is not safe as it was compiled in this process. Most likely the JIT compiler was told not to optimise: by a debugger's " +
                "\"Suppress JIT optimization on module load\", by DOTNET_JITMinOpts or by a profiler. Undo that, or set Delivery to DeliveryMode.Threaded.",
                refusal);
        }
    }

    private static sigaction_t Query(int signal)
    {
        sigaction_t current = default;
        return LibC.sigaction(signal, null, &current) == 0 || Marshal.GetLastPInvokeError() == LibC.EINVAL
            ? current
            : throw new SignalUnavailableException(signal, $"sigaction for signal {signal} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }
}
