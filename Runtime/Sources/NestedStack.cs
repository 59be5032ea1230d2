using TopHalf.Interop;
using TopHalf.Verification;

namespace TopHalf.Sources;

/// <summary>Whether one handler of each level, nested, fits on the alternate stack on which the runtime handles a fault. Ordinary context.</summary>
/// <remarks>
/// The worst that can lie there is the fault's frame, what the runtime's handler uses, and for each level a frame, the dispatcher and the deepest handler. A thread that
/// only waits to be interrupted has no faults, and its handlers run on its ordinary stack.
/// </remarks>
internal static class NestedStack
{
    // The runtime gives its handler 12 KiB in all, a signal's frame included.
    private const int RuntimeShare = 12 * 1024;

    private static readonly object s_gate = new();
    private static readonly int[] s_deepest = new int[InterruptLevel.Count];

    /// <summary>What handlers and dispatchers of all levels may use together, bytes.</summary>
    public static int Room => (int)AlternateStack.RequiredSize - RuntimeShare - ((InterruptLevel.Count + 1) * (int)LibC.getauxval(LibC.AT_MINSIGSTKSZ));

    /// <summary>Takes note of a handler of a level.</summary>
    /// <exception cref="InterruptLimitException">With those of the other levels it would not fit.</exception>
    public static void Reserve(InterruptTarget target, int level, VerifiedHandler handler)
    {
        if (target.Kind == InterruptTargetKind.Dedicated)
        {
            return;
        }

        Reserve(handler.Report.Handler, level, handler.Report.StackBytes, DispatcherMethods.Entry.Report.StackBytes, Room, s_deepest);
    }

    internal static void Reserve(string handler, int level, int stackBytes, int dispatcherBytes, int room, int[] deepest)
    {
        lock (s_gate)
        {
            int others = deepest.Where((_, other) => other != level).Sum();
            int own = stackBytes + dispatcherBytes;
            if (others + own > room)
            {
                throw new InterruptLimitException(
                    $"'{handler}' uses {stackBytes} bytes of stack. With the deepest handlers of the other levels, which it may interrupt or be interrupted by, that is {others + own}, and on the alternate " +
                    $"stack on which a thread handles a NullReferenceException there is room for {room}. Make it use less, give it a dedicated thread, or put several handlers on one level.");
            }

            deepest[level] = Math.Max(deepest[level], own);
        }
    }
}
