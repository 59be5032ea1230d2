// <fcntl.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>struct f_owner_ex.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct f_owner_ex
{
    public int type;
    public int pid;
}

internal static unsafe partial class LibC
{
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int F_SETSIG = 10;
    public const int F_GETSIG = 11;
    public const int F_SETOWN_EX = 15;
    public const int F_GETOWN_EX = 16;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_OWNER_TID = 0;
    public const int F_OWNER_PID = 1;
    public const int O_ASYNC = 0x2000;

    // Variadic in C; arguments that are integers and pointers are passed alike.
    [LibraryImport(Name, SetLastError = true)]
    public static partial int fcntl(int fd, int cmd, nint arg);
}
