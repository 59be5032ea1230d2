namespace TopHalf.Observability;

/// <summary>What all sources of one name have done, those that are gone included.</summary>
internal readonly record struct SourceTotals(long Delivered, long Overruns, long Spurious, long Masked, long Deferred, long Throttled, TimeSpan HandlerTime)
{
    public static SourceTotals operator +(SourceTotals totals, InterruptStatistics source) => new(
        totals.Delivered + source.Delivered,
        totals.Overruns + source.Overruns,
        totals.Spurious + source.Spurious,
        totals.Masked + source.Masked,
        totals.Deferred + source.Deferred,
        totals.Throttled + source.Throttled,
        totals.HandlerTime + source.HandlerTime);
}
