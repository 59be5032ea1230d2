// InterruptCounter, InterruptFlag and InterruptLatch between threads, and between a handler and the thread that it interrupts or wakes.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed unsafe class SignallingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_counter_counts_adds_and_is_taken()
    {
        var counter = default(InterruptCounter);
        Assert.Equal((1, 2, 12, 2), (counter.Increment(), counter.Increment(), counter.Add(10), counter.Add(-10)));
        Assert.Equal((2, 2, 0), (counter.Value, counter.Take(), counter.Value));

        counter.Add(long.MaxValue);
        Assert.Equal(long.MinValue, counter.Increment());
    }

    [Fact]
    public void A_flag_is_raised_once_and_taken_once()
    {
        var flag = default(InterruptFlag);
        Assert.False(flag.IsRaised || flag.Take());
        Assert.True(flag.Raise() && flag.IsRaised);
        Assert.False(flag.Raise());
        Assert.True(flag.Take());
        Assert.False(flag.Take() || flag.IsRaised);
    }

    [Fact]
    public void A_latch_stays_open_until_it_is_closed()
    {
        var latch = default(InterruptLatch);
        Assert.False(latch.IsOpen || latch.Close() || latch.Wait(TimeSpan.Zero));
        Assert.True(latch.Open() && latch.IsOpen && latch.Wait(TimeSpan.Zero));
        latch.Wait();
        Assert.False(latch.Open());
        Assert.True(latch.Close());
        Assert.False(latch.IsOpen || latch.Wait(TimeSpan.FromMilliseconds(2)));

        // A time-out leaves it as if somebody slept: that changes nothing.
        Assert.False(latch.Close());
        Assert.True(latch.Open() && latch.IsOpen);
    }

    [Fact]
    public void A_wait_at_a_latch_is_never_over_early_and_negative_times_are_refused()
    {
        var latch = default(InterruptLatch);
        long before = InterruptClock.Timestamp;
        Assert.False(latch.Wait(TimeSpan.FromMilliseconds(20)));
        Assert.True(InterruptClock.Timestamp - before >= 20_000_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(InterruptLatch).Wait(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void An_open_latch_lets_all_threads_through_also_one_in_an_object()
    {
        var shared = new Boxed();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => shared.Latch.Wait()))];
        Array.ForEach(threads, static thread => thread.Start());
        GC.Collect();

        Assert.True(shared.Latch.Open());
        Assert.All(threads, static thread => Assert.True(thread.Join(s_patience)));
    }

    [Fact]
    public void No_wake_up_is_lost_in_many_rounds_of_two_threads_that_wake_each_other()
    {
        const int Rounds = 20_000;
        var there = new Boxed();
        var back = new Boxed();
        var echo = new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                there.Latch.Wait();
                Assert.True(there.Latch.Close());
                Assert.True(back.Latch.Open());
            }
        });
        echo.Start();
        for (int i = 0; i < Rounds; i++)
        {
            Assert.True(there.Latch.Open());
            Assert.True(back.Latch.Wait(s_patience), $"lost in round {i}");
            Assert.True(back.Latch.Close());
        }

        Assert.True(echo.Join(s_patience));
    }

    [Fact]
    public void A_handler_and_the_thread_it_interrupts_lose_no_count_and_no_flag() => ChildProcess.Run(ShareWithHandler).AssertSucceeded();

    [Fact]
    public void A_handler_opens_a_latch_and_wakes_who_waits_and_what_it_wrote_is_seen() => ChildProcess.Run(WakeFromHandler).AssertSucceeded();

    private static void ShareWithHandler()
    {
        const int Enough = 3000;
        var shared = (Shared*)NativeMemory.AllocZeroed((nuint)sizeof(Shared));
        using InterruptTimer<Handler> timer = Start(new Handler { Shared = shared });
        long mine = 0;
        long taken = 0;
        long flags = 0;
        while (timer.Snapshot().Calls < Enough)
        {
            for (int i = 0; i < 1000; i++)
            {
                shared->Counter.Increment();
                mine++;
                flags += shared->Flag.Take() ? 1 : 0;
            }

            taken += shared->Counter.Take();
        }

        timer.Dispose();
        taken += shared->Counter.Take();
        flags += shared->Flag.Take() ? 1 : 0;
        Handler end = timer.Snapshot();
        Assert.Equal(mine + (2 * end.Calls), taken);
        Assert.Equal(end.Raised, flags);
        Assert.True(flags > 0);
    }

    private static void WakeFromHandler()
    {
        const int Enough = 2000;
        var shared = (Shared*)NativeMemory.AllocZeroed((nuint)sizeof(Shared));
        using InterruptTimer<Handler> timer = InterruptTimer.Start(OnTick, new Handler { Shared = shared }, TimeSpan.FromMicroseconds(200));
        Assert.Equal(DeliveryMode.Signal, timer.Delivery);
        long last = 0;
        for (int i = 0; i < Enough; i++)
        {
            Assert.True(shared->Latch.Wait(s_patience), $"lost in round {i}");

            // While it is open the handler writes nothing, so this is what it wrote before it opened it.
            Assert.Equal(++last, shared->Written);
            Assert.True(shared->Latch.Close());
        }
    }

    private static InterruptTimer<Handler> Start(in Handler state) =>
        InterruptTimer.Start(OnTick, in state, TimeSpan.FromMicroseconds(100), new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnTick(ref Handler state, in InterruptContext context)
    {
        state.Calls++;
        state.Shared->Counter.Add(2);
        state.Raised += state.Shared->Flag.Raise() ? 1 : 0;
        if (!state.Shared->Latch.IsOpen)
        {
            state.Shared->Written++;
            state.Shared->Latch.Open();
        }
    }

    private sealed class Boxed
    {
        public InterruptLatch Latch;
    }

    private struct Shared
    {
        public InterruptCounter Counter;
        public InterruptFlag Flag;
        public InterruptLatch Latch;
        public long Written;
    }

    private struct Handler
    {
        public Shared* Shared;
        public long Calls;
        public long Raised;
    }
}
