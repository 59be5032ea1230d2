// The meter "TopHalf", as a MeterListener sees it and as OpenTelemetry exports it; each source has a name of its own here.
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Xunit;

namespace TopHalf.Runtime.Tests.Observability;

public sealed class InterruptMetricsTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(1);

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ref long state, in InterruptContext context) => state++;

    private static InterruptTimer<long> Start(string name) => InterruptTimer.Start<long>(Count, s_period, new InterruptTimerOptions { Name = name });

    [Fact]
    public void A_listener_reads_the_counts_of_a_source_by_its_name()
    {
        const string Name = "metrics: counts";
        using InterruptTimer<long> timer = Start(Name);
        Wait.Until(() => timer.Snapshot() > 20);
        using (timer.Mask())
        {
            Wait.Until(() => timer.Statistics.Masked > 3);
        }

        timer.Pause();
        InterruptStatistics statistics = timer.Statistics;
        Dictionary<string, double> measured = Collect(Name);

        Assert.Equal(statistics.Delivered, measured["tophalf.delivered"]);
        Assert.Equal(statistics.Overruns, measured["tophalf.overruns"]);
        Assert.Equal(statistics.Masked, measured["tophalf.masked"]);
        Assert.Equal(statistics.Spurious, measured["tophalf.spurious"]);
        Assert.Equal(0, measured["tophalf.throttled"]);
        Assert.Equal(statistics.HandlerTime.TotalSeconds, measured["tophalf.handler.time"]);
        Assert.Equal(statistics.LongestHandler.TotalSeconds, measured["tophalf.handler.longest"]);
        Assert.Equal(statistics.EntryLatency.Percentile(50) / 1e9, measured["tophalf.entry_latency 0.5"]);
        Assert.Equal(statistics.EntryLatency.Percentile(99) / 1e9, measured["tophalf.entry_latency 0.99"]);
        Assert.Equal(statistics.EntryLatency.Max / 1e9, measured["tophalf.entry_latency 1"]);
        Assert.True(statistics.HandlerTime >= statistics.LongestHandler && statistics.LongestHandler > TimeSpan.Zero);
        Assert.True(statistics.HandlerTime <= statistics.Delivered * statistics.LongestHandler + TimeSpan.FromTicks(statistics.Delivered));
    }

    [Fact]
    public void Counts_of_sources_of_one_name_are_added_up_and_stay_when_one_is_gone()
    {
        const string Name = "metrics: twins";
        using InterruptTimer<long> one = Start(Name);
        InterruptTimer<long> other = Start(Name);
        Wait.Until(() => one.Snapshot() > 10 && other.Snapshot() > 10);
        one.Pause();
        other.Dispose();
        long sum = one.Statistics.Delivered + other.Statistics.Delivered;

        Assert.Equal(sum, Collect(Name)["tophalf.delivered"]);
        one.Dispose();
        Dictionary<string, double> last = Collect(Name);
        Assert.Equal(sum, last["tophalf.delivered"]);
        Assert.False(last.ContainsKey("tophalf.handler.longest"));
        Assert.Empty(Collect("metrics: nobody"));
    }

    [Fact]
    public void A_queue_that_is_observed_has_depth_and_counts()
    {
        const string Name = "metrics: queue";
        using var queue = new InterruptQueue<int>(4);
        using (InterruptMetrics.Observe(queue, Name))
        {
            for (int i = 0; i < 6; i++)
            {
                queue.Writer.TryWrite(i);
            }

            Assert.True(queue.TryRead(out _));
            Dictionary<string, double> measured = Collect(Name);
            Assert.Equal(3, measured["tophalf.queue.depth"]);
            Assert.Equal(4, measured["tophalf.queue.written"]);
            Assert.Equal(2, measured["tophalf.dropped"]);
        }

        Assert.Empty(Collect(Name));
        Assert.Throws<ArgumentNullException>(static () => InterruptMetrics.Observe<int>(null!, Name));
        Assert.Throws<ArgumentException>(() => InterruptMetrics.Observe(queue, ""));
    }

    [Fact]
    public void A_queue_with_a_name_is_measured_until_it_is_disposed()
    {
        const string Name = "metrics: named queue";
        using var unnamed = new InterruptQueue<int>(4);
        using var queue = new InterruptQueue<int>(4) { Name = Name };
        var other = new InterruptQueue<long>(4) { Name = Name };
        for (int i = 0; i < 6; i++)
        {
            unnamed.Writer.TryWrite(i);
            queue.Writer.TryWrite(i);
            other.Writer.TryWrite(i);
        }

        Assert.True(queue.TryRead(out _));
        Assert.Equal((Name, null), (queue.Name, unnamed.Name));
        AssertMeasured(depth: 7, written: 8, dropped: 4);
        other.Dispose();
        AssertMeasured(depth: 3, written: 4, dropped: 2);
        queue.Dispose();
        queue.Dispose();
        Assert.Empty(Collect(Name));
        Assert.Equal("Name", Assert.Throws<ArgumentException>(static () => new InterruptQueue<int>(4) { Name = "" }).ParamName);

        void AssertMeasured(long depth, long written, long dropped)
        {
            Dictionary<string, double> measured = Collect(Name);
            Assert.Equal((depth, written, dropped), (measured["tophalf.queue.depth"], measured["tophalf.queue.written"], measured["tophalf.dropped"]));
        }
    }

    [Fact]
    public void A_name_does_not_keep_a_queue_that_is_lost()
    {
        const string Name = "metrics: lost queue";
        Assert.Equal(1, MakeAndMeasure());
        Wait.Until(static () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Collect(Name).Count == 0;
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static double MakeAndMeasure()
        {
            var queue = new InterruptQueue<int>(4) { Name = Name };
            queue.Writer.TryWrite(1);
            double depth = Collect(Name)["tophalf.queue.depth"];
            GC.KeepAlive(queue);
            return depth;
        }
    }

    [Fact]
    public void OpenTelemetry_exports_it_as_it_is()
    {
        const string Name = "metrics: exported";
        using var queue = new InterruptQueue<int>(4) { Name = Name };
        queue.Writer.TryWrite(1);
        queue.Writer.TryWrite(2);
        using InterruptTimer<long> timer = Start(Name);
        Wait.Until(() => timer.Snapshot() > 20);
        timer.Pause();
        var exported = new List<Metric>();
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddMeter(InterruptMetrics.MeterName).AddInMemoryExporter(exported).Build();

        Assert.True(provider.ForceFlush());

        Metric delivered = Assert.Single(exported, static metric => metric.Name == "tophalf.delivered");
        Assert.Equal((MetricType.LongSum, "{interrupt}", "TopHalf"), (delivered.MetricType, delivered.Unit, delivered.MeterName));
        Assert.Equal(timer.Statistics.Delivered, Point(delivered, Name).GetSumLong());
        Metric time = Assert.Single(exported, static metric => metric.Name == "tophalf.handler.time");
        Assert.Equal(timer.Statistics.HandlerTime.TotalSeconds, Point(time, Name).GetSumDouble());
        Assert.Contains(exported, static metric => metric.Name == "tophalf.entry_latency");
        Metric depth = Assert.Single(exported, static metric => metric.Name == "tophalf.queue.depth");
        Assert.Equal((MetricType.LongGauge, 2L), (depth.MetricType, Point(depth, Name).GetGaugeLastValueLong()));
    }

    [Fact]
    public void An_event_listener_hears_of_sources_and_notices()
    {
        const string Name = "events";
        using var listener = new Listener();
        InterruptTimer<long> timer = Start(Name);
        InterruptSource.RaiseNotice(InterruptNoticeKind.KernelFault, Name, "only a test");
        timer.Dispose();

        EventWrittenEventArgs[] events = [.. listener.Of(Name)];
        Assert.Equal(["SourceStarted", "Notice", "SourceStopped"], events.Select(static e => e.EventName));
        Assert.Equal([Name, timer.Signal, 0], events[0].Payload);
        Assert.Equal(["KernelFault", Name, "only a test"], events[1].Payload);
        Assert.Equal([Name, timer.Statistics.ToString()], events[2].Payload);
        Assert.Empty(listener.Errors);
    }

    private static MetricPoint Point(Metric metric, string source)
    {
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            foreach (KeyValuePair<string, object?> tag in point.Tags)
            {
                if (tag.Key == "source" && source.Equals(tag.Value))
                {
                    return point;
                }
            }
        }

        throw new InvalidOperationException($"{metric.Name} has no point of '{source}'.");
    }

    // By instrument, and quantile if there is one.
    private static Dictionary<string, double> Collect(string source)
    {
        var measured = new Dictionary<string, double>();
        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && tags[0].Key == "source" && source.Equals(tags[0].Value))
            {
                measured.Add(tags.Length == 1 ? instrument.Name : $"{instrument.Name} {tags[1].Value}", value);
            }
        }

        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == InterruptMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private sealed class Listener : EventListener
    {
        private readonly List<EventWrittenEventArgs> _events = [];

        public IEnumerable<EventWrittenEventArgs> Errors => All().Where(static e => e.EventId == 0);

        public IEnumerable<EventWrittenEventArgs> Of(string source) => All().Where(e => e.Payload!.Contains(source));

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "TopHalf")
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            lock (_events)
            {
                _events.Add(eventData);
            }
        }

        private EventWrittenEventArgs[] All()
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }
}
