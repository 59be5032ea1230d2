// InterruptHistogram against exact, sorted data.
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sharing;

public sealed class InterruptHistogramTests
{
    private static readonly double[] s_percents = [0, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100];

    // Seeded, of several shapes and magnitudes.
    public static TheoryData<string> Shapes => ["uniform", "exponential", "two peaks", "small", "powers of two"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Percentiles_are_within_a_32nd_of_those_of_the_sorted_data(string shape)
    {
        long[] data = Data(shape);
        InterruptHistogram histogram = Recorded(data);
        Array.Sort(data);

        foreach (double percent in s_percents)
        {
            long exact = data[Math.Max((int)Math.Ceiling(percent * data.Length / 100), 1) - 1];
            Assert.InRange(histogram.Percentile(percent), exact * 31 / 32.0, exact * 33 / 32.0);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Count_extremes_and_mean_are_exact(string shape)
    {
        long[] data = Data(shape);
        InterruptHistogram histogram = Recorded(data);

        Assert.Equal((data.Length, data.Min(), data.Max(), 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Overflow));
        Assert.Equal(data.Average(), histogram.Mean, 6);
        Assert.Equal((histogram.Min, histogram.Max), (histogram.Percentile(0), histogram.Percentile(100)));
    }

    [Fact]
    public void The_sum_of_two_histograms_is_the_histogram_of_both()
    {
        long[] first = Data("exponential");
        long[] second = [.. Data("two peaks"), InterruptHistogram.Range + 5, -5];
        InterruptHistogram sum = Recorded(first);
        sum.Add(Recorded(second));
        InterruptHistogram both = Recorded([.. first, .. second]);

        Assert.Equal(both.GetBuckets(), sum.GetBuckets());
        Assert.Equal(both.ToString(), sum.ToString());
        Assert.Equal(
            (both.Count, both.Min, both.Max, both.Overflow), (sum.Count, sum.Min, sum.Max, sum.Overflow));
        Assert.All(s_percents, percent => Assert.Equal(both.Percentile(percent), sum.Percentile(percent)));
    }

    [Fact]
    public void Adding_nothing_changes_nothing_and_adding_to_nothing_copies()
    {
        InterruptHistogram histogram = Recorded([100, 200]);
        histogram.Add(default);
        Assert.Equal((2, 100, 200), (histogram.Count, histogram.Min, histogram.Max));

        InterruptHistogram empty = default;
        empty.Add(histogram);
        Assert.Equal((2, 100, 200), (empty.Count, empty.Min, empty.Max));
        Assert.Equal(histogram.GetBuckets(), empty.GetBuckets());
    }

    [Fact]
    public void The_default_value_is_empty_and_says_so()
    {
        InterruptHistogram histogram = default;

        Assert.Equal((0, 0, 0, 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Overflow));
        Assert.Equal(0, histogram.Mean);
        Assert.Equal(0, histogram.Percentile(50));
        Assert.Empty(histogram.GetBuckets());
        Assert.Equal("nothing recorded", histogram.ToString());
    }

    [Fact]
    public void A_negative_duration_counts_as_zero()
    {
        InterruptHistogram histogram = Recorded([-1, long.MinValue]);

        Assert.Equal((2, 0, 0, 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Overflow));
        Assert.Equal([new InterruptHistogramBucket(0, 1, 2)], histogram.GetBuckets());
    }

    [Fact]
    public void What_is_out_of_range_is_counted_in_the_last_bucket_and_as_overflow()
    {
        InterruptHistogram histogram = Recorded([1, InterruptHistogram.Range - 1, InterruptHistogram.Range, long.MaxValue]);

        Assert.Equal((4, 1, long.MaxValue, 2), (histogram.Count, histogram.Min, histogram.Max, histogram.Overflow));
        InterruptHistogramBucket last = histogram.GetBuckets()[^1];
        Assert.Equal((InterruptHistogram.Range, 3), (last.To, last.Count));
        Assert.InRange(histogram.Percentile(50), last.From, last.To - 1);
        Assert.Equal(long.MaxValue, histogram.Percentile(75));
        Assert.Contains("(2 beyond", histogram.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Buckets_meet_without_gap_from_0_to_the_range_and_are_no_wider_than_a_16th()
    {
        InterruptHistogram histogram = default;
        var firsts = new List<long>();
        for (long duration = 0; duration < InterruptHistogram.Range;)
        {
            InterruptHistogram one = Recorded([duration]);
            InterruptHistogramBucket bucket = Assert.Single(one.GetBuckets());
            Assert.Equal((duration, 1), (bucket.From, bucket.Count));
            Assert.Equal(bucket, Assert.Single(Recorded([bucket.To - 1]).GetBuckets()));
            Assert.True(bucket.To - bucket.From == 1 || bucket.To - bucket.From <= bucket.From / 16, bucket.ToString());
            firsts.Add(duration);
            histogram.Record(duration);
            duration = bucket.To;
        }

        Assert.Equal(firsts, histogram.GetBuckets().Select(static bucket => bucket.From));
        Assert.Equal(InterruptHistogram.Range, histogram.GetBuckets()[^1].To);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(100.1)]
    [InlineData(double.NaN)]
    public void A_percentile_out_of_range_is_refused_with_the_range(double percent)
    {
        InterruptHistogram histogram = Recorded([1]);

        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(percent));

        Assert.Contains("between 0 and 100", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_tells_the_whole_in_any_culture()
    {
        InterruptHistogram histogram = Recorded([10, 20, 30]);

        Assert.Equal("n=3 min=10 p50=20 p99=30 p99.9=30 max=30 mean=20.0 ns", histogram.ToString());
    }

    [Fact]
    public void The_documented_size_is_right() => Assert.Equal(4264, Unsafe.SizeOf<InterruptHistogram>());

    [Fact]
    public void Recording_calls_nothing_on_any_CPU()
    {
        JitListing.Of(nameof(RecordOne), PrepareRecord).AssertCallsNativeFunctionsOnly(0);
        JitListing.Of(nameof(RecordOne), PrepareRecord, ("DOTNET_EnableHWIntrinsic", "0")).AssertCallsNativeFunctionsOnly(0);
    }

    private static void PrepareRecord() =>
        RuntimeHelpers.PrepareMethod(Handlers.Method(typeof(InterruptHistogramTests), nameof(RecordOne)).MethodHandle);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RecordOne(ref InterruptHistogram histogram, long nanoseconds) => histogram.Record(nanoseconds);

    private static InterruptHistogram Recorded(long[] durations)
    {
        InterruptHistogram histogram = default;
        foreach (long duration in durations)
        {
            histogram.Record(duration);
        }

        return histogram;
    }

    private static long[] Data(string shape)
    {
        var random = new Random(42);
        Func<int, long> next = shape switch
        {
            "uniform" => _ => random.NextInt64(1, 100_000_000),
            "exponential" => _ => (long)(-5_000 * Math.Log(1 - random.NextDouble())),
            "two peaks" => i => (i % 10 == 0 ? 2_000_000 : 3_000) + random.Next(500),
            "small" => _ => random.Next(40),
            "powers of two" => i => 1L << (i % 36),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };
        return [.. Enumerable.Range(0, 20_000).Select(next)];
    }
}
