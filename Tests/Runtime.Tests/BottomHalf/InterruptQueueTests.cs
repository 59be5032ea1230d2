// InterruptQueue within one thread: order, capacity, accounting, lifetime.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class InterruptQueueTests
{
    [Fact]
    public void Items_come_out_in_the_order_they_went_in_many_times_round_the_ring()
    {
        using var queue = new InterruptQueue<long>(4);
        for (long i = 0; i < 100; i++)
        {
            Assert.True(queue.Writer.TryWrite(2 * i));
            Assert.True(queue.Writer.TryWrite((2 * i) + 1));
            Assert.True(queue.TryRead(out long first) && queue.TryRead(out long second) && first == 2 * i && second == first + 1);
        }

        Assert.False(queue.TryRead(out _));
        Assert.Equal((200, 0, 0), (queue.Written, queue.Dropped, queue.Count));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4096, 4096)]
    [InlineData(5000, 8192)]
    public void Capacity_is_rounded_up_to_a_power_of_two_and_is_what_the_queue_holds(int asked, int capacity)
    {
        using var queue = new InterruptQueue<int>(asked);
        int held = 0;
        while (queue.Writer.TryWrite(held))
        {
            held++;
        }

        Assert.Equal((capacity, capacity, capacity), (queue.Capacity, held, queue.Count));
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(0)]
    [InlineData((1 << 30) + 1)]
    public void A_capacity_out_of_range_is_refused_with_the_range_and_a_way_to_choose(int capacity)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new InterruptQueue<int>(capacity));

        Assert.Contains("from 1 to 1073741824", error.Message, StringComparison.Ordinal);
        Assert.Contains("longest time the reader may be away", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_queue_drops_the_newest_and_counts_it()
    {
        using var queue = new InterruptQueue<int>(2);
        InterruptQueueWriter<int> writer = queue.Writer;

        Assert.True(writer.TryWrite(1) && writer.TryWrite(2));
        Assert.False(writer.TryWrite(3));
        Assert.Equal((2, 1, 2), (queue.Written, queue.Dropped, queue.Count));

        Assert.True(queue.TryRead(out int item) && item == 1);
        Assert.True(writer.TryWrite(4));
        Assert.True(queue.TryRead(out item) && item == 2);
        Assert.True(queue.TryRead(out item) && item == 4);
    }

    [Fact]
    public unsafe void Large_and_odd_sized_items_arrive_whole()
    {
        using var queue = new InterruptQueue<Item1001>(2);
        Item1001 item = default;
        for (int i = 0; i < sizeof(Item1001); i++)
        {
            item.Bytes[i] = (byte)(i * 7);
        }

        Assert.True(queue.Writer.TryWrite(in item));
        Assert.True(queue.TryRead(out Item1001 read));
        Assert.True(new ReadOnlySpan<byte>(&item, sizeof(Item1001)).SequenceEqual(new ReadOnlySpan<byte>(&read, sizeof(Item1001))));
    }

    [Fact]
    public void The_default_writer_refuses_and_harms_nothing() => Assert.False(default(InterruptQueueWriter<long>).TryWrite(1));

    [Fact]
    public void A_completed_queue_still_gives_what_it_has_but_takes_no_more()
    {
        using var queue = new InterruptQueue<int>(2);
        InterruptQueueWriter<int> writer = queue.Writer;
        Assert.True(writer.TryWrite(1));

        queue.Complete();
        queue.Complete();

        Assert.False(writer.TryWrite(2));
        Assert.Equal((1, 1, 1), (queue.Written, queue.Dropped, queue.Count));
        Assert.True(queue.TryRead(out int item) && item == 1);
        Assert.False(queue.TryRead(out _));
    }

    [Fact]
    public void A_disposed_queue_refuses_writers_and_readers_and_remembers_its_counts()
    {
        var queue = new InterruptQueue<int>(2);
        InterruptQueueWriter<int> writer = queue.Writer;
        Assert.True(writer.TryWrite(1) && writer.TryWrite(2) && !writer.TryWrite(3));
        Assert.True(queue.TryRead(out _));

        queue.Dispose();
        queue.Dispose();
        queue.Complete();

        Assert.False(writer.TryWrite(4));
        Assert.False(queue.Writer.TryWrite(5));
        Assert.Throws<ObjectDisposedException>(() => queue.TryRead(out _));
        Assert.Equal((2, 1, 1), (queue.Written, queue.Dropped, queue.Count));
    }

    [Fact]
    public void A_queue_that_was_lost_is_freed_and_its_writer_refuses()
    {
        InterruptQueueWriter<int> writer = WriterOfLostQueue();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.False(writer.TryWrite(1));
    }

    [Fact]
    public void A_writer_of_a_dead_queue_cannot_write_into_its_successor() =>
        ChildProcess.Run(ReuseOneBlock).AssertSucceeded();

    [Fact]
    public void One_queue_too_many_is_refused_until_another_is_disposed() => ChildProcess.Run(FillTheTable).AssertSucceeded();

    [Fact]
    public unsafe void A_handler_that_interrupts_a_write_before_its_publication_succeeds_and_keeps_its_place()
    {
        using var queue = new InterruptQueue<int>(4);
        InterruptQueueWriter<int> writer = queue.Writer;
        QueueControl* control = ControlOf(writer);

        // A write that has claimed its position and is interrupted there.
        long position = Interlocked.Increment(ref control->Tail) - 1;

        Assert.True(writer.TryWrite(1) && writer.TryWrite(2) && writer.TryWrite(3));
        Assert.False(writer.TryWrite(4));
        Assert.False(queue.TryRead(out _));

        // It goes on.
        QueueCell<int>* cell = (QueueCell<int>*)control->Cells + position;
        cell->Value = 0;
        Volatile.Write(ref cell->Sequence, position + 1);

        for (int i = 0; i < 4; i++)
        {
            Assert.True(queue.TryRead(out int item) && item == i);
        }

        Assert.Equal((4, 1), (queue.Written, queue.Dropped));
    }

    [Fact]
    public async Task Dispose_waits_for_the_writer_inside_and_lets_none_in_after_it()
    {
        var queue = new InterruptQueue<int>(4);
        InterruptQueueWriter<int> writer = queue.Writer;
        CountIn(writer, 1);

        Task dispose = Task.Run(queue.Dispose);
        while (writer.TryWrite(1))
        {
            await Task.Yield();
        }

        Assert.False(dispose.IsCompleted);
        CountIn(writer, -1);
        await dispose.WaitAsync(TimeSpan.FromMinutes(3));
    }

    private static unsafe void ReuseOneBlock()
    {
        var dead = new List<InterruptQueueWriter<int>>();
        for (int i = 0; i < 100; i++)
        {
            using var queue = new InterruptQueue<int>(4);
            Assert.All(dead, old => Assert.Equal((nint)ControlOf(old), (nint)ControlOf(queue.Writer)));
            Assert.All(dead, old => Assert.False(old.TryWrite(-1)));
            Assert.False(queue.TryRead(out _));

            Assert.True(queue.Writer.TryWrite(i));
            Assert.True(queue.TryRead(out int item) && item == i);
            Assert.Equal((1, 0), (queue.Written, queue.Dropped));
            dead.Add(queue.Writer);
        }
    }

    private static void FillTheTable()
    {
        var queues = new List<InterruptQueue<int>>();
        for (int i = 0; i < QueueControlTable.Limit; i++)
        {
            queues.Add(new InterruptQueue<int>(1));
        }

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new InterruptQueue<int>(1));
        Assert.Contains("Dispose those", error.Message, StringComparison.Ordinal);

        queues[12345].Dispose();
        using var last = new InterruptQueue<int>(1);
        Assert.True(last.Writer.TryWrite(1));
        GC.KeepAlive(queues);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InterruptQueueWriter<int> WriterOfLostQueue()
    {
        InterruptQueueWriter<int> writer = new InterruptQueue<int>(4).Writer;
        Assert.True(writer.TryWrite(1));
        return writer;
    }

    private static unsafe void CountIn(InterruptQueueWriter<int> writer, int count) =>
        Interlocked.Add(ref ControlOf(writer)->Active, count);

    // The writer's first field.
    private static unsafe QueueControl* ControlOf(InterruptQueueWriter<int> writer) => *(QueueControl**)&writer;

    private unsafe struct Item1001
    {
        public fixed byte Bytes[1001];
    }
}
