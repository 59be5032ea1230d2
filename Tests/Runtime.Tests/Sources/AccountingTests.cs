// Every expiry is counted exactly once, as a delivery or as an overrun: the counts are compared with the clock.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class AccountingTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(100);

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void Deliveries_and_overruns_of_a_quiet_thread_add_up_to_the_expiries_by_the_clock(DeliveryMode delivery) =>
        CountAgainstClock(new() { Delivery = delivery }, static () => Thread.Sleep(1));

    [Fact]
    public void They_do_on_a_thread_that_allocates_throws_and_collects() =>
        CountAgainstClock(new() { Target = InterruptTarget.CurrentThread }, MakeTrouble);

    [Fact]
    public void They_do_when_any_thread_of_the_process_may_be_interrupted() =>
        CountAgainstClock(new() { Target = InterruptTarget.Process }, MakeTrouble, shared: true);

    [Fact]
    public void They_do_when_a_thread_that_waits_for_another_sources_signal_gets_some()
    {
        using var waiting = new ProbedTimer(TimeSpan.FromMicroseconds(50), new() { Delivery = DeliveryMode.Threaded });
        CountAgainstClock(new() { Target = InterruptTarget.Process }, static () => Thread.Sleep(1), shared: true);
    }

    [Fact]
    public void They_do_when_snapshots_and_masks_hold_deliveries_back()
    {
        InterruptTimer<Ledger>? timer = null;
        CountAgainstClock(
            new(),
            () =>
            {
                _ = timer!.Snapshot();
                using (timer.Mask())
                {
                    _ = timer.Statistics;
                }
            },
            shared: true,
            started => timer = started);
    }

    [Fact]
    public void A_signal_that_stays_blocked_for_many_periods_is_one_delivery_with_the_rest_as_overruns()
    {
        using var cells = new Cells(2);
        sigset_t blocked = default;
        sigset_t former;
        using var warm = new ProbedTimer(TimeSpan.FromSeconds(100), new() { Target = InterruptTarget.CurrentThread });
        Assert.Equal(0, LibC.sigaddset(&blocked, warm.Timer.Signal));

        // SAFETY: TopHalf's signal alone is blocked, on this thread, and unblocked below whatever happens.
        Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_BLOCK, &blocked, &former));
        long first = InterruptClock.Timestamp;
        InterruptTimer<Ledger> timer;
        long unblocked;
        try
        {
            timer = Start(first, cells[0], new() { Target = InterruptTarget.CurrentThread, DueTime = InterruptDueTime.At(first) });
            while (InterruptClock.Timestamp < first + (1000 * Ledger.Period))
            {
                Thread.Sleep(1);
            }

            Assert.Equal(0, *cells[0]);
            unblocked = InterruptClock.Timestamp;
        }
        finally
        {
            Assert.Equal(0, LibC.pthread_sigmask(LibC.SIG_SETMASK, &former, null));
        }

        Wait.BusyUntil(cells[0], 1);
        timer.Dispose();
        Ledger ledger = timer.Snapshot();
        Assert.True(ledger.FirstMerged >= 1000, $"The first delivery stood for {ledger.FirstMerged} expiries.");
        Assert.True(ledger.FirstMerged <= 1 + ((ledger.FirstTimestamp - first) / Ledger.Period));
        Assert.True(ledger.FirstMerged >= (unblocked - first) / Ledger.Period);
        Assert.Equal(ledger.Expiries, timer.Statistics.Delivered + timer.Statistics.Overruns);
    }

    // A delivery is prompt if its last expiry was due less than a period ago. One expiry lost would make all later deliveries seem late by a
    // period, one counted twice would make them seem early, for ever. Where another thread may add an expiry to a delivery that has begun, a few
    // do seem early: the time of a delivery is that of its entry.
    private static void CountAgainstClock(InterruptTimerOptions options, Action busy, bool shared = false, Action<InterruptTimer<Ledger>>? started = null)
    {
        const long Expiries = 25_000;
        using var cells = new Cells(2);
        long* expiries = cells[0];
        long* deliveries = cells[1];
        long first = InterruptClock.Timestamp + 5_000_000;
        options = new InterruptTimerOptions { Target = options.Target, Delivery = options.Delivery, DueTime = InterruptDueTime.At(first) };
        using InterruptTimer<Ledger> timer = Start(first, cells[0], options);
        started?.Invoke(timer);
        while (Volatile.Read(ref *expiries) < Expiries || Volatile.Read(ref *deliveries) < Ledger.Window)
        {
            busy();
        }

        timer.Pause();
        Ledger ledger = timer.Snapshot();
        Assert.Equal(ledger.Expiries, timer.Statistics.Delivered + timer.Statistics.Overruns);
        Assert.True(ledger.RecentPrompt > 0, "Of the last deliveries not one was prompt: an expiry was lost.");
        Assert.True(ledger.RecentEarly < Ledger.Window / 10, $"{ledger.RecentEarly} of the last deliveries seem early: an expiry was counted twice.");
        if (!shared)
        {
            Assert.True(ledger.EarliestLag >= 0, $"An expiry was delivered {-ledger.EarliestLag} ns before it was due.");
        }
    }

    private static InterruptTimer<Ledger> Start(long first, long* expiries, InterruptTimerOptions options) =>
        InterruptTimer.Start(Ledger.OnInterrupt, new Ledger { FirstDue = first, ExpiriesOut = expiries, EarliestLag = long.MaxValue }, s_period, options);

    private static void MakeTrouble()
    {
        for (int i = 0; i < 20; i++)
        {
            try
            {
                GC.KeepAlive(new byte[2000]);
                throw new InvalidOperationException();
            }
            catch (InvalidOperationException)
            {
                GC.Collect(0);
            }
        }
    }

    /// <summary>Compares expiries with the clock.</summary>
    private struct Ledger
    {
        public const long Period = 100_000;
        public const long Window = 100;

        public long FirstDue;

        /// <summary>Gets the expiries, and behind them the deliveries.</summary>
        public long* ExpiriesOut;

        public long Expiries;
        public long EarliestLag;

        /// <summary>Deliveries of the last full window: prompt ones, and ones that seem to come before they were due.</summary>
        public long RecentPrompt;
        public long RecentEarly;
        public long FirstMerged;
        public long FirstTimestamp;
        private long _windowCalls;
        private long _prompt;
        private long _early;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Ledger state, in InterruptContext context)
        {
            if (state.Expiries == 0)
            {
                state.FirstMerged = 1 + context.Overruns;
                state.FirstTimestamp = context.Timestamp;
            }

            state.Expiries += 1 + context.Overruns;
            long lag = context.Timestamp - (state.FirstDue + ((state.Expiries - 1) * Period));
            state.EarliestLag = lag < state.EarliestLag ? lag : state.EarliestLag;
            state._prompt += lag is >= 0 and < Period ? 1 : 0;
            state._early += lag < 0 ? 1 : 0;
            if (++state._windowCalls == Window)
            {
                state.RecentPrompt = state._prompt;
                state.RecentEarly = state._early;
                state._windowCalls = 0;
                state._prompt = 0;
                state._early = 0;
            }

            Volatile.Write(ref state.ExpiriesOut[0], state.Expiries);
            Volatile.Write(ref state.ExpiriesOut[1], state.ExpiriesOut[1] + 1);
        }
    }
}
