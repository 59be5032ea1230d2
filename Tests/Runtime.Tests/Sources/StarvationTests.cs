// Sources without a budget that leave the thread they interrupt no time are throttled, then masked; all others are left alone, however fast they are and whatever their thread does.
using System.Runtime.CompilerServices;
using TopHalf.Dispatch;
using TopHalf.Interop;
using TopHalf.Runtime.Tests.Dispatch;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class StarvationTests
{
    private const long SlowRounds = 1_000_000; // Some hundred microseconds at least.

    private static readonly TimeSpan s_shortest = TimeSpan.FromMicroseconds(20);

    // Of what has to starve: long enough for a busy machine to start the child, and for the guard to take it for a storm, if it did.
    private static readonly TimeSpan s_starvation = TimeSpan.FromSeconds(15);

    [Fact]
    public void A_thread_goes_on_under_a_timer_whose_handler_outlasts_its_period() => ChildProcess.Run(WorkUnderTimer).AssertSucceeded();

    [Fact]
    public void A_thread_goes_on_under_two_such_timers_and_a_third_that_behaves_is_left_alone() => ChildProcess.Run(WorkUnderTwoTimers).AssertSucceeded();

    [Fact]
    public void A_thread_goes_on_under_a_flood_of_software_interrupts() => ChildProcess.Run(WorkUnderFlood).AssertSucceeded();

    [Fact]
    public void A_thread_goes_on_under_a_handler_that_raises_itself_again() => ChildProcess.Run(WorkUnderEcho).AssertSucceeded();

    [Fact]
    public void A_thread_goes_on_under_a_flood_of_a_descriptor() => ChildProcess.Run(WorkUnderPipe).AssertSucceeded();

    [Fact]
    public void When_the_storm_is_over_the_source_is_as_before_and_nothing_is_lost() => ChildProcess.Run(SurviveStorm).AssertSucceeded();

    [Fact]
    public void With_an_unlimited_budget_a_thread_stands_still()
    {
        ChildResult starved = ChildProcess.Run(WorkWithUnlimitedBudget, s_starvation);

        Assert.True(starved.TimedOut, starved.ToString());
        Assert.Equal("starving\n", starved.Output);
    }

    [Fact]
    public void Sources_that_behave_cost_the_watch_nothing() => ChildProcess.Run(BehaveUnwatched).AssertSucceeded();

    [Fact]
    public void A_thread_that_spins_under_the_shortest_period_is_no_storm()
    {
        using var cells = new Cells(1);
        long* never = cells[0];
        using var worker = new Worker(() => BusyCode.SpinUntil(never, 1, 100_000));

        AssertLeftAlone(InterruptTarget.Thread(worker.ThreadId));
    }

    [Fact]
    public void A_thread_in_a_system_call_that_is_restarted_is_no_storm()
    {
        using Files pipe = Files.Pipe();
        Assert.Equal(0, LibC.fcntl(pipe.Reader, LibC.F_SETFL, 0));
        using var worker = new Worker(() => pipe.Read(1));
        AssertLeftAlone(InterruptTarget.Thread(worker.ThreadId));

        // Ends the wait, and the next one.
        pipe.CloseWriter();
    }

    [Fact]
    public void A_thread_that_interrupts_itself_without_end_is_no_storm() => ChildProcess.Run(InterruptItself).AssertSucceeded();

    [Fact]
    public void A_burst_of_queued_interrupts_is_no_storm()
    {
        const int Burst = 4000;
        using SoftwareInterrupt<Flood> source = SoftwareInterrupt.Start<Flood>(
            OnRaise, new SoftwareInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread, Capacity = Burst });
        using (InterruptMask.Thread())
        {
            for (int i = 0; i < Burst; i++)
            {
                Assert.Equal(RaiseResult.Raised, source.Raise(i));
            }

            Assert.Equal(0, source.Statistics.Delivered);
        }

        Assert.Equal((Burst, 0, StormState.None), (source.Snapshot().Calls, source.Statistics.Throttled, source.Storm));
    }

    [Fact]
    public void A_thread_of_the_source_s_own_has_nothing_else_to_do()
    {
        using var timer = new ProbedTimer(s_shortest, new() { Delivery = DeliveryMode.Signal }, new Probe { Rounds = SlowRounds });
        Wait.Until(() => timer.Timer.Statistics.HandlerTime > TimeSpan.FromSeconds(1));

        Assert.Equal((0, StormState.None), (timer.Timer.Statistics.Throttled, timer.Timer.Storm));
    }

    private static void AssertLeftAlone(InterruptTarget target)
    {
        using var timer = new ProbedTimer(s_shortest, new() { Delivery = DeliveryMode.Signal, Target = target });
        timer.AfterCalls(30_000);

        Assert.Equal((0, StormState.None), (timer.Timer.Statistics.Throttled, timer.Timer.Storm));
    }

    // Always the same instruction, a microsecond or two after the last return: only the kernel knows that the thread gets on.
    private static void InterruptItself()
    {
        const int Raises = 400_000;
        using SoftwareInterrupt<Flood> source = SoftwareInterrupt.Start<Flood>(
            OnRaise, new SoftwareInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread });
        InterruptLine line = source.Line;
        for (int i = 0; i < Raises; i++)
        {
            _ = line.Raise(i);
        }

        Assert.Equal((Raises, 0, StormState.None), (source.Snapshot().Calls, source.Statistics.Throttled, source.Storm));
    }

    private static void WorkUnderTimer()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using ProbedTimer timer = StartTimer(InterruptTarget.CurrentThread, budget: null);
        Work();
        Wait.Until(() => timer.Timer.Storm == StormState.Masked);
        Wait.Until(() => { lock (notices) { return notices.Exists(static notice => notice.Kind == InterruptNoticeKind.StormMasked); } });
        lock (notices)
        {
            Assert.All(notices, static notice => Assert.True(notice.Kind is InterruptNoticeKind.Throttled or InterruptNoticeKind.StormMasked));
            Assert.All(notices, static notice => Assert.Contains("no time", notice.Message, StringComparison.Ordinal));
        }

        // Silenced, and nobody looks any more.
        long calls = timer.Calls;
        long throttled = timer.Timer.Statistics.Throttled;
        Assert.InRange(throttled, 10, long.MaxValue);
        Work();
        Assert.Equal(calls, timer.Calls);

        // Once more from the start.
        timer.Timer.LiftStorm();
        Work();
        Wait.Until(() => timer.Timer.Storm == StormState.Masked);
        Assert.InRange(timer.Timer.Statistics.Throttled, throttled + 10, long.MaxValue);
    }

    private static void WorkUnderTwoTimers()
    {
        using var good = new ProbedTimer(
            TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread, Level = 1 });
        using ProbedTimer first = StartTimer(InterruptTarget.CurrentThread, budget: null);
        using ProbedTimer second = StartTimer(InterruptTarget.CurrentThread, budget: null);
        Work();
        Wait.Until(() => first.Timer.Storm == StormState.Masked && second.Timer.Storm == StormState.Masked);
        good.AfterCalls(good.Calls + 100);
        Assert.Equal((0, StormState.None), (good.Timer.Statistics.Throttled, good.Timer.Storm));
    }

    private static void WorkUnderFlood()
    {
        using SoftwareInterrupt<Flood> source = StartFlood();
        using var flood = new Worker(() =>
        {
            // What waits is more than is served meanwhile.
            while (source.Raise() == RaiseResult.Raised)
            {
            }

            Thread.Sleep(1);
        });
        Work();
        Wait.Until(() => source.Storm == StormState.Masked);
        Wait.Until(() => source.Raise() == RaiseResult.QueueFull);
    }

    private static void WorkUnderEcho()
    {
        using SoftwareInterrupt<Flood> source = StartFlood();
        Echo(source, stop: null);
        Work();
        Wait.Until(() => source.Storm == StormState.Masked);
    }

    private static void WorkUnderPipe()
    {
        const int Ahead = 500;
        using Files pipe = Files.Pipe();
        using var cells = new Cells(1);
        long* calls = cells[0];
        using FileInterrupt<Flood> source = FileInterrupt.Start(
            OnRaise, new Flood { Rounds = SlowRounds, CallsOut = calls }, pipe.Reader,
            new FileInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread, Bands = FileBands.Input });
        long written = 0;
        using var flood = new Worker(() =>
        {
            // Ahead of the handler, and not so far that other tests have no signals.
            if (written - Volatile.Read(ref *calls) < Ahead)
            {
                pipe.Write(20);
                pipe.Read();
                written += 20;
            }
            else
            {
                Thread.Sleep(1);
            }
        });
        Work();
        Assert.InRange(source.Statistics.Throttled, 1, long.MaxValue);
    }

    private static void SurviveStorm()
    {
        using var cells = new Cells(1);
        long* stop = cells[0];
        using SoftwareInterrupt<Flood> source = StartFlood();
        using (new Worker(() =>
        {
            // Storm and its end are told of here, as the thread that is interrupted has no time.
            if (source.Storm != StormState.None)
            {
                Volatile.Write(ref *stop, 1);
            }

            if (source.Storm == StormState.Masked)
            {
                source.LiftStorm();
            }

            Thread.Sleep(1);
        }))
        {
            Echo(source, stop);
            Work();

            // It is held to the guard's budget until a window has gone by without throttling.
            InterruptSlot* slot = Forge.SlotOf(source);
            Wait.Until(() => Volatile.Read(ref *stop) == 1 && source.Storm == StormState.None && Volatile.Read(ref slot->Window) == 0
                && source.Snapshot().Calls == source.Snapshot().Raised + 1);
        }

        long calls = source.Snapshot().Calls;
        long throttled = source.Statistics.Throttled;
        Assert.InRange(throttled, 1, long.MaxValue);
        for (int i = 1; i <= 100; i++)
        {
            Assert.Equal(RaiseResult.Raised, source.Raise());
            Assert.Equal(calls + i, source.Snapshot().Calls);
        }

        Assert.Equal(throttled, source.Statistics.Throttled);
    }

    private static void WorkWithUnlimitedBudget()
    {
        Console.WriteLine("starving");
        using ProbedTimer timer = StartTimer(InterruptTarget.CurrentThread, InterruptBudget.Unlimited);
        Work();
    }

    private static void BehaveUnwatched()
    {
        using var timer = new ProbedTimer(s_shortest, new() { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread });
        Wait.Until(() => StormWatch.Looks == 1);
        Wait.BusyUntil(timer.CallCell, 10_000);
        Thread.Sleep(100);
        Assert.Equal(1, StormWatch.Looks);
    }

    private static ProbedTimer StartTimer(InterruptTarget target, InterruptBudget? budget) =>
        new(s_shortest, new() { Budget = budget, Delivery = DeliveryMode.Signal, Target = target }, new Probe { Rounds = SlowRounds });

    private static SoftwareInterrupt<Flood> StartFlood() => SoftwareInterrupt.Start(
        OnRaise, new Flood { Rounds = SlowRounds }, new SoftwareInterruptOptions { Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread });

    private static void Echo(SoftwareInterrupt<Flood> source, long* stop)
    {
        InterruptLine line = source.Line;
        source.Update((ref Flood state) =>
        {
            state.Line = line;
            state.Echoes = 1;
            state.Stop = stop;
        });
        Assert.Equal(RaiseResult.Raised, source.Raise());
    }

    private static void Work()
    {
        using var cells = new Cells(1);
        Assert.Equal(100_000_000, BusyCode.SpinUntil(cells[0], 1, 100_000_000));
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnRaise(ref Flood state, in InterruptContext context)
    {
        for (long i = 0; i < state.Rounds; i++)
        {
            Volatile.Write(ref state.Waste, i);
        }

        state.Calls++;
        if (state.CallsOut != null)
        {
            Volatile.Write(ref *state.CallsOut, state.Calls);
        }

        if (state.Echoes != 0 && (state.Stop == null || Volatile.Read(ref *state.Stop) == 0))
        {
            state.Raised += state.Line.Raise() == RaiseResult.Raised ? 1 : 0;
        }
    }

    private struct Flood
    {
        public InterruptLine Line;
        public long* CallsOut;
        public long* Stop;
        public long Calls;
        public long Echoes;
        public long Raised;
        public long Rounds;
        public long Waste;
    }
}
