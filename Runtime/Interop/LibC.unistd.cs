// <unistd.h>, <sys/syscall.h>, <sys/eventfd.h>, <sys/auxv.h>, <sys/resource.h>, <sys/ioctl.h>, <poll.h>, <linux/kcmp.h>, <linux/membarrier.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>struct rlimit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct rlimit
{
    public ulong rlim_cur;
    public ulong rlim_max;
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct pollfd
{
    public int fd;
    public short events;
    public short revents;
}

internal static unsafe partial class LibC
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int ENOMEM = 12;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int EMFILE = 24;
    public const int ENOSYS = 38;
    public const int ESRCH = 3;
    public const int ENOTSUP = 95;
    public const short POLLIN = 1;
    public const short POLLPRI = 2;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;
    public const short POLLHUP = 16;
    public const int EFD_CLOEXEC = 0x80000;
    public const int RLIMIT_SIGPENDING = 11;
    public const int RLIMIT_MEMLOCK = 8;
    public const int RLIMIT_RTPRIO = 14;
    public const ulong AT_MINSIGSTKSZ = 51;
    public const int FUTEX_WAIT_PRIVATE = 128;
    public const int FUTEX_WAKE_PRIVATE = 129;

    public const int SYS_futex = 202;
    public const int SYS_membarrier = 324;
    public const int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 8;
    public const int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 16;

    private const int KCMP_FILE = 0;
    private const long SYS_kcmp = 312;

    [LibraryImport(Name, SetLastError = true)]
    private static partial nint syscall(long number, nint a1, nint a2, nint a3, nint a4, nint a5, nint a6);

    [LibraryImport(Name)]
    public static partial int gettid();

    [LibraryImport(Name)]
    public static partial int getpid();

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint getrandom(void* buf, nuint buflen, uint flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint read(int fd, void* buf, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial nint write(int fd, void* buf, nuint count);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int close(int fd);

    /// <summary>kcmp(2) KCMP_FILE: 0 if both descriptors of this process are of one open file, positive if not, -1 and errno otherwise.</summary>
    public static int kcmp_file(int one, int other)
    {
        int process = getpid();
        return (int)syscall(SYS_kcmp, process, process, KCMP_FILE, one, other, 0);
    }

    [LibraryImport(Name, SetLastError = true)]
    public static partial int eventfd(uint initval, int flags);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int ioctl(int fd, ulong request, void* argument);

    [LibraryImport(Name)]
    public static partial ulong getauxval(ulong type);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int getrlimit(int resource, rlimit* rlim);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int setrlimit(int resource, rlimit* rlim);

    /// <summary>futex(2) FUTEX_WAIT: sleeps while <paramref name="word"/> holds <paramref name="expected"/>. Restarted by the kernel after a handler.</summary>
    public static int futex_wait(int* word, int expected) =>
        (int)syscall(SYS_futex, (nint)word, FUTEX_WAIT_PRIVATE, expected, 0, 0, 0);

    /// <summary>The same for so many nanoseconds at most, or without end (negative). May end early: by a handler, or by nothing at all.</summary>
    public static void futex_wait(int* word, int expected, long nanoseconds)
    {
        timespec timeout = new() { tv_sec = nanoseconds / 1_000_000_000, tv_nsec = nanoseconds % 1_000_000_000 };
        _ = syscall(SYS_futex, (nint)word, FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? 0 : (nint)(&timeout), 0, 0);
    }

    /// <summary>membarrier(2): 0, or -1 and errno.</summary>
    public static int membarrier(int command) => (int)syscall(SYS_membarrier, command, 0, 0, 0, 0, 0);

    /// <summary>futex(2) FUTEX_WAKE.</summary>
    public static int futex_wake(int* word, int count) =>
        (int)syscall(SYS_futex, (nint)word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0);
}
