using TopHalf.Dispatch;

namespace TopHalf;

/// <summary>Counts of one source, taken at one moment: no interrupt of the source fell between two of them.</summary>
/// <remarks>While nothing is masked, <c>Delivered + Overruns</c> is the number of expiries that reached the source.</remarks>
public sealed class InterruptStatistics
{
    private readonly InterruptHistogram _entryLatency;

    internal unsafe InterruptStatistics(InterruptSlot* slot)
    {
        Delivered = slot->Delivered;
        Overruns = slot->Overruns;
        Spurious = slot->Stale;
        Masked = slot->Masked;
        Deferred = slot->Deferred;
        Throttled = slot->Throttled;
        OverBudget = slot->OverBudget;
        HandlerTime = TimeSpan.FromTicks(slot->HandlerTime / TimeSpan.NanosecondsPerTick);
        LongestHandler = TimeSpan.FromTicks(slot->LongestHandler / 100);
        _entryLatency = *slot->EntryLatency;
    }

    /// <summary>Calls of the handler.</summary>
    public long Delivered { get; }

    /// <summary>Expiries that were merged into a later delivery.</summary>
    public long Overruns { get; }

    /// <summary>
    /// Signals of this source that came after <c>Change</c> had ended what sent them; dropped. Signals that belong to no source are counted
    /// by <see cref="InterruptSource.SpuriousSignals"/>.
    /// </summary>
    public long Spurious { get; }

    /// <summary>
    /// Expiries that came while the source was masked. The end of the mask delivers them as one, the rest counting as overruns; a change or
    /// disposal under the mask drops them.
    /// </summary>
    public long Masked { get; }

    /// <summary>
    /// Signals of a source that came while a ceiling held it back, raised by another that shares a value with it (<see cref="InterruptShared{T}"/>) or by ordinary code. They were
    /// delivered as soon as the ceiling was lowered.
    /// </summary>
    public long Deferred { get; }

    /// <summary>Windows of the <see cref="InterruptBudget"/>, given or by default, in which the source was held back.</summary>
    public long Throttled { get; }

    /// <summary>Calls of the handler that took longer than <see cref="InterruptBudget.Handler"/>.</summary>
    public long OverBudget { get; }

    /// <summary>Time from entry of the dispatcher to the return of the handler, all calls together; that of what interrupted it is in it.</summary>
    public TimeSpan HandlerTime { get; }

    /// <summary>Longest time from entry of the dispatcher to the return of the handler.</summary>
    public TimeSpan LongestHandler { get; }

    /// <summary>Nanoseconds from the expiry to entry of the dispatcher, on the source's clock, one value a delivery.</summary>
    public ref readonly InterruptHistogram EntryLatency => ref _entryLatency;

    /// <inheritdoc/>
    public override string ToString() =>
        $"delivered {Delivered}, overruns {Overruns}, spurious {Spurious}, masked {Masked}, longest handler {LongestHandler.TotalMicroseconds:0.#} us, " +
        $"entry latency p50 {_entryLatency.Percentile(50) / 1000.0:0.#} us, p99 {_entryLatency.Percentile(99) / 1000.0:0.#} us, max {_entryLatency.Max / 1000.0:0.#} us";
}
