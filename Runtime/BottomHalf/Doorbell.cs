using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf;

/// <summary>
/// Wakes sleeping readers: one eventfd that writers ring, and one background thread that blocks on it. Both are made on first need and
/// live as long as the process. Ordinary context; thread-safe.
/// </summary>
/// <remarks>
/// A sleeper is on the list from the moment it arms until somebody takes it off. Who takes it off, and only that one, ends its wait: the
/// thread because a writer rang, or the queue because it was completed, disposed or its wait cancelled.
/// </remarks>
internal static unsafe class Doorbell
{
    private static readonly object s_gate = new();
    private static readonly List<QueueSleeper> s_sleepers = [];
    private static int s_fd = -1;
    private static bool s_threadRuns;

    /// <summary>The eventfd that writers ring.</summary>
    /// <exception cref="InvalidOperationException">The system has no file descriptor left for it.</exception>
    public static int FileDescriptor()
    {
        lock (s_gate)
        {
            if (s_fd < 0)
            {
                s_fd = LibC.eventfd(0, LibC.EFD_CLOEXEC);
                if (s_fd < 0)
                {
                    throw new InvalidOperationException(
                        $"eventfd failed: {Marshal.GetLastPInvokeErrorMessage()}. "
                        + "Interrupt queues need one file descriptor (RLIMIT_NOFILE).");
                }
            }

            return s_fd;
        }
    }

    /// <summary>Lists a sleeper and asks writers to ring. What was written before must be looked for afterwards.</summary>
    public static void Arm(QueueSleeper sleeper)
    {
        lock (s_gate)
        {
            if (!s_threadRuns)
            {
                new Thread(Run) { Name = "TopHalf bottom half", IsBackground = true }.UnsafeStart();
                s_threadRuns = true;
            }

            s_sleepers.Add(sleeper);

            // The full fence between this store and the caller's look into the ring.
            Interlocked.Exchange(ref sleeper.Control->Waiting, 1);
        }
    }

    /// <summary>Takes a sleeper off the list.</summary>
    /// <returns>Whether it was there; if so the caller has to end its wait.</returns>
    public static bool Disarm(QueueSleeper sleeper)
    {
        lock (s_gate)
        {
            if (!s_sleepers.Remove(sleeper))
            {
                return false;
            }

            Volatile.Write(ref sleeper.Control->Waiting, 0);
            return true;
        }
    }

    private static void Run()
    {
        var rung = new List<QueueSleeper>();
        for (; ; )
        {
            Listen();
            lock (s_gate)
            {
                for (int i = s_sleepers.Count - 1; i >= 0; i--)
                {
                    // A listed sleeper's flag is down only if a writer took it down.
                    QueueSleeper sleeper = s_sleepers[i];
                    if (Volatile.Read(ref sleeper.Control->Waiting) == 0)
                    {
                        s_sleepers.RemoveAt(i);
                        rung.Add(sleeper);
                    }
                }
            }

            rung.ForEach(static sleeper => sleeper.Wake());
            rung.Clear();
        }
    }

    private static void Listen()
    {
        // SAFETY: an eventfd hands over exactly eight bytes.
        ulong rings;
        while (LibC.read(s_fd, &rings, sizeof(ulong)) != sizeof(ulong))
        {
            if (Marshal.GetLastPInvokeError() != LibC.EINTR)
            {
                // Handlers go on writing to this number, which may be another file by now: nothing sane can follow.
                Environment.FailFast(
                    $"TopHalf: reading the doorbell failed: {Marshal.GetLastPInvokeErrorMessage()}. "
                    + $"Has the program closed descriptor {s_fd}?");
            }
        }
    }
}
