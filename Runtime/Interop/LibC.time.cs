// <time.h>, and the kernel's timer system calls.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct timespec
{
    public long tv_sec;
    public long tv_nsec;
}

/// <summary>struct timeval.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct timeval
{
    public long tv_sec;
    public long tv_usec;
}

/// <summary>struct itimerspec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct itimerspec
{
    public timespec it_interval;
    public timespec it_value;
}

/// <summary>struct sigevent, as far as timers need it (64 bytes).</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct sigevent
{
    [FieldOffset(0)] public ulong sigev_value;
    [FieldOffset(8)] public int sigev_signo;
    [FieldOffset(12)] public int sigev_notify;
    [FieldOffset(16)] public int sigev_notify_thread_id;
}

internal static unsafe partial class LibC
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;
    public const int CLOCK_PROCESS_CPUTIME_ID = 2;
    public const int CLOCK_THREAD_CPUTIME_ID = 3;
    public const int CLOCK_MONOTONIC_COARSE = 6;
    public const int CLOCK_BOOTTIME = 7;
    public const int CLOCK_TAI = 11;
    public const int TIMER_ABSTIME = 1;
    public const int SIGEV_SIGNAL = 0;
    public const int SIGEV_THREAD_ID = 4;

    private const long SYS_timer_create = 222;
    private const long SYS_timer_settime = 223;
    private const long SYS_timer_gettime = 224;
    private const long SYS_timer_delete = 226;

    /// <summary>The clock of a thread's CPU time: what pthread_getcpuclockid(3) makes of a kernel thread id (kernel/time/posix-timers.h).</summary>
    public static int ThreadCpuClock(int tid) => (~tid << 3) | 4 /* per thread */ | 2 /* scheduler time */;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int clock_gettime(int clockid, timespec* tp);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int clock_getres(int clockid, timespec* res);

    /// <summary>timer_create(2) as the kernel has it: the id is the kernel's own, the one that siginfo_t carries.</summary>
    public static int timer_create(int clockid, sigevent* evp, int* timerid) =>
        (int)syscall(SYS_timer_create, clockid, (nint)evp, (nint)timerid, 0, 0, 0);

    /// <summary>timer_settime(2) on a kernel timer id.</summary>
    public static int timer_settime(int timerid, int flags, itimerspec* value, itimerspec* old) =>
        (int)syscall(SYS_timer_settime, timerid, flags, (nint)value, (nint)old, 0, 0);

    /// <summary>timer_gettime(2) on a kernel timer id.</summary>
    public static int timer_gettime(int timerid, itimerspec* value) =>
        (int)syscall(SYS_timer_gettime, timerid, (nint)value, 0, 0, 0, 0);

    /// <summary>timer_delete(2) on a kernel timer id.</summary>
    public static int timer_delete(int timerid) => (int)syscall(SYS_timer_delete, timerid, 0, 0, 0, 0, 0);
}
