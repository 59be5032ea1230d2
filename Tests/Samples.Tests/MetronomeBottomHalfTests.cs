// The metronome's verdict: it finds every kind of fault, and nothing else.
using Metronome;
using Xunit;

namespace TopHalf.Samples.Tests;

public sealed class MetronomeBottomHalfTests
{
    private const int Count = 1000;

    // Due at 1000, 1100, 1200, ...
    private static readonly Schedule s_schedule = new(FirstDue: 1000, Period: 100);

    [Fact]
    public void Ticks_in_time_are_faultless() => Assert.Empty(Judge(Ticks()));

    [Fact]
    public void A_merged_expiry_that_is_counted_is_no_fault()
    {
        IEnumerable<Tick> ticks = Ticks().Where(static tick => tick.Number != 500)
            .Select(static tick => tick.Number < 500 ? tick : tick with { Number = tick.Number - 1 });

        Assert.Empty(Judge(ticks, callbacks: Count - 1));
    }

    [Fact]
    public void A_dropped_tick_that_is_counted_is_no_fault() =>
        Assert.Empty(Judge(Ticks().Where(static tick => tick.Number != 500), dropped: 1));

    [Fact]
    public void A_tick_that_is_missing_is_found() =>
        Assert.Contains("999 read", Assert.Single(Judge(Ticks().Where(static tick => tick.Number != 500))), StringComparison.Ordinal);

    [Fact]
    public void A_tick_that_comes_twice_is_found() =>
        Assert.Contains(
            "tick 500 came after tick 500", Judge(Ticks().SelectMany(static tick => tick.Number == 500 ? [tick, tick] : new[] { tick }))[0], StringComparison.Ordinal);

    [Fact]
    public void Ticks_out_of_order_are_found() =>
        Assert.Contains("tick 999 came after tick 1000", Judge(Ticks().SkipLast(2).Append(At(1000)).Append(At(999)))[0], StringComparison.Ordinal);

    [Fact]
    public void A_lost_expiry_is_found()
    {
        IEnumerable<Tick> ticks = Ticks().Select(static tick => tick.Number < 500 ? tick : tick with { Timestamp = tick.Timestamp + 100 });

        Assert.Contains("some were lost", Assert.Single(Judge(ticks)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expiry_counted_twice_is_found()
    {
        IEnumerable<Tick> ticks = Ticks().Select(static tick => tick.Number < 500 ? tick : tick with { Expiries = tick.Expiries + 1 });

        Assert.Contains("only 500 were due", Judge(ticks, expiries: Count + 1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_before_the_end_is_found() =>
        Assert.Contains("only 900 came", Assert.Single(Judge(Ticks().Take(900), callbacks: 900, expiries: 900)), StringComparison.Ordinal);

    private static IEnumerable<Tick> Ticks() => Enumerable.Range(1, Count).Select(static number => At(number));

    // Seven nanoseconds late, as good as it gets.
    private static Tick At(long number) => new(number, number, s_schedule.Due(number) + 7);

    private static IReadOnlyList<string> Judge(IEnumerable<Tick> ticks, long callbacks = Count, long dropped = 0, long expiries = Count)
    {
        using var queue = new InterruptQueue<Tick>(2 * Count);
        foreach (Tick tick in ticks)
        {
            Assert.True(queue.Writer.TryWrite(tick));
        }

        queue.Complete();
        var bottomHalf = new BottomHalf(s_schedule);
        bottomHalf.ReadAsync(queue).Wait();
        bottomHalf.Conclude(callbacks, dropped, expiries, wanted: Count);
        return bottomHalf.Faults;
    }
}
