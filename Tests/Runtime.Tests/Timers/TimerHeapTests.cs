using TopHalf.Timers;
using Xunit;

namespace TopHalf.Runtime.Tests.Timers;

public sealed class TimerHeapTests
{
    [Fact]
    public void The_first_is_always_the_earliest_whatever_is_set_moved_and_removed()
    {
        var random = new Random(11);
        var heap = new TimerHeap();
        var model = new Dictionary<ProvidedTimer, long>();
        ProvidedTimer[] timers = [.. Enumerable.Range(0, 300).Select(static _ => new ProvidedTimer(null!, static _ => { }, null))];
        for (int step = 0; step < 50_000; step++)
        {
            ProvidedTimer timer = timers[random.Next(timers.Length)];
            if (random.Next(3) == 0)
            {
                heap.Remove(timer);
                model.Remove(timer);
                Assert.Equal(-1, timer.HeapIndex);
            }
            else
            {
                long due = random.Next(100); // Many at the same time.
                heap.Set(timer, due);
                model[timer] = due;
            }

            Assert.Equal(model.Count, heap.Count);
            if (model.Count > 0)
            {
                Assert.Equal(model.Values.Min(), heap.First.Due);
            }
        }

        var order = new List<long>();
        while (heap.Count > 0)
        {
            order.Add(heap.First.Due);
            heap.Remove(heap.First);
        }

        Assert.Equal(model.Values.Order(), order);
    }

    [Fact]
    public void Removing_what_is_not_there_does_nothing()
    {
        var heap = new TimerHeap();
        var one = new ProvidedTimer(null!, static _ => { }, null);
        var other = new ProvidedTimer(null!, static _ => { }, null);
        heap.Set(one, 5);

        heap.Remove(other);

        Assert.Equal(1, heap.Count);
        Assert.Same(one, heap.First);
    }
}
