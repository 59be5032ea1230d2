// What stands in front of the runtime's handler of SIGSEGV: that it leads where it should, and that faults end as they do without it.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Dispatch;

public sealed unsafe partial class FaultDispatcherTests
{
    private const int MapError = 1; // SEGV_MAPERR
    private const ulong Sigrtmin = 1UL << 33;
    private const ulong Sigsegv = 1UL << 10;

    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    private static int s_returns;
    private static int s_handled;
    private static ucontext_t s_returned;
    private static (int Signal, nint Info, nint Context, ulong Blocked) s_seen;

    [Fact]
    public void It_leaves_by_jumps_as_the_compiler_tells()
    {
        JitListing listing = JitListing.Of("*FaultDispatcher:Entry", InstallForProcess);

        // To the handler behind, and back. The one call is that of its own other half.
        int jumps = listing.Text.Split('\n').Count(static line => line.Contains("tail.jmp", StringComparison.Ordinal) || line.Contains("rex.jmp", StringComparison.Ordinal));
        Assert.True(jumps == 2 && listing.Calls.Count == 3, listing.Text);
    }

    [Fact]
    public void Targets_that_are_prepared_at_the_start_leave_the_handling_of_faults_alone_and_others_do_not() => ChildProcess.Run(StartHarmlessTargets).AssertSucceeded();

    [Fact]
    public void It_is_installed_with_every_signal_blocked_and_otherwise_as_the_runtime_was() => ChildProcess.Run(CompareActions).AssertSucceeded();

    [Fact]
    public void A_fault_on_a_small_stack_comes_again_on_a_large_one() => ChildProcess.Run(ForgeFaultOnSmallStack).AssertSucceeded();

    [Fact]
    public void Everything_else_goes_on_to_the_handler_behind_with_its_mask() => ChildProcess.Run(ForgeOtherFaults).AssertSucceeded();

    [Fact]
    public void A_thread_inside_the_former_handler_is_waited_for_and_in_the_end_refused() => ChildProcess.Run(StayInHandler).AssertSucceeded();

    [Fact]
    public void That_somebody_replaces_it_is_noticed_once() => ChildProcess.Run(ReplaceGuard).AssertSucceeded();

    [Theory]
    [InlineData(nameof(OverflowStack), "SIGABRT", "Stack overflow.")]
    [InlineData(nameof(LeaveExceptionUnhandled), "SIGABRT", "Unhandled exception. System.NullReferenceException")]
    [InlineData(nameof(FaultInNativeCode), "SIGSEGV", "")]
    [InlineData(nameof(SendFault), null, "")] // The runtime lets the first one pass.
    [InlineData(nameof(SendFaultTwice), "SIGSEGV", "")]
    public void A_fault_ends_as_it_does_without_TopHalf(string fault, string? signal, string message)
    {
        (Action with, Action without) = fault switch
        {
            nameof(OverflowStack) => ((Action)OverflowStackGuarded, (Action)OverflowStack),
            nameof(LeaveExceptionUnhandled) => (LeaveExceptionUnhandledGuarded, LeaveExceptionUnhandled),
            nameof(FaultInNativeCode) => (FaultInNativeCodeGuarded, FaultInNativeCode),
            nameof(SendFault) => (SendFaultGuarded, SendFault),
            _ => (SendFaultTwiceGuarded, SendFaultTwice),
        };
        ChildResult expected = ChildProcess.Run(without);
        ChildResult actual = ChildProcess.Run(with);

        Assert.True((expected.Signal, expected.TimedOut) == (signal, false), expected.ToString());
        Assert.True((actual.ExitCode, actual.TimedOut) == (expected.ExitCode, false), actual.ToString());
        Assert.Contains(message, expected.Error, StringComparison.Ordinal);
        Assert.Contains(message, actual.Error, StringComparison.Ordinal);
    }

    private static void InstallForProcess()
    {
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process });
    }

    private static void StartHarmlessTargets()
    {
        nint runtime = Action().sa_sigaction;
        using var dedicated = new ProbedTimer(s_never);
        using var current = new ProbedTimer(s_never, new() { Target = InterruptTarget.CurrentThread });
        using var threaded = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process, Delivery = DeliveryMode.Threaded });
        Assert.Equal(runtime, Action().sa_sigaction);

        // Even if it prepared itself: by its id alone it could be another thread by now.
        InterruptTarget? prepared = null;
        using var worker = new Worker(static () => Thread.Sleep(1), () => prepared = InterruptTarget.CurrentThread);
        using var chosen = new ProbedTimer(s_never, new() { Target = prepared! });
        Assert.Equal(DispatcherMethods.Fault.EntryPoint, Action().sa_sigaction);
    }

    private static void CompareActions()
    {
        sigaction_t before = Action();
        InstallForProcess();
        sigaction_t after = Action();

        Assert.Equal(before.sa_flags, after.sa_flags);
        Assert.Equal(LibC.SA_ONSTACK | LibC.SA_SIGINFO, after.sa_flags & (LibC.SA_ONSTACK | LibC.SA_SIGINFO));
        Assert.Equal(ulong.MaxValue, after.sa_mask.bits | (1UL << (LibC.SIGKILL - 1)) | (1UL << (LibC.SIGSTOP - 1)));
        FaultChain* chain = &SourceTable.Root->Faults;
        Assert.Equal(before.sa_sigaction, (nint)chain->Handler);
        Assert.Equal(before.sa_mask.bits | Sigsegv | Sigrtmin, chain->Mask);

        // The first one decides.
        InstallForProcess();
        Assert.Equal(before.sa_sigaction, (nint)chain->Handler);
    }

    private static void ForgeFaultOnSmallStack()
    {
        delegate*<int, siginfo_t*, ucontext_t*, void> entry = StandInForNeighbours();
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        byte* small = stackalloc byte[64];
        ucontext_t context = SmallStack(small);
        context.uc_sigmask = 0x1234;
        var info = new siginfo_t { si_signo = LibC.SIGSEGV, si_code = MapError };

        // More often than that, the kernel will not have it.
        for (int attempt = 1; attempt <= 8; attempt++)
        {
            entry(LibC.SIGSEGV, &info, &context);
            Assert.Equal((attempt, 0), (s_returns, s_handled));
            Assert.Equal(((nint)pool->Blocks, pool->Size, 0), ((nint)s_returned.uc_stack.ss_sp, s_returned.uc_stack.ss_size, s_returned.uc_stack.ss_flags));
            Assert.Equal((0x1234UL, 0x5678UL), (s_returned.uc_sigmask, s_returned.gregs.Rip));
            Assert.Equal((LibC.gettid(), (nint)small), (pool->Owners[0], (nint)pool->Former[0].ss_sp));
            Assert.Equal(0UL, Blocked());
        }

        Assert.Equal(0, pool->Owners[1]);
        entry(LibC.SIGSEGV, &info, &context);
        Assert.Equal(((nint)pool->Blocks + (nint)pool->Stride, 0), ((nint)s_returned.uc_stack.ss_sp, s_handled));
    }

    private static void ForgeOtherFaults()
    {
        delegate*<int, siginfo_t*, ucontext_t*, void> entry = StandInForNeighbours();
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        byte* small = stackalloc byte[64];
        ucontext_t plain = SmallStack(small);

        Expect(0, plain); // Sent by kill(2).
        Expect(LibC.SI_QUEUE, plain);

        ucontext_t context = plain;
        context.uc_stack.ss_size = pool->Size;
        Expect(MapError, context); // Large.

        context = plain;
        context.uc_stack.ss_flags = LibC.SS_DISABLE;
        Expect(MapError, context); // None.

        context = plain;
        Unsafe.AsRef(in context.gregs.Rsp) = (ulong)(small + 8);
        Expect(MapError, context); // In use.
        Assert.Equal((0, 0), (s_returns, pool->Owners[0]));

        new Span<int>(pool->Owners, pool->Count).Fill(LibC.getpid() + 1);
        Expect(MapError, plain); // No block left.
        Assert.Equal(1, pool->Exhausted);

        new Span<int>(pool->Owners, pool->Count).Clear();
        pool->Blocks++; // Not a page: mprotect refuses it, as it does when the process can have no more areas.
        Expect(MapError, plain);
        Assert.Equal((2, 0), (pool->Exhausted, pool->Owners[0]));

        void Expect(int code, ucontext_t context)
        {
            const int Errno = 77;
            const ulong OwnMask = 0x800; // SIGUSR2
            context.uc_sigmask = OwnMask;
            var info = new siginfo_t { si_signo = LibC.SIGSEGV, si_code = code };
            s_seen = default;
            Marshal.SetLastSystemError(Errno);
            entry(LibC.SIGSEGV, &info, &context);
            int errno = Marshal.GetLastSystemError();

            Assert.Equal((LibC.SIGSEGV, (nint)(&info), (nint)(&context), OwnMask | SourceTable.Root->Faults.Mask), s_seen);
            Assert.Equal(Errno, errno);
            sigset_t none = default;
            Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_SETMASK, &none, null));
        }
    }

    private static void StayInHandler()
    {
        using var cells = new Cells(1);
        long* release = cells[0];
        int signal;
        using (var any = new ProbedTimer(s_never))
        {
            signal = any.Timer.Signal;
        }

        // To look at, as if it were in the handler of a fault.
        using var worker = new Worker(static () => Thread.Sleep(1), () => Block(LibC.SIGSEGV));
        InterruptTimerOptions process = new() { Target = InterruptTarget.Process };
        string refusal = Assert.Throws<InterruptTargetException>(() => new ProbedTimer(s_never, process)).Message;
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Thread {worker.ThreadId} has SIGSEGV blocked, but not signal {signal}"), refusal, StringComparison.Ordinal);
        Assert.Throws<InterruptTargetException>(() => new ProbedTimer(s_never, new() { Target = InterruptTarget.Thread(worker.ThreadId) }));

        // Others are none the worse for it; nor is a thread that cannot be interrupted, or one that comes later.
        using var current = new ProbedTimer(s_never, new() { Target = InterruptTarget.Thread(LibC.gettid()) });
        using var late = new Worker(static () => Thread.Sleep(1), () => Block(LibC.SIGSEGV));
        using (var blocked = new Worker(static () => Thread.Sleep(1), () => Block(LibC.SIGSEGV, signal)))
        {
            using var chosen = new ProbedTimer(s_never, new() { Target = InterruptTarget.Thread(blocked.ThreadId) });
        }

        worker.Dispose();
        using var timer = new ProbedTimer(s_never, process);
    }

    private static void ReplaceGuard()
    {
        sigaction_t runtime = Action();
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process });
        int notices = 0;
        InterruptSource.Notice += (_, notice) =>
        {
            Assert.Equal(InterruptNoticeKind.FaultHandlerReplaced, notice.Kind);
            Interlocked.Increment(ref notices);
        };
        sigaction_t own;
        Assert.Equal(0, LibC.sigaction(LibC.SIGSEGV, &runtime, &own));
        FaultGuard.Watch();
        FaultGuard.Watch();
        Assert.Equal(1, notices);

        Assert.Equal(0, LibC.sigaction(LibC.SIGSEGV, &own, null));
        FaultGuard.Watch();
        Assert.Equal(1, notices);

        // On the ordinary stack there is room.
        sigaction_t ordinary = runtime;
        ordinary.sa_flags &= ~LibC.SA_ONSTACK;
        Assert.Equal(0, LibC.sigaction(LibC.SIGSEGV, &ordinary, null));
        FaultGuard.Watch();
        Assert.Equal(1, notices);
        Assert.Equal(0, LibC.sigaction(LibC.SIGSEGV, &own, null));
    }

    private static void OverflowStackGuarded() => Guarded(OverflowStack);

    private static void LeaveExceptionUnhandledGuarded() => Guarded(LeaveExceptionUnhandled);

    private static void FaultInNativeCodeGuarded() => Guarded(FaultInNativeCode);

    private static void SendFaultGuarded() => Guarded(SendFault);

    private static void SendFaultTwiceGuarded() => Guarded(SendFaultTwice);

    private static void Guarded(Action fault)
    {
        using var timer = new ProbedTimer(s_never, new() { Target = InterruptTarget.Process });
        fault();
    }

    // On a thread of its own, which is not prepared.
    private static void OverflowStack() => OnNewThread(static () => Recurse(1));

    private static void LeaveExceptionUnhandled() => OnNewThread(static () => Fault.Throw());

    private static void FaultInNativeCode() => OnNewThread(static () => strlen(8));

    private static void SendFault() => OnNewThread(static () => LibC.tgkill(LibC.getpid(), LibC.gettid(), LibC.SIGSEGV));

    private static void SendFaultTwice()
    {
        SendFault();
        SendFault();
    }

    private static long Recurse(long depth) => depth + Recurse(depth + 1) + Recurse(depth + 2);

    private static void OnNewThread(ThreadStart start)
    {
        var thread = new Thread(start);
        thread.Start();
        thread.Join();
    }

    // The dispatcher between two neighbours that return; nothing is installed.
    private static delegate*<int, siginfo_t*, ucontext_t*, void> StandInForNeighbours()
    {
        FaultChain* chain = &SourceTable.Root->Faults;
        chain->Handler = &See;
        chain->Return = &Return;
        chain->Mask = Sigsegv | Sigrtmin;
        return (delegate*<int, siginfo_t*, ucontext_t*, void>)DispatcherMethods.Fault.EntryPoint;
    }

    private static void See(int signal, siginfo_t* info, ucontext_t* context)
    {
        s_handled++;
        s_seen = (signal, (nint)info, (nint)context, Blocked());
    }

    private static void Return(ucontext_t* frame)
    {
        s_returns++;
        s_returned = *frame;
    }

    private static ucontext_t SmallStack(byte* start)
    {
        ucontext_t context = default;
        context.uc_stack = new stack_t { ss_sp = start, ss_size = 64 };
        Unsafe.AsRef(in context.gregs.Rip) = 0x5678;
        return context;
    }

    private static sigaction_t Action()
    {
        sigaction_t action;
        Assert.Equal(0, LibC.sigaction(LibC.SIGSEGV, null, &action));
        return action;
    }

    private static ulong Blocked()
    {
        // SAFETY: no P/Invoke that could change errno.
        sigset_t blocked = default;
        SignalSafeLibC.pthread_sigmask(LibC.SIG_BLOCK, null, &blocked);
        return blocked.bits;
    }

    private static void Block(params int[] signals)
    {
        sigset_t set = default;
        foreach (int signal in signals)
        {
            set.bits |= 1UL << (signal - 1);
        }

        Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_BLOCK, &set, null));
    }

    [LibraryImport(LibC.Name)]
    private static partial nuint strlen(nint text);
}
