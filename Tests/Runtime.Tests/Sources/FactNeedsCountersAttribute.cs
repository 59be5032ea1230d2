// Tests that need counters of the kernel's: they skip, and say why, where perf_event_open(2) is refused. CounterRefusalTests holds what is said then.
using TopHalf.Interop;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests;

/// <summary>What counters this process may have.</summary>
internal static class Counters
{
    /// <summary>Why an event cannot be counted here; null if it can.</summary>
    public static string? Missing(CounterEvent counted)
    {
        int descriptor = KernelCounter.TryOpen(counted, 1_000_000, countKernel: false, LibC.gettid(), out CounterRefusal? refusal);
        if (descriptor >= 0)
        {
            Assert.Equal(0, LibC.close(descriptor));
        }

        return refusal?.Reason;
    }
}

/// <summary>A fact that needs counters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsCountersAttribute : FactAttribute
{
    public FactNeedsCountersAttribute(CounterEvent counted = CounterEvent.PageFaults) => Skip = Counters.Missing(counted);
}

/// <summary>A theory that needs counters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedsCountersAttribute : TheoryAttribute
{
    public TheoryNeedsCountersAttribute(CounterEvent counted = CounterEvent.PageFaults) => Skip = Counters.Missing(counted);
}
