// Sources that take more than their budget are throttled, then masked, aloud; the thread and the process go on. Those within it are left alone.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed unsafe class StormTests
{
    // More than any handler here takes on a busy machine, and less than a few of the slow ones.
    private static readonly InterruptBudget s_ample = new() { Share = 1, Window = TimeSpan.FromSeconds(30), Handler = TimeSpan.FromSeconds(30) };
    private static readonly InterruptBudget s_tight = new() { Share = 0.05, Window = TimeSpan.FromMilliseconds(5), MaskAfter = 3 };

    private const long SlowRounds = 1_000_000; // Some hundred microseconds at least.

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void A_handler_that_takes_too_long_is_throttled_then_masked_until_it_is_forgiven(DeliveryMode delivery)
    {
        var budget = new InterruptBudget { Handler = TimeSpan.FromTicks(10), Share = 1, Window = TimeSpan.FromMilliseconds(2), MaskAfter = 4 };
        using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Budget = budget, Delivery = delivery }, new Probe { Rounds = SlowRounds });
        Wait.Until(() => timer.Timer.Storm == StormState.Masked);
        timer.Timer.WatchStorm();

        InterruptStatistics masked = timer.Timer.Statistics;
        Assert.InRange(masked.OverBudget, 4, masked.Delivered);
        Assert.InRange(masked.Throttled, 4, masked.OverBudget);
        Assert.Equal(timer.Calls, timer.Timer.Statistics.Delivered);
        Thread.Sleep(20);
        Assert.Equal(masked.Delivered, timer.Timer.Statistics.Delivered);

        timer.Timer.LiftStorm();
        timer.AfterCalls(masked.Delivered + 4);
        Wait.Until(() => timer.Timer.Storm == StormState.Masked);
    }

    [Fact]
    public void An_interrupted_thread_goes_on_however_long_the_handler_takes() => ChildProcess.Run(WorkBesideStorm).AssertSucceeded();

    [Fact]
    public void A_source_within_its_budget_is_left_alone()
    {
        using var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Budget = s_ample, Delivery = DeliveryMode.Signal });
        timer.AfterCalls(200);
        timer.Timer.WatchStorm();
        timer.Timer.LiftStorm();

        InterruptStatistics statistics = timer.Timer.Statistics;
        Assert.Equal((0, 0, StormState.None), (statistics.Throttled, statistics.OverBudget, timer.Timer.Storm));
        Assert.InRange(statistics.Delivered, 200, long.MaxValue);
    }

    [Fact]
    public void What_is_throttled_is_delivered_later_in_order_and_none_is_lost()
    {
        using var cells = new Cells(1);
        long* calls = cells[0];
        var budget = new InterruptBudget { Share = 0.01, Window = TimeSpan.FromMilliseconds(1), MaskAfter = 0 };
        using SoftwareInterrupt<Order> source = SoftwareInterrupt.Start(
            OnRaise, new Order { CallsOut = calls, Rounds = SlowRounds / 10 }, new SoftwareInterruptOptions { Budget = budget, Delivery = DeliveryMode.Signal });
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(RaiseResult.Raised, source.Raise(i));
        }

        Wait.Until(() => Volatile.Read(ref *calls) == 200);
        Assert.Equal((200, 0), (source.Snapshot().Calls, source.Snapshot().OutOfOrder));
        Assert.InRange(source.Statistics.Throttled, 5, long.MaxValue);
        Assert.NotEqual(StormState.Masked, source.Storm);
    }

    [Fact]
    public void A_source_that_fires_faster_than_it_can_be_served_is_silenced_where_its_signals_come_from() => ChildProcess.Run(FloodPipe).AssertSucceeded();

    [Fact]
    public void A_software_interrupt_that_is_masked_answers_that_it_is_full() => ChildProcess.Run(FloodSoftware).AssertSucceeded();

    [Fact]
    public void It_is_said_aloud_and_once() => ChildProcess.Run(HearNotices).AssertSucceeded();

    [FactNeedsCounters]
    public void A_counter_that_takes_too_much_is_masked_and_its_thread_goes_on() => ChildProcess.Run(FloodCounter).AssertSucceeded();

    [Fact]
    public void Disposing_in_every_state_does_no_harm()
    {
        foreach (StormState state in Enum.GetValues<StormState>())
        {
            var budget = new InterruptBudget { Handler = TimeSpan.FromTicks(1), Window = TimeSpan.FromMilliseconds(1), MaskAfter = state == StormState.Masked ? 1 : 0 };
            var timer = new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Budget = budget, Delivery = DeliveryMode.Signal }, new Probe { Rounds = SlowRounds });
            Wait.Until(() => timer.Timer.Storm == state);
            timer.Dispose();

            Assert.Equal(StormState.None, timer.Timer.Storm);
            Assert.Throws<ObjectDisposedException>(timer.Timer.LiftStorm);
            timer.Timer.WatchStorm();
        }
    }

    public static TheoryData<InterruptBudget> Nonsense =>
    [
        new InterruptBudget { Handler = TimeSpan.Zero }, new InterruptBudget { Share = 0 }, new InterruptBudget { Share = 1.01 }, new InterruptBudget { Share = double.NaN },
        new InterruptBudget { Window = TimeSpan.FromTicks(9_999) }, new InterruptBudget { Window = TimeSpan.FromMinutes(2) }, new InterruptBudget { MaskAfter = -1 },
    ];

    [Theory, MemberData(nameof(Nonsense))]
    public void What_makes_no_sense_is_refused(InterruptBudget budget)
    {
        using Files pipe = Files.Pipe();
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbedTimer(TimeSpan.FromMilliseconds(1), new() { Budget = budget }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftwareInterrupt.Start<Order>(OnRaise, new SoftwareInterruptOptions { Budget = budget }));
        Assert.Throws<ArgumentOutOfRangeException>(() => FileInterrupt.Start<Order>(OnRaise, pipe.Reader, new FileInterruptOptions { Budget = budget }));
        Assert.Throws<ArgumentOutOfRangeException>(() => CounterInterrupt.Start<Order>(OnRaise, CounterEvent.PageFaults, 1, new CounterInterruptOptions { Budget = budget }));
    }

    // The handler takes longer than the period, so that the next signal waits whenever it returns.
    private static void WorkBesideStorm()
    {
        using ProbedTimer timer = StartStorm(s_tight);
        Work();
        Wait.Until(() => timer.Timer.Storm == StormState.Masked);
        Assert.InRange(timer.Timer.Statistics.Throttled, 3, long.MaxValue);
    }

    private static ProbedTimer StartStorm(InterruptBudget budget) => new(
        TimeSpan.FromMicroseconds(20), new() { Budget = budget, Delivery = DeliveryMode.Signal, Target = InterruptTarget.CurrentThread }, new Probe { Rounds = SlowRounds });

    private static void Work()
    {
        using var cells = new Cells(1);
        Assert.Equal(100_000_000, BusyCode.SpinUntil(cells[0], 1, 100_000_000));
    }

    private static void FloodPipe()
    {
        using Files pipe = Files.Pipe();
        using var cells = new Cells(1);
        long* calls = cells[0];
        using FileInterrupt<Order> source = FileInterrupt.Start(
            OnRaise, new Order { CallsOut = calls }, pipe.Reader, new FileInterruptOptions { Budget = s_tight, Delivery = DeliveryMode.Signal, Bands = FileBands.Input });
        using (var flood = new Worker(() => { pipe.Write(20); pipe.Read(); }))
        {
            Wait.Until(() => (LibC.fcntl(pipe.Reader, LibC.F_GETFL, 0) & LibC.O_ASYNC) == 0);
            long rounds = flood.Rounds;
            Wait.Until(() => flood.Rounds > rounds + 100);
        }

        Assert.Equal(StormState.Masked, source.Storm);
        Assert.InRange(source.Statistics.Throttled, 3, long.MaxValue);
        source.WatchOrigin();
        long before = Volatile.Read(ref *calls);
        pipe.Read();
        pipe.Write();
        Assert.Equal(before, source.Snapshot().Calls);

        // What waited, and what the descriptor has now.
        source.LiftStorm();
        Wait.Until(() => Volatile.Read(ref *calls) > before);
        Assert.NotEqual(0, LibC.fcntl(pipe.Reader, LibC.F_GETFL, 0) & LibC.O_ASYNC);
        before = Volatile.Read(ref *calls);
        pipe.Write();
        Wait.Until(() => Volatile.Read(ref *calls) > before);
        Assert.Equal(StormState.None, source.Storm);
    }

    private static void FloodSoftware()
    {
        using SoftwareInterrupt<Order> source = SoftwareInterrupt.Start(
            OnRaise, new Order { Rounds = SlowRounds }, new SoftwareInterruptOptions { Budget = s_tight, Delivery = DeliveryMode.Signal, Capacity = 4 });
        Wait.Until(() =>
        {
            source.Raise();
            return source.Storm == StormState.Masked;
        });
        Wait.Until(() => source.Raise() == RaiseResult.QueueFull);
        long calls = source.Snapshot().Calls;
        Assert.Equal(RaiseResult.QueueFull, source.Raise());
        Assert.Equal(calls, source.Snapshot().Calls);

        source.LiftStorm();
        Wait.Until(() => source.Raise() == RaiseResult.Raised);
    }

    private static void FloodCounter()
    {
        using CounterInterrupt<Order> source = CounterInterrupt.Start(
            OnRaise, new Order { Rounds = SlowRounds }, CounterEvent.PageFaults, 1, new CounterInterruptOptions { Budget = s_tight, Delivery = DeliveryMode.Signal });
        long touched = 0;
        Wait.Until(() =>
        {
            touched += Touch(64);
            return source.Storm == StormState.Masked;
        });
        long calls = source.Snapshot().Calls;
        touched += Touch(1000);
        Assert.Equal(calls, source.Snapshot().Calls);
        Assert.InRange(source.Count, touched, long.MaxValue);
    }

    private static void HearNotices()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => { lock (notices) { notices.Add(notice); } };
        using ProbedTimer throttled = StartSlow("throttled", maskAfter: 0);
        using ProbedTimer masked = StartSlow("masked", maskAfter: 5);
        Wait.Until(() => { lock (notices) { return Any("throttled", InterruptNoticeKind.Throttled) && Any("masked", InterruptNoticeKind.StormMasked); } });
        masked.Timer.WatchStorm();

        lock (notices)
        {
            InterruptNoticeEventArgs last = Assert.Single(notices, static notice => notice.Kind == InterruptNoticeKind.StormMasked);
            Assert.Equal("masked", last.Source);
            Assert.Contains("LiftStorm() lets it go on", last.Message, StringComparison.Ordinal);
            Assert.All(notices, static notice => Assert.True(notice.Kind is InterruptNoticeKind.Throttled or InterruptNoticeKind.StormMasked));
        }

        bool Any(string source, InterruptNoticeKind kind) => notices.Any(notice => notice.Source == source && notice.Kind == kind);
    }

    private static ProbedTimer StartSlow(string name, int maskAfter) => new(
        TimeSpan.FromMilliseconds(1),
        new() { Name = name, Delivery = DeliveryMode.Signal, Budget = new() { Handler = TimeSpan.FromTicks(10), Window = TimeSpan.FromMilliseconds(1), MaskAfter = maskAfter } },
        new Probe { Rounds = SlowRounds });

    private static int Touch(int pages)
    {
        const int PageSize = 4096;
        byte* memory = (byte*)LibC.mmap(null, (nuint)(pages * PageSize), LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        Assert.True(memory != LibC.MAP_FAILED);
        for (int i = 0; i < pages; i++)
        {
            Volatile.Write(ref memory[i * PageSize], 1);
        }

        Assert.Equal(0, LibC.munmap(memory, (nuint)(pages * PageSize)));

        // Huge pages may make few faults of many pages; one there is.
        return 1;
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnRaise(ref Order state, in InterruptContext context)
    {
        state.OutOfOrder += context.Payload == state.Calls ? 0 : 1;
        for (long i = 0; i < state.Rounds; i++)
        {
            Volatile.Write(ref state.Waste, i);
        }

        state.Calls++;
        if (state.CallsOut != null)
        {
            Volatile.Write(ref *state.CallsOut, state.Calls);
        }
    }

    private struct Order
    {
        public long* CallsOut;
        public long Calls;
        public long OutOfOrder;
        public long Rounds;
        public long Waste;
    }
}
