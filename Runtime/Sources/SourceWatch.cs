using TopHalf.Dispatch;
using TopHalf.Observability;

namespace TopHalf.Sources;

/// <summary>
/// Keeps the living sources alive, and looks once a second for what nobody would report: a replaced signal handler, replaced code, an ended
/// target thread, a lost descriptor, alternate stacks whose threads are gone. Ordinary context.
/// </summary>
internal static class SourceWatch
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly object s_gate = new();
    private static readonly HashSet<InterruptSource> s_sources = [];
    private static Timer? s_timer;
    private static bool s_exhaustionReported;

    public static void Add(InterruptSource source)
    {
        lock (s_gate)
        {
            s_sources.Add(source);
            s_timer ??= new Timer(static _ => Look(), null, s_interval, s_interval);
        }

        TopHalfMeter.Instance.Add(source);
        TopHalfEventSource.Log.SourceStarted(source.Name, source.Signal, source.Delivery == DeliveryMode.Threaded ? 1 : 0);
    }

    /// <param name="source">A source that is disposed of; one that never came to be was not added.</param>
    /// <param name="last">Its last counts.</param>
    public static void Remove(InterruptSource source, InterruptStatistics last)
    {
        bool lived;
        lock (s_gate)
        {
            lived = s_sources.Remove(source);
            if (s_sources.Count == 0)
            {
                s_timer?.Dispose();
                s_timer = null;
            }
        }

        if (lived)
        {
            TopHalfMeter.Instance.Remove(source, last);
            TopHalfEventSource.Log.SourceStopped(source.Name, last.ToString());
        }
    }

    /// <summary>Looks at the sources that have no budget, for those that were throttled all the same.</summary>
    /// <returns>Whether there is one that has to be looked at again when its window is over.</returns>
    public static bool WatchStorms()
    {
        bool goesOn = false;
        foreach (InterruptSource source in Sources())
        {
            goesOn |= source.WatchGuard();
        }

        return goesOn;
    }

    private static InterruptSource[] Sources()
    {
        lock (s_gate)
        {
            return [.. s_sources];
        }
    }

    private static void Look()
    {
        InterruptSource[] sources = Sources();
        SignalRegistry.Watch();
        FaultGuard.Watch();
        SharingSources.Watch();
        foreach (InterruptSource source in sources)
        {
            source.WatchTarget();
            source.WatchOrigin();
            source.WatchCode();
        }

        SourceTable.ReclaimAlternateStacks();
        ReportExhaustion();
    }

    private static unsafe void ReportExhaustion()
    {
        AlternateStackPool* pool = &SourceTable.Root->AlternateStacks;
        if (Volatile.Read(ref pool->Exhausted) != 0 && !s_exhaustionReported)
        {
            s_exhaustionReported = true;
            InterruptSource.RaiseNotice(
                InterruptNoticeKind.AlternateStacksExhausted,
                string.Empty,
                $"more than {pool->Count} threads at a time were prepared for interrupts or had a NullReferenceException, or the process has as many memory " +
                "areas as vm.max_map_count allows; further threads keep the runtime's small alternate stack, on which an interrupt during a " +
                "NullReferenceException can end the process. Target fewer threads, or raise vm.max_map_count.");
        }
    }
}
