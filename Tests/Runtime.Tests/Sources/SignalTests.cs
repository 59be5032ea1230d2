// Which signals a source may have, and what is installed for them.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using TopHalf.Sources;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class SignalTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(500);
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(int.MinValue, "is not a signal number")]
    [InlineData(-1, "is not a signal number")]
    [InlineData(0, "is not a signal number")]
    [InlineData(65, "is beyond the last signal, 64")]
    [InlineData(int.MaxValue, "is beyond the last signal, 64")]
    [InlineData(4, "the .NET runtime needs it")]
    [InlineData(5, "the .NET runtime needs it")]
    [InlineData(6, "the .NET runtime needs it")]
    [InlineData(7, "the .NET runtime needs it")]
    [InlineData(8, "the .NET runtime needs it")]
    [InlineData(11, "the .NET runtime needs it")]
    [InlineData(9, "cannot have a handler")]
    [InlineData(19, "cannot have a handler")]
    [InlineData(13, "SIGPIPE")]
    [InlineData(31, "SIGSYS")]
    [InlineData(2, "SIGINT")]
    [InlineData(15, "SIGTERM")]
    [InlineData(17, "SIGCHLD")]
    [InlineData(18, "SIGCONT")]
    [InlineData(28, "SIGWINCH")]
    [InlineData(32, "reserved by the C library")]
    [InlineData(33, "reserved by the C library")]
    [InlineData(34, "what the .NET runtime suspends threads with")]
    public void A_signal_that_others_need_is_refused_with_its_own_reason_and_the_remedy(int signal, string reason)
    {
        SignalUnavailableException refusal = Assert.Throws<SignalUnavailableException>(() => SignalRegistry.Claim(signal, interrupts: true));

        Assert.Equal(signal, refusal.Signal);
        Assert.StartsWith($"Signal {signal} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("Leave the property Signal of the options unset, so that the first free real-time signal is taken.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_with_a_refused_signal_is_not_started() =>
        Assert.Equal(11, Assert.Throws<SignalUnavailableException>(() => new ProbedTimer(s_never, new() { Signal = 11 })).Signal);

    [Fact]
    public void The_default_signal_is_behind_the_runtimes_own_and_shared()
    {
        using var one = new ProbedTimer(s_period);
        using var two = new ProbedTimer(s_period);

        Assert.InRange(one.Timer.Signal, LibC.__libc_current_sigrtmin() + 3, LibC.__libc_current_sigrtmax());
        Assert.Equal(one.Timer.Signal, two.Timer.Signal);
        one.AfterCalls(10);
        two.AfterCalls(10);
        Assert.Equal(0, one.End().Overlaps + two.End().Overlaps);
    }

    [Fact]
    public void A_signal_may_be_chosen()
    {
        const int SIGUSR2 = 12;
        using var timer = new ProbedTimer(s_period, new() { Signal = SIGUSR2 });

        Assert.Equal((SIGUSR2, SIGUSR2), (timer.Timer.Signal, timer.AfterCalls(10).End().Signal));
    }

    [Fact]
    public void What_is_installed_is_the_verified_body_itself_with_every_signal_but_those_of_higher_levels_blocked_on_the_interrupted_stack()
    {
        const int SA_RESTORER = 0x04000000; // libc's own doing.
        using var timer = new ProbedTimer(s_never);
        sigaction_t action;
        Assert.Equal(0, LibC.sigaction(timer.Timer.Signal, null, &action));

        Assert.Equal(LibC.SA_SIGINFO | LibC.SA_RESTART, action.sa_flags & ~SA_RESTORER);
        const ulong Unblockable = (1UL << (LibC.SIGKILL - 1)) | (1UL << (LibC.SIGSTOP - 1));
        Assert.Equal(~(SignalRegistry.Signals & ~SignalRegistry.UpTo(0)), action.sa_mask.bits | Unblockable);
        Assert.Equal(DispatcherMethods.Entry.EntryPoint, action.sa_sigaction);

        RuntimeMethodHandle entry = DispatcherMethods.Entry.Method.MethodHandle;
        Assert.NotEqual(entry.GetFunctionPointer(), action.sa_sigaction);
        CodeAddress behind = CodeAddress.Follow(action.sa_sigaction, MemoryMap.Read());
        Assert.Empty(behind.Stubs);
        Assert.Equal(action.sa_sigaction, CodeAddress.Follow(entry.GetFunctionPointer(), MemoryMap.Read()).Body);
    }

    [Fact]
    public void A_signal_that_NET_itself_handles_is_refused() => ChildProcess.Run(ClaimRegistered).AssertSucceeded();

    [Fact]
    public void A_signal_with_a_foreign_handler_is_refused_and_skipped_by_the_default() => ChildProcess.Run(ClaimForeign).AssertSucceeded();

    [Fact]
    public void A_signal_that_is_ignored_is_refused_and_skipped_by_the_default() => ChildProcess.Run(ClaimIgnored).AssertSucceeded();

    [Fact]
    public void A_handler_that_others_replace_later_is_noticed_once_each_time() => ChildProcess.Run(ReplaceHandler).AssertSucceeded();

    private static void ClaimRegistered()
    {
        const int SIGUSR1 = 10;
        using (PosixSignalRegistration.Create((PosixSignal)SIGUSR1, static _ => { }))
        {
            string refusal = Assert.Throws<SignalUnavailableException>(static () => SignalRegistry.Claim(SIGUSR1, interrupts: true)).Message;
            Assert.Contains("Signal 10 already has a handler in this process (in ", refusal, StringComparison.Ordinal);
            Assert.Contains("libSystem.Native.so", refusal, StringComparison.Ordinal);
        }

        Assert.Equal(SIGUSR1, SignalRegistry.Claim(SIGUSR1, interrupts: true));
    }

    private static void ClaimForeign()
    {
        int lowest = LibC.__libc_current_sigrtmin() + 3;
        Handlers.Install(lowest, typeof(SignalTests), nameof(Foreign));

        Assert.Contains(
            "(in generated code). Two handlers of one signal cannot both work.",
            Assert.Throws<SignalUnavailableException>(() => SignalRegistry.Claim(lowest, interrupts: true)).Message,
            StringComparison.Ordinal);
        Assert.Equal(lowest + 1, SignalRegistry.Claim(null, interrupts: true));
    }

    private static void ClaimIgnored()
    {
        int lowest = LibC.__libc_current_sigrtmin() + 3;
        Install(lowest, LibC.SIG_IGN);

        Assert.Contains(
            "is set to be ignored", Assert.Throws<SignalUnavailableException>(() => SignalRegistry.Claim(lowest, interrupts: true)).Message, StringComparison.Ordinal);
        Assert.Equal(lowest + 1, SignalRegistry.Claim(null, interrupts: true));
    }

    private static void ReplaceHandler()
    {
        int notices = 0;
        string message = "";
        InterruptSource.Notice += (_, notice) =>
        {
            Assert.Equal(InterruptNoticeKind.SignalReplaced, notice.Kind);
            message = notice.Message;
            Interlocked.Increment(ref notices);
        };
        using var timer = new ProbedTimer(s_period);
        timer.AfterCalls(10);
        nint ours = Install(timer.Timer.Signal, LibC.SIG_IGN);
        Wait.Until(() => Volatile.Read(ref notices) == 1);
        long calls = timer.Calls;

        Assert.Contains($"the handler of signal {timer.Timer.Signal} was replaced", message, StringComparison.Ordinal);
        Assert.Equal(calls, timer.Calls);

        SignalRegistry.Watch();
        Assert.Equal(1, notices);

        Install(timer.Timer.Signal, ours);
        SignalRegistry.Watch();
        Assert.Equal(1, notices);
        Install(timer.Timer.Signal, LibC.SIG_IGN);
        SignalRegistry.Watch();
        Assert.Equal(2, notices);
        Install(timer.Timer.Signal, ours);
    }

    // Returns the former handler.
    private static nint Install(int signal, nint handler)
    {
        sigaction_t former;
        sigaction_t action = default;
        action.sa_sigaction = handler;
        action.sa_flags = handler == LibC.SIG_IGN ? 0 : LibC.SA_SIGINFO | LibC.SA_RESTART;
        Assert.Equal(0, LibC.sigfillset(&action.sa_mask));
        Assert.Equal(0, LibC.sigaction(signal, &action, &former));
        return former.sa_sigaction;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Foreign(int signal, siginfo_t* info, void* context)
    {
    }
}
