using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>
/// Sees to sources without a budget that were throttled because they left a thread no time: delivers what waits when their windows end, silences those that are masked, and says so. One
/// thread for all of them, which sleeps while they all behave: a source that does costs nothing. Ordinary context; thread-safe.
/// </summary>
internal static unsafe class StormWatch
{
    private static int s_runs;

    /// <summary>How often it has looked.</summary>
    public static long Looks { get; private set; }

    /// <summary>Has the thread there, from the first source on that may be throttled so.</summary>
    public static void Require()
    {
        if (Interlocked.Exchange(ref s_runs, 1) == 0)
        {
            new Thread(Run) { Name = "TopHalf storms", IsBackground = true }.UnsafeStart();
        }
    }

    private static void Run()
    {
        // SAFETY: the table is never freed.
        int* storms = &SourceTable.Root->Storms;
        long window = Nanoseconds.Of(InterruptBudget.Guard.Window, nameof(InterruptBudget.Window));
        while (true)
        {
            // Read before the look: what is throttled behind it ends the wait.
            int seen = Volatile.Read(ref *storms);
            bool goesOn = SourceWatch.WatchStorms();
            Looks++;
            LibC.futex_wait(storms, seen, goesOn ? window : -1);
        }
    }
}
