// InterruptQueue.Read into a span, and Wait: a thread that blocks until a writer wakes it.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class InterruptQueueWaitTests
{
    // Long enough to never matter; a lost wake-up ends here instead of hanging.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_batch_is_what_there_is_and_finds_place_also_round_the_end_of_the_ring()
    {
        using var queue = new InterruptQueue<int>(4);
        int[] items = new int[8];
        int written = 0;
        int read = 0;
        for (int i = 0; i < 50; i++)
        {
            for (int k = 0; k < 3; k++)
            {
                Assert.True(queue.Writer.TryWrite(written++));
            }

            Assert.Equal(2, queue.Read(items.AsSpan(0, 2)));
            Assert.Equal(1, queue.Read(items.AsSpan(2)));
            Assert.Equal([read++, read++, read++], items[..3]);
        }

        Assert.Equal(0, queue.Read(items));
        Assert.Equal(0, queue.Read([]));
        Assert.Equal((150, 0), (queue.Delivered, queue.Dropped));
    }

    [Fact]
    public void A_wait_for_what_is_there_does_not_wait_and_one_for_nothing_ends_in_time()
    {
        using var queue = new InterruptQueue<int>(4);
        Assert.False(queue.Wait(TimeSpan.Zero));
        Assert.False(queue.Wait(TimeSpan.FromMilliseconds(5)));

        Assert.True(queue.Writer.TryWrite(1));
        Assert.True(queue.Wait(TimeSpan.Zero) && queue.Wait() && queue.TryRead(out _));
        Assert.False(queue.Wait(TimeSpan.Zero));
        Assert.False(queue.IsDrained);
    }

    [Fact]
    public void A_wait_is_never_over_early()
    {
        using var queue = new InterruptQueue<int>(4);
        long before = InterruptClock.Timestamp;
        Assert.False(queue.Wait(TimeSpan.FromMilliseconds(20)));
        Assert.True(InterruptClock.Timestamp - before >= 20_000_000);
    }

    [Fact]
    public void Times_that_are_negative_are_refused_and_the_longest_is_not()
    {
        using var queue = new InterruptQueue<int>(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Wait(TimeSpan.FromTicks(-1)));

        Assert.True(queue.Writer.TryWrite(1));
        Assert.True(queue.Wait(TimeSpan.MaxValue));
    }

    [Fact]
    public async Task Completion_ends_all_waits_and_disposal_too_by_an_exception()
    {
        using var completed = new InterruptQueue<int>(4);
        Task<bool>[] waits = [.. Enumerable.Range(0, 3).Select(_ => Block(completed, completed.Wait))];
        completed.Complete();
        Assert.DoesNotContain(true, await Task.WhenAll(waits).WaitAsync(s_patience));
        Assert.True(completed.IsDrained);

        var disposed = new InterruptQueue<int>(4);
        waits = [.. Enumerable.Range(0, 3).Select(_ => Block(disposed, disposed.Wait))];
        disposed.Dispose();
        foreach (Task<bool> wait in waits)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.WaitAsync(s_patience));
        }
    }

    [Fact]
    public void The_block_of_a_disposed_queue_goes_to_no_other_while_a_thread_waits_on_it() =>
        ChildProcess.Run(DisposeAmidWaits).AssertSucceeded();

    [Fact]
    public void No_wake_up_is_lost_in_many_rounds_of_two_threads_that_wake_each_other()
    {
        const int Rounds = 20_000;
        using var there = new InterruptQueue<int>(2);
        using var back = new InterruptQueue<int>(2);
        var echo = new Thread(() =>
        {
            while (there.Wait())
            {
                Assert.True(there.TryRead(out int item) && back.Writer.TryWrite(item));
            }
        });
        echo.Start();

        for (int round = 0; round < Rounds; round++)
        {
            Assert.True(there.Writer.TryWrite(round));
            Assert.True(back.Wait(s_patience), $"lost in round {round}");
            Assert.True(back.TryRead(out int item) && item == round);
        }

        there.Complete();
        Assert.True(echo.Join(s_patience));
    }

    [Fact]
    public void A_handler_wakes_a_thread_that_waits_and_no_wake_up_is_lost() => ChildProcess.Run(WakeFromHandler).AssertSucceeded();

    [Fact]
    public void A_wait_goes_on_when_a_handler_interrupts_it() => ChildProcess.Run(InterruptWait).AssertSucceeded();

    private static async Task<bool> Block(InterruptQueue<int> queue, Func<bool> wait)
    {
        var started = new TaskCompletionSource();
        Task<bool> blocked = Task.Factory.StartNew(
            () =>
            {
                started.SetResult();
                return wait();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await started.Task;
        GC.KeepAlive(queue);
        return await blocked;
    }

    private static void DisposeAmidWaits()
    {
        for (int i = 0; i < 300; i++)
        {
            var queue = new InterruptQueue<int>(2);
            using var ready = new CountdownEvent(2);
            Thread[] waiters = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                ready.Signal();
                Assert.Throws<ObjectDisposedException>(() => queue.Wait());
            }))];
            Array.ForEach(waiters, static thread => thread.Start());
            ready.Wait();
            Thread.SpinWait(i * 10);
            queue.Dispose();

            // Its readers sleep on the word, too: a thread of the other queue that slept there would never end.
            using var next = new InterruptQueue<int>(2);
            Assert.False(next.Wait(TimeSpan.FromMicroseconds(50)));
            Assert.All(waiters, static thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1))));
        }
    }

    private static void WakeFromHandler()
    {
        const int Count = 3000;
        using var queue = new InterruptQueue<long>(4096);
        using InterruptTimer<Ticks> timer = InterruptTimer.Start(OnTick, new Ticks { Queue = queue.Writer }, TimeSpan.FromMicroseconds(200));
        Assert.Equal(DeliveryMode.Signal, timer.Delivery);
        for (long next = 0; next < Count;)
        {
            Assert.True(queue.Wait(s_patience), $"lost at {next}");
            while (queue.TryRead(out long number))
            {
                Assert.Equal(next++, number);
            }
        }
    }

    private static void InterruptWait()
    {
        using var queue = new InterruptQueue<long>(4);
        using var other = new InterruptQueue<long>(2);
        using InterruptTimer<Ticks> timer = InterruptTimer.Start(
            OnTick, new Ticks { Queue = other.Writer }, TimeSpan.FromMicroseconds(500), new InterruptTimerOptions { Target = InterruptTarget.CurrentThread, Delivery = DeliveryMode.Signal });
        long before = InterruptClock.Timestamp;
        Assert.False(queue.Wait(TimeSpan.FromMilliseconds(100)));
        Assert.True(InterruptClock.Timestamp - before >= 100_000_000);
        Assert.True(timer.Snapshot().Count > 1, "the wait was not interrupted");
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnTick(ref Ticks state, in InterruptContext context) => state.Queue.TryWrite(state.Count++);

    private struct Ticks
    {
        public InterruptQueueWriter<long> Queue;
        public long Count;
    }
}
