// InterruptQueue.ReadAllAsync: sleeping, waking, cancelling, completing.
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class InterruptQueueAsyncTests
{
    // Long enough to never matter; a lost wake-up ends here instead of hanging.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_sleeping_reader_is_woken_once_and_goes_on_elsewhere_than_on_the_doorbell()
    {
        using var queue = new InterruptQueue<int>(4);
        await using IAsyncEnumerator<int> items = queue.ReadAllAsync().GetAsyncEnumerator();
        ValueTask<bool> next = items.MoveNextAsync();
        Assert.False(next.IsCompleted);
        string? thread = null;
        Task read = Task.Run(async () =>
        {
            Assert.True(await next.ConfigureAwait(false));
            thread = Thread.CurrentThread.Name;
        });

        Assert.True(queue.Writer.TryWrite(7));

        await read.WaitAsync(s_patience);
        Assert.Equal((7, 1, 1), (items.Current, queue.Sleeps, queue.Rings));
        Assert.NotEqual("TopHalf bottom half", thread);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_a_thread_of_its_own_a_queue_goes_on_with_its_reader_there_each_time(bool onOwnThread)
    {
        using var queue = new InterruptQueue<int>(4) { AllowSynchronousContinuations = onOwnThread };
        Assert.Equal(onOwnThread, queue.AllowSynchronousContinuations);
        var threads = new List<string?>();
        Task read = Task.Run(async () =>
        {
            await foreach (int _ in queue.ReadAllAsync().ConfigureAwait(false))
            {
                threads.Add(Thread.CurrentThread.Name);
            }
        });
        for (int i = 1; i <= 20; i++)
        {
            Wait.Until(() => queue.Sleeps == i);
            Assert.True(queue.Writer.TryWrite(i));
        }

        Wait.Until(() => queue.Sleeps == 21);
        queue.Complete();
        await read.WaitAsync(s_patience);
        Assert.Equal(20, threads.Count);

        // The first may have been there before the reader slept.
        Assert.All(threads.Skip(1), thread => Assert.Equal(onOwnThread, thread == "TopHalf queue"));
    }

    [Fact]
    public async Task A_reader_that_does_not_sleep_is_not_rung_for()
    {
        using var queue = new InterruptQueue<int>(64);
        for (int i = 0; i < 64; i++)
        {
            Assert.True(queue.Writer.TryWrite(i));
        }

        int read = 0;
        await foreach (int item in queue.ReadAllAsync())
        {
            Assert.Equal(read++, item);
            if (read == 64)
            {
                break;
            }
        }

        Assert.Equal((64, 0, 0), (read, queue.Sleeps, queue.Rings));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_wake_up_is_lost_in_many_rounds_of_two_readers_that_wake_each_other(bool onOwnThread)
    {
        const int Rounds = 20_000;
        using var there = new InterruptQueue<int>(2) { AllowSynchronousContinuations = onOwnThread };
        using var back = new InterruptQueue<int>(2) { AllowSynchronousContinuations = onOwnThread };
        Task echo = Task.Run(async () =>
        {
            await foreach (int item in there.ReadAllAsync())
            {
                Assert.True(back.Writer.TryWrite(item));
            }
        });

        Assert.True(there.Writer.TryWrite(0));
        Task count = Task.Run(async () =>
        {
            int round = 0;
            await foreach (int item in back.ReadAllAsync())
            {
                Assert.Equal(round++, item);
                if (round == Rounds)
                {
                    break;
                }

                Assert.True(there.Writer.TryWrite(round));
            }
        });

        await count.WaitAsync(s_patience);
        there.Complete();
        await echo.WaitAsync(s_patience);
        Assert.True(there.Sleeps > 0 && back.Sleeps > 0);
        Assert.True(there.Rings <= there.Sleeps && back.Rings <= back.Sleeps);
    }

    [Fact]
    public async Task Many_writers_ring_at_most_once_a_sleep_and_every_item_arrives_in_its_writers_order()
    {
        const int Writers = 3;
        const int Each = 20_000;
        using var queue = new InterruptQueue<(int Writer, int Number)>(1024);
        Thread[] writers = [.. Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
        {
            var pauses = new Random(writer);
            for (int number = 0; number < Each; number++)
            {
                while (!queue.Writer.TryWrite((writer, number)))
                {
                    Thread.Yield();
                }

                // Lets the reader fall asleep now and then.
                if (pauses.Next(50) == 0)
                {
                    Thread.Sleep(0);
                }
            }
        }))];

        int[] next = new int[Writers];
        Task read = Task.Run(async () =>
        {
            await foreach ((int writer, int number) in queue.ReadAllAsync())
            {
                Assert.Equal(next[writer]++, number);
            }
        });
        Array.ForEach(writers, static writer => writer.Start());
        Array.ForEach(writers, static writer => writer.Join());
        queue.Complete();
        await read.WaitAsync(s_patience);

        Assert.All(next, static count => Assert.Equal(Each, count));
        Assert.Equal(Writers * Each, queue.Written);
        Assert.InRange(queue.Rings, 0, queue.Sleeps);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completion_delivers_what_is_there_and_then_ends(bool onOwnThread)
    {
        using var queue = new InterruptQueue<int>(4) { AllowSynchronousContinuations = onOwnThread };
        Assert.True(queue.Writer.TryWrite(1) && queue.Writer.TryWrite(2));
        queue.Complete();
        Assert.False(queue.Writer.TryWrite(3));

        Assert.Equal([1, 2], await ReadToEndAsync(queue));
        Assert.Equal([], await ReadToEndAsync(queue));
        Assert.Equal((2, 1), (queue.Written, queue.Dropped));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completion_ends_a_reader_that_sleeps(bool onOwnThread)
    {
        using var queue = new InterruptQueue<int>(4) { AllowSynchronousContinuations = onOwnThread };
        Task<List<int>> read = ReadToEndAsync(queue);
        Assert.False(read.IsCompleted);

        queue.Complete();

        Assert.Equal([], await read.WaitAsync(s_patience));
    }

    [Fact]
    public async Task What_was_claimed_before_completion_is_waited_for()
    {
        using var queue = new InterruptQueue<int>(4);
        long position = Claim(queue.Writer);
        queue.Complete();
        Task<List<int>> read = ReadToEndAsync(queue);
        Assert.False(read.IsCompleted);

        Publish(queue.Writer, position, 5);

        // A handler that was interrupted in its write would ring now; here another queue event does.
        queue.Complete();
        Assert.Equal([5], await read.WaitAsync(s_patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completion_amid_writers_delivers_exactly_what_they_were_told_was_written(bool onOwnThread)
    {
        for (int round = 0; round < 200; round++)
        {
            using var queue = new InterruptQueue<int>(16) { AllowSynchronousContinuations = onOwnThread };
            long told = 0;
            long refused = 0;
            Task[] writers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                for (int i = 0; i < 500; i++)
                {
                    if (queue.Writer.TryWrite(i))
                    {
                        Interlocked.Increment(ref told);
                    }
                    else
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            }))];
            Task<List<int>> read = ReadToEndAsync(queue);
            Thread.SpinWait(round * 20);
            queue.Complete();
            await Task.WhenAll(writers);

            Assert.Equal(told, (await read.WaitAsync(s_patience)).Count);
            Assert.Equal((told, refused), (queue.Written, queue.Dropped));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_wait_throws_and_the_next_reader_gets_the_items(bool onOwnThread)
    {
        using var queue = new InterruptQueue<int>(4) { AllowSynchronousContinuations = onOwnThread };
        using var cancellation = new CancellationTokenSource();
        Task<List<int>> read = ReadToEndAsync(queue, cancellation.Token);
        Assert.False(read.IsCompleted);

        await cancellation.CancelAsync();

        OperationCanceledException error =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(s_patience));
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.True(queue.Writer.TryWrite(1));
        Assert.Equal(0, queue.Rings);
        queue.Complete();
        Assert.Equal([1], await ReadToEndAsync(queue));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_ends_the_reading_before_it_takes_an_item()
    {
        using var queue = new InterruptQueue<int>(4);
        Assert.True(queue.Writer.TryWrite(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadToEndAsync(queue, new CancellationToken(canceled: true)));

        Assert.True(queue.TryRead(out int item) && item == 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellations_amid_writes_lose_nothing(bool onOwnThread)
    {
        const int Items = 5_000;
        int cancelled = 0;
        using var queue = new InterruptQueue<int>(8192) { AllowSynchronousContinuations = onOwnThread };
        Task write = Task.Run(() =>
        {
            for (int i = 0; i < Items; i++)
            {
                Assert.True(queue.Writer.TryWrite(i));
                Thread.SpinWait(i % 300);
            }

            // A reader that was quicker than its cancellation waits for another.
            Wait.Until(() => Volatile.Read(ref cancelled) > 0);
            queue.Complete();
        });

        int next = 0;
        bool ended = false;
        while (!ended)
        {
            using var cancellation = new CancellationTokenSource();
            Task cancel = Task.Run(cancellation.Cancel);
            try
            {
                await foreach (int item in queue.ReadAllAsync(cancellation.Token))
                {
                    Assert.Equal(next++, item);
                }

                ended = true;
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }

            await cancel;
        }

        await write.WaitAsync(s_patience);
        Assert.Equal(Items, next);
        Assert.True(cancelled > 0);
        Assert.InRange(queue.Rings, 0, queue.Sleeps);
    }

    [Fact]
    public async Task A_second_reader_at_the_same_time_is_told_so_and_a_later_one_is_not()
    {
        using var queue = new InterruptQueue<int>(4);
        Task<List<int>> first = ReadToEndAsync(queue);

        InvalidOperationException error =
            await Assert.ThrowsAsync<InvalidOperationException>(() => ReadToEndAsync(queue));

        Assert.Contains("one reader", error.Message, StringComparison.Ordinal);
        queue.Complete();
        Assert.Equal([], await first.WaitAsync(s_patience));
        Assert.Equal([], await ReadToEndAsync(queue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_tells_a_reader_that_sleeps(bool onOwnThread)
    {
        var queue = new InterruptQueue<int>(4) { AllowSynchronousContinuations = onOwnThread };
        Task<List<int>> read = ReadToEndAsync(queue);
        Assert.False(read.IsCompleted);

        queue.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(s_patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadToEndAsync(queue));
    }

    private static async Task<List<int>> ReadToEndAsync(InterruptQueue<int> queue, CancellationToken cancellationToken = default)
    {
        var items = new List<int>();
        await foreach (int item in queue.ReadAllAsync(cancellationToken))
        {
            items.Add(item);
        }

        return items;
    }

    private static unsafe long Claim(InterruptQueueWriter<int> writer) => Interlocked.Increment(ref (*(QueueControl**)&writer)->Tail) - 1;

    private static unsafe void Publish(InterruptQueueWriter<int> writer, long position, int item)
    {
        var cell = (QueueCell<int>*)(*(QueueControl**)&writer)->Cells + position;
        cell->Value = item;
        Volatile.Write(ref cell->Sequence, position + 1);
    }
}
