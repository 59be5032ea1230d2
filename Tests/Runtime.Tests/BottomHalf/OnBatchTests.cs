// InterruptQueue.OnBatch: the soft interrupt. One call at a time, everything in order, errors reported, an end.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class OnBatchTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Each_item_is_handed_over_once_in_order_by_one_call_at_a_time_on_the_pool()
    {
        const int Count = 100_000;
        using var queue = new InterruptQueue<int>(1024);
        int next = 0;
        int inside = 0;
        bool onPool = true;
        bool alone = true;
        bool ordered = true;
        int largest = 0;
        InterruptBatches batches = queue.OnBatch(
            items =>
            {
                alone &= Interlocked.Exchange(ref inside, 1) == 0;
                onPool &= Thread.CurrentThread.IsThreadPoolThread;
                largest = Math.Max(largest, items.Length);
                foreach (int item in items)
                {
                    ordered &= item == next++;
                }

                Volatile.Write(ref inside, 0);
            },
            batchSize: 50);
        for (int i = 0; i < Count; i++)
        {
            while (!queue.Writer.TryWrite(i))
            {
                Thread.Yield();
            }
        }

        queue.Complete();
        await batches.Completion.WaitAsync(s_patience);
        Assert.Equal((Count, true, true, true), (next, alone, onPool, ordered));
        Assert.InRange(largest, 2, 50);
    }

    [Fact]
    public async Task It_is_armed_again_after_each_silence()
    {
        using var queue = new InterruptQueue<int>(4);
        using var seen = new SemaphoreSlim(0);
        await using InterruptBatches batches = queue.OnBatch(items => seen.Release(items.Length));
        for (int i = 0; i < 500; i++)
        {
            Assert.True(queue.Writer.TryWrite(i));
            Assert.True(await seen.WaitAsync(s_patience), $"not called for item {i}");
        }
    }

    [Fact]
    public async Task What_comes_while_a_call_is_at_work_is_one_batch()
    {
        using var queue = new InterruptQueue<int>(8);
        using var entered = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var sizes = new List<int>();
        InterruptBatches batches = queue.OnBatch(items =>
        {
            sizes.Add(items.Length);
            entered.Release();
            Assert.True(goOn.Wait(s_patience));
        });
        Assert.True(queue.Writer.TryWrite(0));
        Assert.True(await entered.WaitAsync(s_patience));
        Assert.True(queue.Writer.TryWrite(1) && queue.Writer.TryWrite(2) && queue.Writer.TryWrite(3));
        goOn.Release(2);
        queue.Complete();

        await batches.Completion.WaitAsync(s_patience);
        Assert.Equal([1, 3], sizes);
    }

    [Fact]
    public async Task What_it_throws_is_reported_and_the_items_after_it_are_handed_over()
    {
        using var queue = new InterruptQueue<int>(8);
        var errors = new List<string>();
        var seen = new List<int>();
        InterruptBatches batches = queue.OnBatch(
            items =>
            {
                seen.Add(items[0]);
                if (items[0] % 2 == 1)
                {
                    throw new InvalidOperationException($"no {items[0]}");
                }
            },
            batchSize: 1,
            error => errors.Add(error.Message));
        Assert.All(Enumerable.Range(0, 5), i => Assert.True(queue.Writer.TryWrite(i)));
        queue.Complete();

        await batches.Completion.WaitAsync(s_patience);
        Assert.Equal([0, 1, 2, 3, 4], seen);
        Assert.Equal(["no 1", "no 3"], errors);
    }

    [Fact]
    public void Without_a_handler_of_errors_they_are_a_notice_that_says_who_threw_what() => ChildProcess.Run(ThrowIntoNotice).AssertSucceeded();

    [Fact]
    public async Task What_the_handler_of_errors_throws_ends_it_in_the_open()
    {
        using var queue = new InterruptQueue<int>(8);
        InterruptBatches batches = queue.OnBatch(static _ => throw new InvalidOperationException(), 1, static error => throw new FormatException("out", error));
        Assert.True(queue.Writer.TryWrite(1));

        await Assert.ThrowsAsync<FormatException>(() => batches.Completion.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Stopped_it_makes_no_further_call_and_leaves_the_rest_to_another_reader()
    {
        using var queue = new InterruptQueue<int>(8);
        using var called = new SemaphoreSlim(0);
        int calls = 0;
        InterruptBatches? batches = null;
        var known = new TaskCompletionSource();
        batches = queue.OnBatch(
            _ =>
            {
                known.Task.Wait(s_patience);
                calls++;
                batches!.Stop();
            },
            batchSize: 1);
        known.SetResult();
        Assert.True(queue.Writer.TryWrite(1) && queue.Writer.TryWrite(2));
        await batches.Completion.WaitAsync(s_patience);
        await batches.DisposeAsync();

        Assert.Equal(1, calls);
        Assert.True(queue.TryRead(out int item) && item == 2);

        // And one that waits is stopped, too.
        InterruptBatches idle = queue.OnBatch(_ => called.Release());
        await idle.DisposeAsync().AsTask().WaitAsync(s_patience);
        Assert.True(queue.Writer.TryWrite(3));
        Assert.Equal(0, called.CurrentCount);
    }

    [Fact]
    public async Task A_second_reader_and_bad_arguments_are_refused_and_disposal_of_the_queue_ends_it()
    {
        var queue = new InterruptQueue<int>(8);
        Assert.Throws<ArgumentNullException>(() => queue.OnBatch(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.OnBatch(static _ => { }, 0));

        InterruptBatches batches = queue.OnBatch(static _ => { });
        Assert.Throws<InvalidOperationException>(() => queue.OnBatch(static _ => { }));

        queue.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batches.Completion.WaitAsync(s_patience));
    }

    [Fact]
    public void It_is_called_for_what_a_handler_writes() => ChildProcess.Run(HandleTicks).AssertSucceeded();

    private static void ThrowIntoNotice()
    {
        InterruptNoticeEventArgs? notice = null;
        InterruptSource.Notice += (_, e) => notice = e;
        using var queue = new InterruptQueue<int>(8);
        InterruptBatches batches = queue.OnBatch(static _ => throw new FormatException("two\nlines"));
        Assert.True(queue.Writer.TryWrite(1));
        queue.Complete();
        Assert.True(batches.Completion.Wait(s_patience));

        Assert.Equal(InterruptNoticeKind.BatchFailed, notice!.Kind);
        Assert.Contains("ThrowIntoNotice", notice.Message, StringComparison.Ordinal);
        Assert.Contains("System.FormatException: two lines", notice.Message, StringComparison.Ordinal);
    }

    private static void HandleTicks()
    {
        const int Enough = 2000;
        using var queue = new InterruptQueue<long>(4096);
        using var done = new ManualResetEventSlim();
        long next = 0;
        bool ordered = true;
        InterruptBatches batches = queue.OnBatch(items =>
        {
            foreach (long item in items)
            {
                ordered &= item == next++;
            }

            if (next >= Enough)
            {
                done.Set();
            }
        });
        using (InterruptTimer<Ticks> timer = InterruptTimer.Start(OnTick, new Ticks { Queue = queue.Writer }, TimeSpan.FromMicroseconds(200)))
        {
            Assert.True(done.Wait(s_patience));
        }

        queue.Complete();
        Assert.True(batches.Completion.Wait(s_patience));
        Assert.True(ordered);
        Assert.Equal((queue.Written, queue.Written), (next, queue.Delivered));
    }

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnTick(ref Ticks state, in InterruptContext context) => state.Queue.TryWrite(state.Count++);

    private struct Ticks
    {
        public InterruptQueueWriter<long> Queue;
        public long Count;
    }
}
