// <sys/mman.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

internal static unsafe partial class LibC
{
    public const int PROT_NONE = 0;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int PROT_EXEC = 4;
    public const int MAP_PRIVATE = 2;
    public const int MAP_ANONYMOUS = 0x20;
    public const int MAP_NORESERVE = 0x4000;
    public static void* MAP_FAILED => (void*)-1;

    [LibraryImport(Name, SetLastError = true)]
    public static partial void* mmap(void* addr, nuint length, int prot, int flags, int fd, nint offset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int mprotect(void* addr, nuint len, int prot);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int mlock(void* addr, nuint len);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int munlock(void* addr, nuint len);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int munmap(void* addr, nuint length);
}
