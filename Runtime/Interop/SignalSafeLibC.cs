using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>A native function and where it is.</summary>
internal sealed record NativeFunction(string Name, nint Address);

/// <summary>
/// The native functions that may be called in signal context, as <em>managed</em> function pointers: no P/Invoke frame, no GC transition,
/// no GC poll. Each is async-signal-safe by signal-safety(7) or is a bare system call.
/// </summary>
/// <remarks>
/// <para>The fields are <c>static readonly</c> so that the JIT folds them into <c>mov rax, imm64; call rax</c>, where the verifier sees the
/// target. That needs the class to be initialised before any caller is compiled: <see cref="Initialize"/>, which registration calls.</para>
/// <para>Return types are 32 or 64 bits wide: the managed convention does not normalise narrower ones.</para>
/// </remarks>
internal static unsafe class SignalSafeLibC
{
    /// <summary><c>int clock_gettime(clockid_t, struct timespec *)</c>, POSIX async-signal-safe; a vDSO call on Linux.</summary>
    public static readonly delegate*<int, timespec*, int> clock_gettime =
        (delegate*<int, timespec*, int>)Resolve("clock_gettime");

    /// <summary><c>int *__errno_location(void)</c>: the address of this thread's errno. Reads the thread pointer and returns.</summary>
    public static readonly delegate*<int*> __errno_location = (delegate*<int*>)Resolve("__errno_location");

    /// <summary><c>ssize_t write(int, const void *, size_t)</c>, POSIX async-signal-safe.</summary>
    public static readonly delegate*<int, void*, nuint, nint> write = (delegate*<int, void*, nuint, nint>)Resolve("write");

    /// <summary><c>ssize_t read(int, void *, size_t)</c>, POSIX async-signal-safe.</summary>
    public static readonly delegate*<int, void*, nuint, nint> read = (delegate*<int, void*, nuint, nint>)Resolve("read");

    /// <summary><c>int poll(struct pollfd *, nfds_t, int)</c>, POSIX async-signal-safe. With a time-out of 0 it does not wait.</summary>
    public static readonly delegate*<pollfd*, nuint, int, int> poll = (delegate*<pollfd*, nuint, int, int>)Resolve("poll");

    /// <summary><c>pid_t gettid(void)</c>: a bare system call.</summary>
    public static readonly delegate*<int> gettid = (delegate*<int>)Resolve("gettid");

    /// <summary><c>int pthread_sigmask(int, const sigset_t *, sigset_t *)</c>, POSIX async-signal-safe; leaves errno alone.</summary>
    public static readonly delegate*<int, sigset_t*, sigset_t*, int> pthread_sigmask =
        (delegate*<int, sigset_t*, sigset_t*, int>)Resolve("pthread_sigmask");

    /// <summary><c>int sigpending(sigset_t *)</c>, POSIX async-signal-safe.</summary>
    public static readonly delegate*<sigset_t*, int> sigpending = (delegate*<sigset_t*, int>)Resolve("sigpending");

    /// <summary><c>int mprotect(void *, size_t, int)</c>: AS-safe by the glibc manual; a bare system call.</summary>
    public static readonly delegate*<void*, nuint, int, int> mprotect = (delegate*<void*, nuint, int, int>)Resolve("mprotect");

    /// <summary><c>int rt_tgsigqueueinfo(pid_t, pid_t, int, siginfo_t *)</c>, of which libc has no function: a bare system call, 0 or a negative errno.</summary>
    public static readonly delegate*<int, int, int, siginfo_t*, nint> rt_tgsigqueueinfo =
        (delegate*<int, int, int, siginfo_t*, nint>)NativeThunk.SystemCall(LibC.SYS_rt_tgsigqueueinfo);

    /// <summary><c>int rt_sigqueueinfo(pid_t, int, siginfo_t *)</c>, likewise.</summary>
    public static readonly delegate*<int, int, siginfo_t*, nint> rt_sigqueueinfo =
        (delegate*<int, int, siginfo_t*, nint>)NativeThunk.SystemCall(LibC.SYS_rt_sigqueueinfo);

    /// <summary><c>int futex(uint32_t *, int, uint32_t)</c>, of which libc has no function: to wake only. A bare system call.</summary>
    public static readonly delegate*<int*, int, int, nint> futex = (delegate*<int*, int, int, nint>)NativeThunk.SystemCall(LibC.SYS_futex);

    /// <summary><c>int membarrier(int, unsigned, int)</c>, likewise.</summary>
    public static readonly delegate*<int, uint, int, nint> membarrier = (delegate*<int, uint, int, nint>)NativeThunk.SystemCall(LibC.SYS_membarrier);

    /// <summary>The functions above by name, for the verifier: the library itself calls no others in signal context.</summary>
    public static NativeFunction[] All() =>
    [
        new("clock_gettime", (nint)clock_gettime),
        new("__errno_location", (nint)__errno_location),
        new("write", (nint)write),
        new("read", (nint)read),
        new("poll", (nint)poll),
        new("gettid", (nint)gettid),
        new("pthread_sigmask", (nint)pthread_sigmask),
        new("sigpending", (nint)sigpending),
        new("mprotect", (nint)mprotect),
        new("rt_tgsigqueueinfo", (nint)rt_tgsigqueueinfo),
        new("rt_sigqueueinfo", (nint)rt_sigqueueinfo),
        new("futex", (nint)futex),
        new("membarrier", (nint)membarrier),
    ];

    /// <summary>An address in the C library.</summary>
    public static nint Any => (nint)write;

    /// <summary>Resolves the functions, once. Ordinary context.</summary>
    public static void Initialize() => RuntimeHelpers.RunClassConstructor(typeof(SignalSafeLibC).TypeHandle);

    private static nint Resolve(string name)
    {
        // Of libc itself: what a preloaded library puts in front of it may lock or allocate.
        nint address = NativeLibrary.GetExport(NativeLibrary.Load(LibC.Name), name);
        return RuntimeFeature.IsDynamicCodeSupported || (address & 2) == 0 ? address : NativeThunk.JumpTo(address);
    }
}
