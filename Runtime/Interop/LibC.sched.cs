// <sched.h>, <sys/prctl.h>, <pthread.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>struct sched_param.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct sched_param
{
    public int sched_priority;
}

/// <summary>pthread_attr_t, of which nothing is looked at here (56 bytes).</summary>
[StructLayout(LayoutKind.Sequential, Size = 56)]
internal struct pthread_attr_t
{
    public long __align;
}

internal static unsafe partial class LibC
{
    public const int SCHED_OTHER = 0;
    public const int SCHED_FIFO = 1;
    public const int PR_SET_TIMERSLACK = 29;
    public const int PR_GET_TIMERSLACK = 30;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_setscheduler(int pid, int policy, sched_param* param);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_getscheduler(int pid);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_getparam(int pid, sched_param* param);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_get_priority_max(int policy);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_setaffinity(int pid, nuint cpusetsize, ulong* mask);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sched_getaffinity(int pid, nuint cpusetsize, ulong* mask);

    // Variadic in C; arguments that are integers are passed alike.
    [LibraryImport(Name, SetLastError = true)]
    public static partial int prctl(int option, nint a2, nint a3, nint a4, nint a5);

    [LibraryImport(Name)]
    public static partial nint pthread_self();

    [LibraryImport(Name)]
    public static partial int pthread_getattr_np(nint thread, pthread_attr_t* attr);

    [LibraryImport(Name)]
    public static partial int pthread_attr_getstack(pthread_attr_t* attr, void** stackaddr, nuint* stacksize);

    [LibraryImport(Name)]
    public static partial int pthread_attr_destroy(pthread_attr_t* attr);
}
