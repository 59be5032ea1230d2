using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>
/// The pages that are locked for handlers, and for how many: the kernel does not count, and what one source unlocked another would have lost. Ordinary context.
/// </summary>
internal static unsafe class LockedPages
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<nint, int> s_pages = [];

    /// <summary>How many pages are locked.</summary>
    public static int Count
    {
        get
        {
            lock (s_gate)
            {
                return s_pages.Count;
            }
        }
    }

    /// <summary>Locks all the pages, or none.</summary>
    /// <returns>Why not; null if they are locked.</returns>
    public static string? Lock(IReadOnlyList<nint> pages)
    {
        lock (s_gate)
        {
            for (int i = 0; i < pages.Count; i++)
            {
                if (!s_pages.TryGetValue(pages[i], out int holders) && LibC.mlock((void*)pages[i], (nuint)Environment.SystemPageSize) != 0)
                {
                    int error = Marshal.GetLastPInvokeError();
                    Unlock([.. pages.Take(i)]);
                    return Refusal(pages.Count, error);
                }

                s_pages[pages[i]] = holders + 1;
            }

            return null;
        }
    }

    /// <summary>Undoes <see cref="Lock"/>. Pages that others hold stay locked.</summary>
    public static void Unlock(IReadOnlyList<nint> pages)
    {
        lock (s_gate)
        {
            foreach (nint page in pages)
            {
                if (--s_pages[page] == 0)
                {
                    s_pages.Remove(page);
                    if (LibC.munlock((void*)page, (nuint)Environment.SystemPageSize) != 0)
                    {
                        throw new InvalidOperationException($"munlock failed: {Marshal.GetLastPInvokeErrorMessage()}.");
                    }
                }
            }
        }
    }

    private static string Refusal(int pages, int error) => error is LibC.EPERM or LibC.ENOMEM or LibC.EAGAIN
        ? $"{pages * Environment.SystemPageSize / 1024} KiB may not be locked: RLIMIT_MEMLOCK is {ThreadSettings.Limit(LibC.RLIMIT_MEMLOCK)} bytes for all of the process, and there is no CAP_IPC_LOCK. " +
            "Raise the limit ('ulimit -l', in KiB; LimitMEMLOCK= in a systemd unit, 'memlock' in limits.conf(5), '--ulimit memlock=-1' of a container). They were read in, but may be paged out"
        : $"mlock failed: {Marshal.GetPInvokeErrorMessage(error)}";
}
