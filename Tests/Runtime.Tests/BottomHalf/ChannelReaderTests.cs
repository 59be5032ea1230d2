// InterruptQueue.AsChannelReader, held to what ChannelReader<T> promises.
using System.Threading.Channels;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class ChannelReaderTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_reads_what_is_written_until_the_queue_is_completed()
    {
        using var queue = new InterruptQueue<int>(8);
        ChannelReader<int> reader = queue.AsChannelReader();
        Task<List<int>> read = Task.Run(() => CollectAsync(reader));

        for (int i = 0; i < 1000; i++)
        {
            while (!queue.Writer.TryWrite(i))
            {
                await Task.Yield();
            }
        }

        queue.Complete();
        Assert.Equal(Enumerable.Range(0, 1000), await read.WaitAsync(s_patience));
        await reader.Completion.WaitAsync(s_patience);
        await Assert.ThrowsAsync<ChannelClosedException>(() => reader.ReadAsync().AsTask());
    }

    [Fact]
    public async Task It_counts_and_completes_only_when_the_last_item_was_read()
    {
        using var queue = new InterruptQueue<int>(8);
        ChannelReader<int> reader = queue.AsChannelReader();
        Assert.False(reader.TryRead(out _));
        Assert.True(queue.Writer.TryWrite(1) && queue.Writer.TryWrite(2));
        Assert.True(reader.CanCount && reader.Count == 2);
        Assert.True(await reader.WaitToReadAsync());

        Task completion = reader.Completion;
        queue.Complete();
        Assert.False(completion.IsCompleted);
        Assert.True(reader.TryRead(out int first) && first == 1);
        Assert.False(completion.IsCompleted);
        Assert.Equal(2, await reader.ReadAsync());
        await completion.WaitAsync(s_patience);
        Assert.False(await reader.WaitToReadAsync());
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_another_begun()
    {
        using var queue = new InterruptQueue<int>(8);
        ChannelReader<int> reader = queue.AsChannelReader();
        using var cancel = new CancellationTokenSource();
        Task<bool> wait = reader.WaitToReadAsync(cancel.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.WaitToReadAsync().AsTask());

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(s_patience));

        wait = reader.WaitToReadAsync().AsTask();
        Assert.False(wait.IsCompleted);
        Assert.True(queue.Writer.TryWrite(1));
        Assert.True(await wait.WaitAsync(s_patience));
    }

    [Fact]
    public async Task Disposal_ends_it_by_an_exception_unless_all_had_been_read()
    {
        var queue = new InterruptQueue<int>(8);
        ChannelReader<int> reader = queue.AsChannelReader();
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        queue.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.WaitAsync(s_patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.Completion.WaitAsync(s_patience));

        var drained = new InterruptQueue<int>(8);
        Task completion = drained.AsChannelReader().Completion;
        drained.Complete();
        drained.Dispose();
        await completion.WaitAsync(s_patience);
    }

    private static async Task<List<int>> CollectAsync(ChannelReader<int> reader)
    {
        var items = new List<int>();
        await foreach (int item in reader.ReadAllAsync())
        {
            items.Add(item);
        }

        return items;
    }
}
