// Levels: a handler is interrupted by sources of higher levels only. Handlers raise software interrupts of their own thread, which come before Raise returns or not before
// the handler returns, so that the order is sure.
using System.Globalization;
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class LevelTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(0, 1, "ABba")] // A higher level nests.
    [InlineData(0, 3, "ABba")]
    [InlineData(2, 3, "ABba")]
    [InlineData(0, 0, "AaBb")] // An equal one waits.
    [InlineData(1, 1, "AaBb")]
    [InlineData(3, 3, "AaBb")]
    [InlineData(1, 0, "AaBb")] // A lower one waits.
    [InlineData(3, 0, "AaBb")]
    [InlineData(3, 2, "AaBb")]
    public void A_handler_is_interrupted_by_higher_levels_only(int interrupted, int interrupting, string order)
    {
        using var trace = new Trace();
        using var b = Start(trace, 'B', interrupting);
        using var a = Start(trace, 'A', interrupted, b.Line);

        Assert.Equal(RaiseResult.Raised, a.Raise());

        Assert.Equal(order, trace.Take());
        Assert.Equal((interrupted, interrupting), (a.Level, b.Level));
        Assert.Equal((interrupted, interrupting), (a.Snapshot().LevelSeen, b.Snapshot().LevelSeen));
        Assert.Equal(interrupted == interrupting, a.Signal == b.Signal);
    }

    [Fact]
    public void Each_level_nests_into_the_one_below()
    {
        using var trace = new Trace();
        using var d = Start(trace, 'D', 3);
        using var c = Start(trace, 'C', 2, d.Line);
        using var b = Start(trace, 'B', 1, c.Line);
        using var a = Start(trace, 'A', 0, b.Line);

        a.Raise();

        Assert.Equal("ABCDdcba", trace.Take());
    }

    [Fact]
    public void What_waits_comes_by_level_when_the_handler_returns_and_the_highest_first()
    {
        using var trace = new Trace();
        using var d = Start(trace, 'D', 3);
        using var c = Start(trace, 'C', 2);
        using var b = Start(trace, 'B', 1);
        using var top = Start(trace, 'T', 3, b.Line, d.Line, c.Line);

        top.Raise();

        // D has T's level, and comes when T has returned; it may interrupt what the kernel began before it, though not after its first letter.
        string order = trace.Take();
        Assert.StartsWith("Tt", order, StringComparison.Ordinal);
        Assert.Equal("DdCcBb", order[2..]);
    }

    [Fact]
    public void A_handler_can_be_interrupted_again_and_again()
    {
        using var trace = new Trace();
        using var d = Start(trace, 'D', 3);
        using var c = Start(trace, 'C', 1, d.Line);
        using var a = Start(trace, 'A', 0, c.Line, d.Line, c.Line);

        for (int i = 0; i < 100; i++)
        {
            a.Raise();
            Assert.Equal("ACDdcDdCDdca", trace.Take());
        }

        Assert.Equal((100, 200, 300), (a.Statistics.Delivered, c.Statistics.Delivered, d.Statistics.Delivered));
    }

    [Fact]
    public void A_replay_behind_a_mask_is_interrupted_by_higher_levels_only()
    {
        using var trace = new Trace();
        using var equal = Start(trace, 'E', 1);
        using var higher = Start(trace, 'H', 2);
        using var lower = Start(trace, 'L', 0);
        using var replayed = Start(trace, 'R', 1, lower.Line, equal.Line, higher.Line);
        using (replayed.Mask())
        {
            replayed.Raise();
            Assert.Empty(trace.Take());
        }

        string order = trace.Take();
        Assert.StartsWith("RHhr", order, StringComparison.Ordinal);
        Assert.Equal("EeLl", order[4..]);
        Assert.Equal(0, replayed.Snapshot().Interrupts);
        Assert.Equal(0ul, BlockedHere());
    }

    [Fact]
    public void What_a_lifted_storm_lets_in_is_interrupted_by_higher_levels_only()
    {
        using var trace = new Trace();
        using var lower = Start(trace, 'L', 0);
        using var higher = Start(trace, 'H', 3);
        var budget = new InterruptBudget { Share = 1e-9, Window = TimeSpan.FromMinutes(1), MaskAfter = 1 };
        using var stormy = Start(trace, 'S', 1, budget, lower.Line, higher.Line);
        stormy.Raise();
        Assert.Equal(StormState.Masked, stormy.Storm);
        Assert.Empty(trace.Take());

        stormy.LiftStorm();

        Assert.Equal("SHhsLl", trace.Take());
    }

    [Fact]
    public void What_the_thread_of_a_time_provider_takes_for_another_source_is_interrupted_by_higher_levels_only() => ChildProcess.Run(TakeForAnother).AssertSucceeded();

    [Fact]
    public void Errno_is_kept_by_a_handler_that_nests()
    {
        using var trace = new Trace();
        using var failing = SoftwareInterrupt.Start<Errno>(Errno.Fail, new() { Level = 3, Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });
        using var keeper = SoftwareInterrupt.Start(Errno.Keep, new Errno { Other = failing.Line }, new() { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

        keeper.Raise();

        Assert.Equal((1, Errno.Planted), (failing.Snapshot().Calls, keeper.Snapshot().Found));
        Assert.Equal(LibC.EBADF, failing.Snapshot().Found);
    }

    [Fact]
    public void Timers_nest_by_their_levels_and_none_is_lost()
    {
        const long Calls = 3000;
        using var cells = new Cells(4);
        using var low = InterruptTimer.Start(Depth.OnTick, new Depth { Inside = cells[0], Long = 3000, Done = cells[1] }, TimeSpan.FromMicroseconds(400), Here(0));
        using var high = InterruptTimer.Start(Depth.OnTick, new Depth { Inside = cells[0], Long = 1, Done = cells[2] }, TimeSpan.FromMicroseconds(130), Here(2));
        Wait.BusyUntil(cells[1], Calls);
        Wait.BusyUntil(cells[2], Calls);

        low.Pause();
        high.Pause();

        // 0 is the depth of a handler that interrupted no other.
        Assert.True(high.Snapshot().Nested > 0, "No expiry of the higher level fell into a handler of the lower one.");
        Assert.Equal(0, low.Snapshot().Nested);
        Assert.Equal(0, *cells[0]);

        static InterruptTimerOptions Here(int level) => new() { Level = level, Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal };
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void There_are_four_levels(int level)
    {
        AssertRefused(() => InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = level }));
        AssertRefused(() => SoftwareInterrupt.Start<Actor>(Actor.OnInterrupt, new() { Level = level }));
        AssertRefused(() => CounterInterrupt.Start<Actor>(Actor.OnInterrupt, CounterEvent.PageFaults, 1, new() { Level = level }));
        AssertRefused(() => FileInterrupt.Start<Actor>(Actor.OnInterrupt, 0, new() { Level = level }));

        void AssertRefused(Func<IDisposable> start)
        {
            ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(start);
            Assert.Equal("Level", refusal.ParamName);
            Assert.Contains("From 0, which every other level interrupts, to 3, which none does.", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_signal_has_one_level()
    {
        int signal = LibC.__libc_current_sigrtmax() - 2;
        using (InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Signal = signal, Level = 2 }))
        {
            SignalUnavailableException refusal = Assert.Throws<SignalUnavailableException>(
                () => InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Signal = signal, Level = 1 }));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"Signal {signal} has sources of level 2 in this process, so it cannot have one of level 1"), refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Leave the property Signal of the options unset", refusal.Message, StringComparison.Ordinal);
        }

        using var same = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Signal = signal, Level = 2 });
        using var other = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = 1 });
        Assert.Equal((signal, 2), (same.Signal, same.Level));
        Assert.NotEqual(signal, other.Signal);
    }

    [Fact]
    public void Threaded_delivery_takes_any_level_and_does_not_nest()
    {
        using var source = SoftwareInterrupt.Start<Actor>(Actor.OnInterrupt, new() { Level = 3, Delivery = DeliveryMode.Threaded });
        source.Raise();
        Wait.Until(() => source.Snapshot().Calls == 1);
        Assert.Equal((3, 3), (source.Level, source.Snapshot().LevelSeen));
    }

    [Fact]
    public void The_masks_of_lower_levels_open_when_a_higher_one_comes_into_use() => ChildProcess.Run(OpenMasks).AssertSucceeded();

    [Fact]
    public void A_full_queue_of_signals_interrupts_no_handler_and_nothing_interrupts_what_it_calls() => ChildProcess.Run(OverflowAmongLevels).AssertSucceeded();

    [Fact]
    public void A_handler_that_others_replaced_is_left_alone_when_a_level_comes_into_use() => ChildProcess.Run(LeaveForeign).AssertSucceeded();

    // The kernel gives what is sent to the process to whom it likes, so the signal is sent to the provider's thread itself.
    private static void TakeForAnother()
    {
        using var provider = new InterruptTimeProvider();
        using var trace = new Trace();
        int thread = ThreadCalled("TopHalf time pr");
        using var equal = StartOn(thread, trace, 'E', 0, LibC.__libc_current_sigrtmax() - 2);
        using var higher = StartOn(thread, trace, 'H', 1, null);
        var actor = new Actor { Text = trace.Text, Letter = 'T', First = equal.Line, Second = higher.Line };
        using var taken = InterruptTimer.Start(Actor.OnInterrupt, actor, s_never, new() { Target = InterruptTarget.Process, Delivery = DeliveryMode.Signal });
        Assert.Equal(provider.Signal, taken.Signal);

        for (int i = 1; i <= 100; i++)
        {
            siginfo_t expiry = ExpiryOf(taken.Signal);
            Assert.Equal(0, SignalSafeLibC.rt_tgsigqueueinfo(LibC.getpid(), thread, taken.Signal, &expiry));
            Wait.Until(() => equal.Statistics.Delivered == i && Volatile.Read(ref trace.Text->Length) == 6);
            Assert.Equal("THhtEe", trace.Take());
        }

        Assert.Equal((100, 0), (taken.Snapshot().Calls, taken.Snapshot().Interrupts));
        Assert.Equal(100, equal.Snapshot().Interrupts);
    }

    private static int ThreadCalled(string name) => int.Parse(
        Path.GetFileName(Directory.GetDirectories("/proc/self/task").Single(thread => File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd() == name)), CultureInfo.InvariantCulture);

    // What the kernel sends when the timer on that signal expires.
    private static siginfo_t ExpiryOf(int signal)
    {
        InterruptSlot* slot = InterruptTable.Root->Slots;
        while (slot->Key == 0 || slot->Signal != signal || slot->Code != LibC.SI_TIMER)
        {
            slot++;
        }

        return new siginfo_t { si_signo = signal, si_code = LibC.SI_TIMER, si_timerid = slot->Sender, si_value = slot->Key };
    }

    private static SoftwareInterrupt<Actor> StartOn(int thread, Trace trace, char letter, int level, int? signal) => SoftwareInterrupt.Start(
        Actor.OnInterrupt, new Actor { Text = trace.Text, Letter = letter },
        new() { Level = level, Signal = signal, Target = InterruptTarget.Thread(thread), Delivery = DeliveryMode.Signal, Name = letter.ToString() });

    private static void OpenMasks()
    {
        int activation = LibC.__libc_current_sigrtmin();
        using var zero = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new());
        Assert.Equal(ulong.MaxValue & ~Unblockable, MaskOf(zero.Signal));

        using var two = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = 2 });
        using var three = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = 3 });
        using var one = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = 1 });
        using Files pipe = Files.Pipe();
        using var file = FileInterrupt.Start<Actor>(Actor.OnInterrupt, pipe.Reader, new() { Level = 1 });

        Assert.Equal(5, new HashSet<int> { zero.Signal, one.Signal, two.Signal, three.Signal, LibC.SIGIO }.Count);
        Assert.Equal(one.Signal, file.Signal);
        Assert.Equal(ulong.MaxValue & ~Unblockable & ~Bits(one.Signal, two.Signal, three.Signal), MaskOf(zero.Signal));
        Assert.Equal(ulong.MaxValue & ~Unblockable & ~Bits(two.Signal, three.Signal), MaskOf(one.Signal));
        Assert.Equal(ulong.MaxValue & ~Unblockable & ~Bits(three.Signal), MaskOf(two.Signal));
        Assert.Equal(ulong.MaxValue & ~Unblockable, MaskOf(three.Signal));
        Assert.Equal(ulong.MaxValue & ~Unblockable, MaskOf(LibC.SIGIO));
        int[] never = [activation, 4, 5, 6, 7, 8, 11, 31];
        foreach (int signal in (int[])[zero.Signal, one.Signal, two.Signal, three.Signal])
        {
            Assert.Equal(Bits(never), MaskOf(signal) & Bits(never));
            Assert.True(SignalRegistry.IsInstalled(signal));
        }
    }

    private static void OverflowAmongLevels()
    {
        using var trace = new Trace();
        using Files pipe = Files.Pipe();
        using var file = FileInterrupt.Start(
            Actor.OnInterrupt, new Actor { Text = trace.Text, Letter = 'F' }, pipe.Reader, new() { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal, Level = 2 });

        // Its signal is the kernel's own, and comes however many are queued.
        using var writer = InterruptTimer.Start(
            Writer.OnTick, new Writer { Text = trace.Text, Pipe = pipe.Writer }, TimeSpan.FromMilliseconds(1), new() { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

        // With room, the descriptor's interrupt nests by its level.
        WriteOnce(1);
        Assert.Equal(("WFfw", 0), (trace.Take(), file.QueueOverflows));

        // Without, SIGIO comes in its place, for whatever level, and waits.
        SetSignalLimit(0);
        WriteOnce(2);
        Assert.Equal(("WwFf", 1), (trace.Take(), file.QueueOverflows));

        SetSignalLimit(null);
        WriteOnce(3);
        Assert.Equal(("WFfw", 1), (trace.Take(), file.QueueOverflows));

        void WriteOnce(long calls)
        {
            writer.Update((ref Writer state) => state.IsAsked = 1);
            Wait.Until(() => file.Statistics.Delivered == calls && writer.Snapshot().IsAsked == 0);
        }
    }

    private static void LeaveForeign()
    {
        using var zero = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new());
        sigaction_t ignore = default;
        ignore.sa_sigaction = LibC.SIG_IGN;
        Assert.Equal(0, LibC.sigaction(zero.Signal, &ignore, null));
        using var one = InterruptTimer.Start<Actor>(Actor.OnInterrupt, s_never, new() { Level = 1 });

        sigaction_t found;
        Assert.Equal(0, LibC.sigaction(zero.Signal, null, &found));
        Assert.Equal(LibC.SIG_IGN, found.sa_sigaction);
        Assert.False(SignalRegistry.IsInstalled(zero.Signal));
    }

    private const ulong Unblockable = (1UL << (LibC.SIGKILL - 1)) | (1UL << (LibC.SIGSTOP - 1));

    private static ulong Bits(params int[] signals) => signals.Aggregate(0UL, static (bits, signal) => bits | 1UL << (signal - 1));

    private static ulong MaskOf(int signal)
    {
        sigaction_t action;
        Assert.Equal(0, LibC.sigaction(signal, null, &action));
        return action.sa_mask.bits;
    }

    private static void SetSignalLimit(ulong? limit)
    {
        rlimit now;
        Assert.Equal(0, LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &now));
        now.rlim_cur = limit ?? now.rlim_max;
        Assert.Equal(0, LibC.setrlimit(LibC.RLIMIT_SIGPENDING, &now));
    }

    // TopHalf's signals that the calling thread blocks.
    private static ulong BlockedHere()
    {
        sigset_t blocked;
        Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_BLOCK, null, &blocked));
        return blocked.bits & SignalRegistry.Signals;
    }

    private static SoftwareInterrupt<Actor> Start(Trace trace, char letter, int level, params InterruptLine[] raised) => Start(trace, letter, level, null, raised);

    private static SoftwareInterrupt<Actor> Start(Trace trace, char letter, int level, InterruptBudget? budget, params InterruptLine[] raised)
    {
        var actor = new Actor { Text = trace.Text, Letter = letter, First = At(0), Second = At(1), Third = At(2) };
        return SoftwareInterrupt.Start(
            Actor.OnInterrupt, actor, new() { Level = level, Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal, Budget = budget, Name = letter.ToString() });

        InterruptLine At(int index) => index < raised.Length ? raised[index] : default;
    }

    /// <summary>Writes its letter, raises others, writes its letter.</summary>
    private struct Actor
    {
        public TraceText* Text;
        public int Letter;
        public int LevelSeen;
        public long Calls;
        public long Interrupts;
        public InterruptLine First;
        public InterruptLine Second;
        public InterruptLine Third;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Actor actor, in InterruptContext context)
        {
            actor.Calls++;
            actor.LevelSeen = context.Level;
            actor.Interrupts += context.IsInterrupt ? 1 : 0;
            if (actor.Text == null)
            {
                return;
            }

            TraceText.Add(actor.Text, actor.Letter);
            actor.First.Raise();
            actor.Second.Raise();
            actor.Third.Raise();
            TraceText.Add(actor.Text, actor.Letter + ('a' - 'A'));
        }
    }

    /// <summary>Writes to a pipe at one tick, when it is asked to.</summary>
    private struct Writer
    {
        public TraceText* Text;
        public int Pipe;
        public int IsAsked;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnTick(ref Writer writer, in InterruptContext context)
        {
            if (writer.IsAsked != 0)
            {
                writer.IsAsked = 0;
                byte one = 1;
                TraceText.Add(writer.Text, 'W');
                SignalSafeLibC.write(writer.Pipe, &one, 1);
                TraceText.Add(writer.Text, 'w');
            }
        }
    }

    /// <summary>Plants an errno, is interrupted by what fails, and looks whether it is there.</summary>
    private struct Errno
    {
        public const int Planted = 12345;

        public InterruptLine Other;
        public long Calls;
        public int Found;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Keep(ref Errno state, in InterruptContext context)
        {
            int* errno = SignalSafeLibC.__errno_location();
            *errno = Planted;
            state.Other.Raise();
            state.Found = *errno;
        }

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Fail(ref Errno state, in InterruptContext context)
        {
            state.Calls++;
            SignalSafeLibC.write(-1, null, 0);
            state.Found = *SignalSafeLibC.__errno_location();
        }
    }

    /// <summary>Sees whether it has interrupted another.</summary>
    private struct Depth
    {
        public long* Inside;
        public long* Done;
        public long Long;
        public long Nested;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnTick(ref Depth state, in InterruptContext context)
        {
            state.Nested += Interlocked.Increment(ref *state.Inside) > 1 ? 1 : 0;
            for (long i = 0; i < state.Long; i++)
            {
                Volatile.Write(ref state.Long, state.Long);
            }

            Interlocked.Decrement(ref *state.Inside);
            Volatile.Write(ref *state.Done, *state.Done + 1);
        }
    }
}
