// What an InterruptQueue drops, policy by policy, within one thread: which items, and how they are counted.
using Xunit;

namespace TopHalf.Runtime.Tests.BottomHalf;

public sealed class BackPressureTests
{
    [Fact]
    public void The_newest_is_dropped_unless_another_policy_is_asked_for()
    {
        using var queue = new InterruptQueue<int>(4);
        Assert.Equal(BackPressure.DropNewest, queue.BackPressure);

        Assert.Equal([true, true, true, true, false, false], WriteAll(queue, 6));
        Assert.Equal([0, 1, 2, 3], ReadAll(queue));
        Assert.Equal((4, 2, 0, 2, 4, 0), Counts(queue));
    }

    [Fact]
    public void Drop_oldest_keeps_the_last_items_in_order_and_counts_those_given_up()
    {
        using var queue = new InterruptQueue<int>(4, BackPressure.DropOldest);

        Assert.DoesNotContain(false, WriteAll(queue, 11));
        Assert.Equal((11, 0, 7, 7, 0, 4), Counts(queue));
        Assert.Equal([7, 8, 9, 10], ReadAll(queue));
        Assert.Equal((11, 0, 7, 7, 4, 0), Counts(queue));
    }

    [Fact]
    public void Drop_oldest_drops_nothing_that_finds_room()
    {
        using var queue = new InterruptQueue<int>(4, BackPressure.DropOldest);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(queue.Writer.TryWrite(i));
            Assert.True(queue.TryRead(out int item) && item == i);
        }

        Assert.Equal((100, 0, 0, 0, 100, 0), Counts(queue));
    }

    [Fact]
    public void Latest_only_gives_the_last_item_once_and_counts_the_others_as_dropped()
    {
        using var queue = new InterruptQueue<int>(4, BackPressure.LatestOnly);

        Assert.DoesNotContain(false, WriteAll(queue, 11));
        Assert.Equal((11, 0, 10, 10, 0, 1), Counts(queue));

        int[] items = new int[4];
        Assert.Equal(1, queue.Read(items));
        Assert.Equal(10, items[0]);
        Assert.Equal(0, queue.Read(items));
        Assert.Equal((11, 0, 10, 10, 1, 0), Counts(queue));
    }

    [Theory]
    [InlineData(BackPressure.DropNewest)]
    [InlineData(BackPressure.DropOldest)]
    [InlineData(BackPressure.LatestOnly)]
    public void A_completed_queue_of_any_policy_refuses_and_gives_up_nothing(BackPressure policy)
    {
        using var queue = new InterruptQueue<int>(2, policy);
        Assert.True(queue.Writer.TryWrite(1));
        queue.Complete();

        Assert.False(queue.Writer.TryWrite(2));
        Assert.False(queue.IsDrained);
        Assert.Equal([1], ReadAll(queue));
        Assert.True(queue.IsDrained);
        Assert.Equal((1, 1, 0, 1, 1, 0), Counts(queue));
    }

    [Theory]
    [InlineData(BackPressure.DropOldest)]
    [InlineData(BackPressure.LatestOnly)]
    public void A_disposed_queue_remembers_what_was_dropped_and_what_was_lost(BackPressure policy)
    {
        var queue = new InterruptQueue<int>(2, policy);
        WriteAll(queue, 5);
        (long, long, long, long, long, int) before = Counts(queue);

        queue.Dispose();

        Assert.Equal(before, Counts(queue));
    }

    [Fact]
    public unsafe void An_oldest_item_that_is_still_being_written_is_not_given_up_and_the_newest_is_refused()
    {
        using var queue = new InterruptQueue<int>(4, BackPressure.DropOldest);
        InterruptQueueWriter<int> writer = queue.Writer;
        QueueControl* control = *(QueueControl**)&writer;

        // A write that has claimed its position and is interrupted there.
        long position = Interlocked.Increment(ref control->Tail) - 1;

        Assert.Equal([true, true, true, false], WriteAll(queue, 4));
        Assert.Equal([], ReadAll(queue));

        // It goes on. From here on there is something to give up.
        Publish(control, position, -1);
        Assert.True(writer.TryWrite(9));
        Assert.Equal([0, 1, 2, 9], ReadAll(queue));
        Assert.Equal((5, 1, 1, 2, 4, 0), Counts(queue));
    }

    [Fact]
    public unsafe void The_latest_is_read_although_an_older_one_is_still_being_written_and_its_cell_is_not_used_meanwhile()
    {
        using var queue = new InterruptQueue<int>(4, BackPressure.LatestOnly);
        InterruptQueueWriter<int> writer = queue.Writer;
        QueueControl* control = *(QueueControl**)&writer;
        long position = Interlocked.Increment(ref control->Tail) - 1;

        Assert.True(writer.TryWrite(1));
        Assert.Equal([1], ReadAll(queue));

        // Two more, then the turn of the cell that is being written.
        Assert.Equal([true, true, false], WriteAll(queue, 3));
        Publish(control, position, -1);
        Assert.Equal([1], ReadAll(queue));
        Assert.True(writer.TryWrite(7));
        Assert.Equal([7], ReadAll(queue));
        Assert.Equal((5, 1, 2, 3, 3, 0), Counts(queue));
    }

    [Fact]
    public void A_policy_that_there_is_not_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new InterruptQueue<int>(2, (BackPressure)3));

    private static List<bool> WriteAll(InterruptQueue<int> queue, int count) =>
        [.. Enumerable.Range(0, count).Select(number => queue.Writer.TryWrite(number))];

    private static List<int> ReadAll(InterruptQueue<int> queue)
    {
        var items = new List<int>();
        while (queue.TryRead(out int item))
        {
            items.Add(item);
        }

        return items;
    }

    private static (long Written, long Newest, long Oldest, long Dropped, long Delivered, int Count) Counts(InterruptQueue<int> queue) =>
        (queue.Written, queue.DroppedNewest, queue.DroppedOldest, queue.Dropped, queue.Delivered, queue.Count);

    private static unsafe void Publish(QueueControl* control, long position, int item)
    {
        QueueCell<int>* cell = (QueueCell<int>*)control->Cells + (position & control->Mask);
        cell->Value = item;
        Volatile.Write(ref cell->Sequence, position + 1);
    }
}
