using System.Globalization;
using System.Runtime.CompilerServices;

namespace TopHalf;

/// <summary>
/// Counts durations by size: a log-linear histogram of nanoseconds that is part of a handler's state. A plain value of 4,264 bytes; the
/// default value is empty.
/// </summary>
/// <remarks>
/// <para>Durations below 32 ns are told apart exactly. Beyond, each power of two is split into 16 buckets, so that
/// <see cref="Percentile"/> errs by at most 1/32 of the value (3.1 %). The range ends at <see cref="Range"/>, 68.7 s; what lies beyond is
/// counted in the last bucket and in <see cref="Overflow"/>. <see cref="Count"/>, <see cref="Min"/> and <see cref="Max"/> are exact
/// within and beyond it; <see cref="Mean"/> is, while the sum is below 2^53 ns (104 days), and after that to 15 digits.</para>
/// <para>One writer at a time: the handler, or whoever holds it off. Readers take a copy by the source's <c>Snapshot</c>. Keep it in the
/// state: as a handler's local it would overstep the handler's stack budget.</para>
/// </remarks>
public unsafe struct InterruptHistogram
{
    // A bucket's index is the exponent and the first 4 bits behind the point of the duration as a double, which counts on from the
    // buckets of one value each: no bit-scan instruction, which old CPUs and NativeAOT's default baseline would make a call.
    private const int SplitBits = 4;
    private const int LinearBuckets = 1 << SplitBits;
    private const int RangeBits = 36;
    private const int BucketCount = LinearBuckets * (RangeBits - SplitBits + 1);
    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const int FirstSplitBucket = (ExponentBias + SplitBits) << SplitBits;

    /// <summary>The first duration, in nanoseconds, that is out of range: 2^36, 68.7 s.</summary>
    public const long Range = 1L << RangeBits;

    private long _min;
    private double _sum;
    private fixed long _buckets[BucketCount];

    /// <summary>How many durations were recorded.</summary>
    [AsyncSignalSafe]
    public long Count { readonly get; private set; }

    /// <summary>How many of them were <see cref="Range"/> or longer.</summary>
    [AsyncSignalSafe]
    public long Overflow { readonly get; private set; }

    /// <summary>The shortest duration, in nanoseconds, exactly. 0 if there is none.</summary>
    [AsyncSignalSafe]
    public readonly long Min => _min;

    /// <summary>The longest duration, in nanoseconds, exactly. 0 if there is none.</summary>
    [AsyncSignalSafe]
    public long Max { readonly get; private set; }

    /// <summary>The mean, in nanoseconds. 0 if nothing was recorded.</summary>
    [AsyncSignalSafe]
    public readonly double Mean
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Count == 0 ? 0 : _sum / Count;
    }

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">The duration. A negative one counts as 0.</param>
    /// <remarks>Async-signal-safe: some twenty instructions, no call, no throw. One writer at a time.</remarks>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public void Record(long nanoseconds)
    {
        long duration = nanoseconds < 0 ? 0 : nanoseconds;
        if (duration < _min || Count == 0)
        {
            _min = duration;
        }

        if (duration > Max)
        {
            Max = duration;
        }

        Count++;
        _sum += duration;
        if (duration >= Range)
        {
            Overflow++;
            duration = Range - 1;
        }

        // SAFETY: the duration is in range, so its index is too; a fixed buffer is indexed without a check.
        _buckets[BucketOf(duration)]++;
    }

    /// <summary>Adds what another histogram counted, as if it had been recorded here.</summary>
    /// <param name="other">Not written to meanwhile: a copy, or one whose writer is held off.</param>
    public void Add(in InterruptHistogram other)
    {
        if (other.Count == 0)
        {
            return;
        }

        _min = Count == 0 ? other._min : Math.Min(_min, other._min);
        Max = Math.Max(Max, other.Max);
        Count += other.Count;
        Overflow += other.Overflow;
        _sum += other._sum;
        for (int i = 0; i < BucketCount; i++)
        {
            // SAFETY: below the buffer's length.
            _buckets[i] += other._buckets[i];
        }
    }

    /// <summary>The duration that <paramref name="percent"/> per cent of all durations do not exceed (nearest rank).</summary>
    /// <param name="percent">0 to 100. 0 gives <see cref="Min"/>, 100 gives <see cref="Max"/>, both exactly.</param>
    /// <returns>Nanoseconds, at most 1/32 off; <see cref="Max"/> where the answer is out of range; 0 if nothing was recorded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is not within 0 and 100.</exception>
    [AsyncSignalUnsafe("it may throw")]
    public readonly long Percentile(double percent)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "A percentile lies between 0 and 100, as in Percentile(99.9).");
        }

        // Multiplied first: 99.9 / 100 is no binary fraction, and its error would push a whole rank up. The extremes are known exactly.
        long rank = (long)Math.Ceiling(percent * Count / 100);
        if (rank <= 1)
        {
            return _min;
        }

        if (rank >= Count || rank > Count - Overflow)
        {
            return Max;
        }

        int bucket = 0;
        for (long seen = _buckets[0]; seen < rank; seen += _buckets[bucket])
        {
            bucket++;
        }

        // Half-way through the bucket, so that the error is half its width at most.
        long from = LowerBound(bucket);
        return Math.Clamp(from + ((LowerBound(bucket + 1) - 1 - from) / 2), _min, Max);
    }

    /// <summary>The buckets that counted something, shortest durations first, for drawing.</summary>
    [AsyncSignalUnsafe("it allocates")]
    public readonly InterruptHistogramBucket[] GetBuckets()
    {
        var buckets = new List<InterruptHistogramBucket>();
        for (int i = 0; i < BucketCount; i++)
        {
            // SAFETY: below the buffer's length.
            if (_buckets[i] != 0)
            {
                buckets.Add(new InterruptHistogramBucket(LowerBound(i), LowerBound(i + 1), _buckets[i]));
            }
        }

        return [.. buckets];
    }

    /// <summary>One line: count, extremes, mean and the usual percentiles, in nanoseconds.</summary>
    [AsyncSignalUnsafe("it allocates")]
    public override readonly string ToString() => Count == 0
        ? "nothing recorded"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"n={Count} min={Min} p50={Percentile(50)} p99={Percentile(99)} p99.9={Percentile(99.9)} max={Max} mean={Mean:F1} ns")
            + (Overflow == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({Overflow} beyond {Range} ns)"));

    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    private static int BucketOf(long duration) => duration < LinearBuckets
        ? (int)duration
        : (int)(BitConverter.DoubleToInt64Bits(duration) >> (MantissaBits - SplitBits)) - FirstSplitBucket + LinearBuckets;

    // The inverse of BucketOf; defined one beyond the last bucket, where it is Range.
    private static long LowerBound(int bucket)
    {
        if (bucket < LinearBuckets)
        {
            return bucket;
        }

        int power = (bucket >> SplitBits) - 1;
        return (long)(LinearBuckets + (bucket & (LinearBuckets - 1))) << power;
    }
}
