using System.Diagnostics.Metrics;

namespace TopHalf.Observability;

/// <summary>The meter's instruments, and the sources and queues that they read. Ordinary context; thread-safe.</summary>
internal sealed class TopHalfMeter
{
    private const string SourceTag = "source";

    // Not a lock of the sources': a source is read outside of it, as its own gate may be held for as long as its handler runs.
    private readonly object _gate = new();
    private readonly HashSet<InterruptSource> _living = [];
    private readonly Dictionary<string, SourceTotals> _gone = [];
    private readonly List<QueueEntry> _queues = [];

    private TopHalfMeter()
    {
        var meter = new Meter(InterruptMetrics.MeterName);
        Count(meter, "delivered", "{interrupt}", "Calls of the handler.", static totals => totals.Delivered);
        Count(meter, "overruns", "{interrupt}", "Expiries that were merged into a later delivery.", static totals => totals.Overruns);
        Count(meter, "masked", "{interrupt}", "Expiries that came while the source was masked.", static totals => totals.Masked);
        Count(meter, "deferred", "{signal}", "Signals that came while a ceiling held the source back.", static totals => totals.Deferred);
        Count(meter, "throttled", "{window}", "Windows in which the source was over its budget.", static totals => totals.Throttled);
        meter.CreateObservableCounter(
            "tophalf.spurious",
            () => Totals(static totals => totals.Spurious).Append(new Measurement<long>(InterruptSource.SpuriousSignals)),
            "{interrupt}", "Signals that were dropped: of a former schedule of a source, or, without a tag, of no source.");
        meter.CreateObservableCounter(
            "tophalf.handler.time", () => Totals(static totals => totals.HandlerTime.TotalSeconds), "s", "Time in the handler and its dispatcher.");
        meter.CreateObservableGauge("tophalf.handler.longest", LongestHandlers, "s", "Longest call of the handler.");
        meter.CreateObservableGauge("tophalf.entry_latency", EntryLatencies, "s", "Time from the expiry to the handler.");
        meter.CreateObservableGauge("tophalf.queue.depth", () => Queues(static queue => queue.Depth), "{item}", "Items written and not yet read.");
        meter.CreateObservableCounter("tophalf.queue.written", () => Queues(static queue => queue.Written), "{item}", "Items written.");
        meter.CreateObservableCounter("tophalf.dropped", () => Queues(static queue => queue.Dropped), "{item}", "Items that a full queue did not take.");
    }

    public static TopHalfMeter Instance { get; } = new();

    /// <summary>Measures a source until <see cref="Remove"/>.</summary>
    public void Add(InterruptSource source)
    {
        lock (_gate)
        {
            _living.Add(source);
        }
    }

    /// <summary>Keeps the last counts of a source.</summary>
    /// <param name="source">The source, which is disposed of.</param>
    /// <param name="last">Its last counts.</param>
    public void Remove(InterruptSource source, InterruptStatistics last)
    {
        lock (_gate)
        {
            if (_living.Remove(source))
            {
                _gone[source.Name] = _gone.GetValueOrDefault(source.Name) + last;
            }
        }
    }

    /// <summary>Measures a queue until what is returned is disposed of, or the queue is gone.</summary>
    public IDisposable Add(string source, Func<QueueCounts?> read)
    {
        var entry = new QueueEntry(this, source, read);
        lock (_gate)
        {
            _queues.Add(entry);
        }

        return entry;
    }

    private void Count(Meter meter, string name, string unit, string description, Func<SourceTotals, long> value) =>
        meter.CreateObservableCounter($"tophalf.{name}", () => Totals(value), unit, description);

    private IEnumerable<Measurement<T>> Totals<T>(Func<SourceTotals, T> value)
        where T : struct
    {
        Dictionary<string, SourceTotals> totals;
        InterruptSource[] living;
        lock (_gate)
        {
            totals = new(_gone);
            living = [.. _living];
        }

        // One that is disposed of meanwhile says its last counts, which were not among those that are gone.
        foreach (InterruptSource source in living)
        {
            totals[source.Name] = totals.GetValueOrDefault(source.Name) + source.Statistics;
        }

        return [.. totals.Select(entry => new Measurement<T>(value(entry.Value), Tag(entry.Key)))];
    }

    private IEnumerable<Measurement<double>> LongestHandlers() =>
        from source in Living()
        group source.Statistics.LongestHandler by source.Name into longest
        select new Measurement<double>(longest.Max().TotalSeconds, Tag(longest.Key));

    private IEnumerable<Measurement<double>> EntryLatencies()
    {
        foreach (IGrouping<string, InterruptSource> sources in Living().GroupBy(static source => source.Name))
        {
            var all = default(InterruptHistogram);
            foreach (InterruptSource source in sources)
            {
                all.Add(source.Statistics.EntryLatency);
            }

            if (all.Count > 0)
            {
                yield return Latency(sources.Key, "0.5", all.Percentile(50));
                yield return Latency(sources.Key, "0.99", all.Percentile(99));
                yield return Latency(sources.Key, "1", all.Max);
            }
        }
    }

    private static Measurement<double> Latency(string source, string quantile, long nanoseconds) => new(nanoseconds / 1e9, Tag(source), new("quantile", quantile));

    private InterruptSource[] Living()
    {
        lock (_gate)
        {
            return [.. _living];
        }
    }

    private IEnumerable<Measurement<long>> Queues(Func<QueueCounts, long> value)
    {
        QueueEntry[] queues;
        lock (_gate)
        {
            queues = [.. _queues];
        }

        var sums = new Dictionary<string, long>();
        foreach (QueueEntry queue in queues)
        {
            if (queue.Read() is { } counts)
            {
                sums[queue.Source] = sums.GetValueOrDefault(queue.Source) + value(counts);
            }
            else
            {
                queue.Dispose();
            }
        }

        return sums.Select(static sum => new Measurement<long>(sum.Value, Tag(sum.Key)));
    }

    private static KeyValuePair<string, object?> Tag(string source) => new(SourceTag, source);

    private sealed class QueueEntry(TopHalfMeter meter, string source, Func<QueueCounts?> read) : IDisposable
    {
        public string Source => source;

        public QueueCounts? Read() => read();

        public void Dispose()
        {
            lock (meter._gate)
            {
                meter._queues.Remove(this);
            }
        }
    }
}
