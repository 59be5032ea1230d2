using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>
/// Puts <see cref="FaultDispatcher"/> in front of the runtime's handler of SIGSEGV, for threads that could not be given a large alternate
/// stack before they are interrupted. Ordinary context.
/// </summary>
/// <remarks>
/// Never taken out again, for the reason that <see cref="SignalRegistry"/> gives. Where SIGSEGV is not handled on an alternate stack
/// (NativeAOT), there is no hazard, and nothing is installed.
/// </remarks>
internal static unsafe class FaultGuard
{
    // Handling a fault takes microseconds until SIGSEGV is unblocked again.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // For a thread that has taken its signal from the kernel's queue, but not reached the handler yet.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(10);

    private static readonly object s_gate = new();

    // Threads that may be in the handler since before the guard came.
    private static readonly HashSet<int> s_suspects = [];

    private static bool s_installed;
    private static bool s_replaced;

    /// <summary>Sees to it that no thread that the target stands for can be interrupted by the signal while it handles a fault on a small stack.</summary>
    /// <exception cref="InterruptTargetException">A thread does not live, or stays in the handling of a fault; or a profiler could replace what guards it.</exception>
    /// <exception cref="HandlerVerificationException">The fault dispatcher did not pass the verifier on this runtime.</exception>
    public static void Cover(InterruptTarget target, int signal)
    {
        if (target.Kind == InterruptTargetKind.Dedicated || !RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        KernelTimer.RequireThread(target.ThreadId);

        // What holds for the calling thread can be looked at; of another one it is never sure, as thread ids come again.
        if (target.ThreadId == LibC.gettid() && AlternateStack.IsLargeEnough)
        {
            return;
        }

        if (Profiler.IsEnabled)
        {
            throw new InterruptTargetException(
                $"The {target} cannot be interrupted beside a profiler (CORECLR_ENABLE_PROFILING): what handles faults on the threads concerned could be replaced by it. " +
                "Use InterruptTarget.Dedicated, or InterruptTarget.CurrentThread evaluated on the thread that starts the source; or run without the profiler.");
        }

        // The watch does this too, but only while there are sources.
        AlternateStack.ReclaimIfMany();
        lock (s_gate)
        {
            if (s_installed || Install())
            {
                WaitForHandlersInProgress(target.ThreadId, signal);
            }
        }
    }

    /// <summary>Raises a notice if somebody replaced the guard since the last look.</summary>
    public static void Watch()
    {
        lock (s_gate)
        {
            bool before = s_replaced;
            s_replaced = s_installed && Query() is var current && current.sa_sigaction != DispatcherMethods.Fault.EntryPoint && IsHazard(current);
            if (before || !s_replaced)
            {
                return;
            }
        }

        InterruptSource.RaiseNotice(
            InterruptNoticeKind.FaultHandlerReplaced,
            string.Empty,
            "the handler of SIGSEGV was replaced by other code in this process. Unless the new one calls the one that it found, an interrupt during a " +
            "NullReferenceException can end the process on threads that did not call InterruptTarget.PrepareCurrentThread(). Find who calls sigaction for it.");
    }

    // A handler on the ordinary stack, or none, has room enough.
    private static bool IsHazard(in sigaction_t action) =>
        (action.sa_flags & LibC.SA_ONSTACK) != 0 && action.sa_sigaction is not (LibC.SIG_DFL or LibC.SIG_IGN);

    private static bool Install()
    {
        InterruptTable* table = SourceTable.Root;
        sigaction_t former = Query();
        if (!IsHazard(former))
        {
            return false;
        }

        VerifiedHandler dispatcher = DispatcherMethods.Fault;
        if (!dispatcher.Report.Calls.Where(static call => call.Kind == HandlerCallKind.Trusted).All(static call => call.Instruction.StartsWith("jmp ", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException(
                "The JIT compiler made a call of what must be a jump to the runtime's handler of SIGSEGV. " +
                $"Interrupt threads that prepare themselves (InterruptTarget.CurrentThread or Dedicated), and report this to TopHalf:\n{dispatcher.Report}");
        }

        AlternateStack.LearnOfRuntime();
        table->Faults.Return = (delegate*<ucontext_t*, void>)NativeThunk.Sigreturn();
        SetChain(table, former);
        sigaction_t action = former;
        action.sa_sigaction = dispatcher.EntryPoint;
        action.sa_flags |= LibC.SA_SIGINFO;
        action.sa_mask.bits = ulong.MaxValue;

        // SAFETY: the handler is a compiled body that the verifier proved, kept alive by DispatcherMethods for the life of the process, and
        // what it leads to is the handler that is in force.
        if (LibC.sigaction(LibC.SIGSEGV, &action, &former) != 0)
        {
            throw new SignalUnavailableException(LibC.SIGSEGV, $"sigaction for SIGSEGV failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        // Somebody else may have been as quick.
        SetChain(table, former);
        s_installed = true;

        Thread.Sleep(s_grace);
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            s_suspects.Add(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture));
        }

        return true;
    }

    private static void SetChain(InterruptTable* table, in sigaction_t former)
    {
        table->Faults.Mask = former.sa_mask.bits | MaskOf(LibC.__libc_current_sigrtmin());
        if ((former.sa_flags & LibC.SA_NODEFER) == 0)
        {
            table->Faults.Mask |= MaskOf(LibC.SIGSEGV);
        }

        table->Faults.Handler = (delegate*<int, siginfo_t*, ucontext_t*, void>)former.sa_sigaction;
    }

    // A thread that faulted before the guard was there runs the old handler on its small stack, until the runtime unblocks SIGSEGV, which it does
    // on the ordinary stack. While our signal is blocked, too, it is in no danger, but stays suspect.
    private static void WaitForHandlersInProgress(int threadId, int signal)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            s_suspects.RemoveWhere(static thread => BlockedBy(thread) is not { } blocked || (blocked & MaskOf(LibC.SIGSEGV)) == 0);
            int endangered = s_suspects.FirstOrDefault(thread =>
                (threadId == 0 || thread == threadId) && BlockedBy(thread) is { } blocked && (blocked & MaskOf(signal)) == 0);
            if (endangered == 0)
            {
                return;
            }

            if (watch.Elapsed > s_patience)
            {
                throw new InterruptTargetException(
                    $"Thread {endangered} has SIGSEGV blocked, but not signal {signal}, for {s_patience.TotalSeconds} s: it seems to be in the runtime's handling of a fault, where an interrupt " +
                    $"could end the process. Unblock SIGSEGV on that thread, or block signal {signal} there, too (pthread_sigmask); or interrupt another thread.");
            }

            Thread.Sleep(1);
        }
    }

    // The signals that a thread blocks; null if it has ended.
    private static ulong? BlockedBy(int threadId)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/self/task/{threadId}/status"))
            {
                if (line.StartsWith("SigBlk:", StringComparison.Ordinal))
                {
                    return ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                }
            }
        }
        catch (IOException) when (!KernelTimer.ThreadLives(threadId))
        {
            return null;
        }

        return null;
    }

    private static ulong MaskOf(int signal) => 1UL << (signal - 1);

    private static sigaction_t Query()
    {
        sigaction_t current;
        return LibC.sigaction(LibC.SIGSEGV, null, &current) == 0
            ? current
            : throw new SignalUnavailableException(LibC.SIGSEGV, $"sigaction for SIGSEGV failed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }
}
