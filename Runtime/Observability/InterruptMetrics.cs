using System.Diagnostics.Metrics;

namespace TopHalf;

/// <summary>
/// The meter <c>TopHalf</c> of System.Diagnostics.Metrics, which OpenTelemetry, dotnet-counters and every <see cref="MeterListener"/> can
/// listen to: what each interrupt source has done, by its name. There as soon as the process has a source.
/// </summary>
/// <remarks>
/// <para>All instruments are observable: they are read, when somebody collects, from the counts that the sources keep anyway. No
/// handler does anything for them. Each measurement has the tag <c>source</c>; sources of one name are added up, and counts of
/// sources that are gone stay, so that counters never go back: give sources names that are few.</para>
/// <list type="table">
/// <item><term><c>tophalf.delivered</c></term><description>calls of the handler</description></item>
/// <item><term><c>tophalf.overruns</c></term><description>expiries that were merged into a later delivery</description></item>
/// <item><term><c>tophalf.spurious</c></term><description>signals of a former schedule; those that belong to no source have no tag</description></item>
/// <item><term><c>tophalf.masked</c></term><description>expiries that came under a mask</description></item>
/// <item><term><c>tophalf.deferred</c></term><description>signals that came while a ceiling held the source back</description></item>
/// <item><term><c>tophalf.throttled</c></term><description>windows in which a source was over its budget</description></item>
/// <item><term><c>tophalf.handler.time</c></term><description>seconds spent in the handler and its dispatcher</description></item>
/// <item><term><c>tophalf.handler.longest</c></term><description>seconds of the longest call, of sources that live</description></item>
/// <item><term><c>tophalf.entry_latency</c></term><description>seconds from expiry to handler, of sources that live, with the tag <c>quantile</c>: 0.5, 0.99, 1</description></item>
/// <item><term><c>tophalf.queue.depth</c>, <c>tophalf.queue.written</c>, <c>tophalf.dropped</c></term><description>of queues with an <see cref="InterruptQueue{T}.Name"/>, and those that <see cref="Observe"/> was told of</description></item>
/// </list>
/// </remarks>
public static class InterruptMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "TopHalf";

    /// <summary>
    /// Has a queue's depth and counts measured under a name: that of the source that writes to it, best. For a queue that somebody else has made; one of your own is given an
    /// <see cref="InterruptQueue{T}.Name"/>, and both count.
    /// </summary>
    /// <param name="queue">The queue. It is not kept alive.</param>
    /// <param name="source">The measurements' tag <c>source</c>.</param>
    /// <returns>Ends it. Dispose of it before the queue.</returns>
    /// <exception cref="ArgumentException"><paramref name="source"/> is empty.</exception>
    public static IDisposable Observe<T>(InterruptQueue<T> queue, string source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentException.ThrowIfNullOrEmpty(source);
        var observed = new WeakReference<InterruptQueue<T>>(queue);
        return Observability.TopHalfMeter.Instance.Add(
            source,
            () => observed.TryGetTarget(out InterruptQueue<T>? alive) ? new(alive.Count, alive.Written, alive.Dropped) : null);
    }
}
