using System.Runtime.InteropServices;
using TopHalf.Dispatch;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>
/// Waits for descriptors of whose files the kernel sends no signals (eventfd, timerfd, epoll, pidfd, …), and sends their sources a signal that asks them to look: one
/// epoll(7) and one background thread, both made on first need, for the life of the process. Ordinary context; thread-safe.
/// </summary>
internal static unsafe class DescriptorWatch
{
    private const int EventsAtOnce = 64;
    private const int RetryMilliseconds = 1;

    private static readonly object s_gate = new();
    private static readonly Dictionary<ulong, (int Signal, int ThreadId)> s_watched = [];
    private static int s_epoll = -1;

    /// <summary>Watches from here on. What is ready already is told, too.</summary>
    /// <param name="descriptor">Of a source.</param>
    /// <param name="bands">What is waited for, as poll(2) and epoll(7) both have it.</param>
    /// <param name="key">The source's.</param>
    /// <param name="signal">What to send.</param>
    /// <param name="threadId">Where to; 0: to the process.</param>
    /// <returns>Whether this kind of file can be waited for: not those that are always ready.</returns>
    /// <exception cref="InterruptLimitException">There is no descriptor or memory left for it.</exception>
    public static bool TryAdd(int descriptor, int bands, ulong key, int signal, int threadId)
    {
        lock (s_gate)
        {
            if (s_epoll < 0)
            {
                s_epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
                Require(s_epoll >= 0, "epoll_create1");
                new Thread(Run) { Name = "TopHalf descriptors", IsBackground = true }.UnsafeStart();
            }

            var wanted = new epoll_event { events = (uint)bands | LibC.EPOLLET, data = key };
            if (LibC.epoll_ctl(s_epoll, LibC.EPOLL_CTL_ADD, descriptor, &wanted) != 0)
            {
                Require(Marshal.GetLastPInvokeError() == LibC.EPERM, "epoll_ctl");
                return false;
            }

            s_watched.Add(key, (signal, threadId));
            return true;
        }
    }

    /// <summary>Watches no more. When it returns, no signal will be sent.</summary>
    public static void Remove(int descriptor, ulong key)
    {
        lock (s_gate)
        {
            if (s_watched.Remove(key))
            {
                Require(LibC.epoll_ctl(s_epoll, LibC.EPOLL_CTL_DEL, descriptor, null) == 0, "epoll_ctl");
            }
        }
    }

    private static void Run()
    {
        epoll_event* events = stackalloc epoll_event[EventsAtOnce];
        var refused = new HashSet<ulong>();
        while (true)
        {
            int count = LibC.epoll_wait(s_epoll, events, EventsAtOnce, refused.Count == 0 ? -1 : RetryMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != LibC.EINTR)
            {
                // Sources would be silent from here on: nothing sane can follow.
                Environment.FailFast($"TopHalf: waiting for descriptors failed: {Marshal.GetLastPInvokeErrorMessage()}. Has the program closed descriptor {s_epoll}?");
            }

            lock (s_gate)
            {
                refused.RemoveWhere(static key => Notify(key) != LibC.EAGAIN);
                for (int i = 0; i < count; i++)
                {
                    // An edge is told once, so it is kept until the queue of signals has room.
                    ulong key = events[i].data;
                    if (Notify(key) == LibC.EAGAIN && refused.Add(key))
                    {
                        Interlocked.Increment(ref InterruptTable.SlotOf(SourceTable.Root, key)->Overflows);
                    }
                }
            }
        }
    }

    // Under the gate. Returns an errno; a target that has ended is the business of the source's watch.
    private static int Notify(ulong key)
    {
        if (!s_watched.TryGetValue(key, out (int Signal, int ThreadId) to))
        {
            return 0;
        }

        int process = LibC.getpid();
        var info = new siginfo_t { si_signo = to.Signal, si_code = LibC.SI_QUEUE, si_pid = process, si_value = key };
        return -(int)(to.ThreadId == 0
            ? SignalSafeLibC.rt_sigqueueinfo(process, to.Signal, &info)
            : SignalSafeLibC.rt_tgsigqueueinfo(process, to.ThreadId, to.Signal, &info));
    }

    private static void Require(bool succeeded, string call)
    {
        if (!succeeded)
        {
            throw new InterruptLimitException(
                $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}. A descriptor of which the kernel sends no signals is watched by epoll, which needs a descriptor of its own " +
                "(RLIMIT_NOFILE) and room (/proc/sys/fs/epoll/max_user_watches).");
        }
    }
}
