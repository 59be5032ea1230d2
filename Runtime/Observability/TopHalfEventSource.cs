using System.Diagnostics.Tracing;

namespace TopHalf.Observability;

/// <summary>The event source <c>TopHalf</c>: what sources live and what happened to them, for dotnet-trace, PerfView and every <see cref="EventListener"/>. Ordinary context only.</summary>
[EventSource(Name = "TopHalf")]
internal sealed class TopHalfEventSource : EventSource
{
    private TopHalfEventSource()
    {
    }

    public static TopHalfEventSource Log { get; } = new();

    [Event(1, Level = EventLevel.Informational)]
    public void SourceStarted(string source, int signal, int threaded)
    {
        if (IsEnabled())
        {
            WriteEvent(1, source, signal, threaded);
        }
    }

    [Event(2, Level = EventLevel.Informational)]
    public void SourceStopped(string source, string statistics)
    {
        if (IsEnabled())
        {
            WriteEvent(2, source, statistics);
        }
    }

    [Event(3, Level = EventLevel.Warning)]
    public void Notice(string kind, string source, string message)
    {
        if (IsEnabled())
        {
            WriteEvent(3, kind, source, message);
        }
    }
}
