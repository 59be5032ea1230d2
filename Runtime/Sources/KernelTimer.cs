using System.Globalization;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Sources;

/// <summary>One POSIX timer of the kernel: timer_create(2), timer_settime(2), timer_delete(2). Ordinary context.</summary>
internal static unsafe class KernelTimer
{
    /// <summary>Creates a disarmed timer whose signal goes to a thread, or to the process if <paramref name="threadId"/> is 0.</summary>
    /// <exception cref="InterruptLimitException">The user's limit of queued signals is reached.</exception>
    /// <exception cref="InterruptTargetException">The thread is gone.</exception>
    public static int Create(int clockId, int signal, int threadId, ulong key)
    {
        if (!TryCreate(clockId, signal, threadId, key, out int timerId, out int error))
        {
            throw Failure(error, clockId, threadId);
        }

        return timerId;
    }

    /// <summary>
    /// Puts a new timer in the place of another and deletes that other. Where the limit allows no second timer, the old one is given up
    /// first. Whatever fails, the old one is gone then, and <paramref name="timerId"/> is -1.
    /// </summary>
    public static void Replace(ref int timerId, int clockId, int signal, int threadId, ulong key)
    {
        bool created = TryCreate(clockId, signal, threadId, key, out int successor, out int error);
        Delete(timerId);
        timerId = -1;
        if (created)
        {
            timerId = successor;
        }
        else if (error == LibC.EAGAIN)
        {
            timerId = Create(clockId, signal, threadId, key);
        }
        else
        {
            throw Failure(error, clockId, threadId);
        }
    }

    /// <summary>Starts a timer. <paramref name="due"/> and <paramref name="period"/> are nanoseconds, due absolute on the timer's clock; period 0 means once.</summary>
    public static void Arm(int timerId, long due, long period)
    {
        itimerspec value;
        value.it_value = ToTimespec(Math.Max(due, 1)); // 0 would disarm.
        value.it_interval = ToTimespec(period);
        if (LibC.timer_settime(timerId, LibC.TIMER_ABSTIME, &value, null) != 0)
        {
            throw new InvalidOperationException($"timer_settime failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Stops a timer, which can be armed again; -1 is none.</summary>
    public static void Disarm(int timerId)
    {
        itimerspec never = default;
        if (timerId >= 0 && LibC.timer_settime(timerId, 0, &never, null) != 0)
        {
            throw new InvalidOperationException($"timer_settime failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Deletes a timer; -1 is none. A signal of it may still be on its way.</summary>
    public static void Delete(int timerId)
    {
        if (timerId >= 0 && LibC.timer_delete(timerId) != 0)
        {
            throw new InvalidOperationException($"timer_delete failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>The kernel's number of a clock. Of a thread's CPU time, of that thread's.</summary>
    public static int ClockIdOf(InterruptTimerClock clock, int threadId) => clock switch
    {
        InterruptTimerClock.Monotonic => LibC.CLOCK_MONOTONIC,
        InterruptTimerClock.Realtime => LibC.CLOCK_REALTIME,
        InterruptTimerClock.Boottime => LibC.CLOCK_BOOTTIME,
        InterruptTimerClock.Tai => LibC.CLOCK_TAI,
        InterruptTimerClock.ProcessCpuTime => LibC.CLOCK_PROCESS_CPUTIME_ID,
        _ => LibC.ThreadCpuClock(threadId),
    };

    /// <summary>Whether a thread of this process lives; 0 stands for the process.</summary>
    public static bool ThreadLives(int threadId) => threadId == 0 || LibC.tgkill(LibC.getpid(), threadId, 0) == 0;

    /// <exception cref="InterruptTargetException">The thread is gone.</exception>
    public static void RequireThread(int threadId)
    {
        if (!ThreadLives(threadId))
        {
            throw ThreadGone(threadId);
        }
    }

    /// <summary>As <see cref="Create"/>; says why not instead of throwing.</summary>
    public static bool TryCreate(int clockId, int signal, int threadId, ulong key, out int timerId, out int error)
    {
        sigevent notification = default;
        notification.sigev_value = key;
        notification.sigev_signo = signal;
        notification.sigev_notify = threadId == 0 ? LibC.SIGEV_SIGNAL : LibC.SIGEV_THREAD_ID;
        notification.sigev_notify_thread_id = threadId;
        int id;
        bool created = LibC.timer_create(clockId, &notification, &id) == 0;
        error = created ? 0 : Marshal.GetLastPInvokeError();
        timerId = created ? id : -1;
        return created;
    }

    private static InvalidOperationException Failure(int error, int clockId, int threadId)
    {
        if (error == LibC.EAGAIN)
        {
            return LimitReached("timer");
        }

        if (!ThreadLives(threadId))
        {
            return ThreadGone(threadId);
        }

        return new InvalidOperationException(
            $"timer_create for clock {clockId} failed: {Marshal.GetPInvokeErrorMessage(error)}. The kernel may not have this clock, or not for this thread.");
    }

    /// <summary>A thread that was to be interrupted is gone.</summary>
    public static InterruptTargetException ThreadGone(int threadId) => new(
        $"Thread {threadId} is not a living thread of this process. Pass the kernel's id of a thread (gettid(2), or " +
        "InterruptTarget.CurrentThread evaluated on it), and keep the thread alive while it is a target.");

    /// <summary>The user's limit of timers and queued signals is reached: each timer owns a place in the queue for its whole life.</summary>
    /// <param name="what">There is no room for another of this.</param>
    public static InterruptLimitException LimitReached(string what)
    {
        rlimit limit;
        string allowed = LibC.getrlimit(LibC.RLIMIT_SIGPENDING, &limit) == 0 ? limit.rlim_cur.ToString(CultureInfo.InvariantCulture) : "an unknown number of";
        string used = SignalsQueued() is { } queued ? $", and {queued} are taken" : string.Empty;
        return new($"The kernel has no room for another {what} (EAGAIN): RLIMIT_SIGPENDING lets this user have {allowed} timers and queued signals, in all " +
            $"of the user's processes together{used}. Dispose timers that are no longer needed, or raise the limit: 'ulimit -i' in the shell, " +
            "LimitSIGPENDING= in a systemd unit, 'sigpending' in limits.conf(5).");
    }

    /// <summary>How many timers and queued signals the user has, as /proc tells; null if it does not.</summary>
    public static string? SignalsQueued()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("SigQ:", StringComparison.Ordinal))
            {
                return line[5..].Trim().Split('/')[0];
            }
        }

        return null;
    }

    private static timespec ToTimespec(long nanoseconds) =>
        new() { tv_sec = nanoseconds / 1_000_000_000, tv_nsec = nanoseconds % 1_000_000_000 };
}
