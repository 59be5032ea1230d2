using System.Runtime.CompilerServices;
using TopHalf;

namespace Levels;

/// <summary>Takes a sample each millisecond: short work, which must not be late.</summary>
internal struct Controller
{
    public InterruptSharedAccess<Totals> Totals;
    public InterruptHistogram Lateness;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnSample(ref Controller controller, in InterruptContext context)
    {
        controller.Lateness.Record(context.Lateness);
        if (controller.Totals.TryEnter(in context, out InterruptSharedSection<Totals> section))
        {
            Levels.Totals.Count(ref section.Value, frames: 0, samples: 1);
            section.Exit();
        }
    }
}
