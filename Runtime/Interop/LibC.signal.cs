// <signal.h>, <ucontext.h>.
using System.Runtime.InteropServices;

namespace TopHalf.Interop;

/// <summary>siginfo_t, as far as it is read here (128 bytes).</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct siginfo_t
{
    [FieldOffset(0)] public int si_signo;
    [FieldOffset(4)] public int si_errno;
    [FieldOffset(8)] public int si_code;

    /// <summary>SI_TIMER: the kernel's timer id.</summary>
    [FieldOffset(16)] public int si_timerid;

    /// <summary>SI_TIMER: expiries merged into this signal.</summary>
    [FieldOffset(20)] public int si_overrun;

    /// <summary>SI_QUEUE and kill: the sender's process id.</summary>
    [FieldOffset(16)] public int si_pid;

    /// <summary>SI_QUEUE and kill: the sender's real user id.</summary>
    [FieldOffset(20)] public uint si_uid;

    /// <summary>SI_TIMER and SI_QUEUE: the sigval.</summary>
    [FieldOffset(24)] public ulong si_value;

    /// <summary>POLL_IN to POLL_HUP: what happened, as poll(2) has it.</summary>
    [FieldOffset(16)] public long si_band;

    /// <summary>POLL_IN to POLL_HUP: the descriptor by which O_ASYNC was set.</summary>
    [FieldOffset(24)] public int si_fd;
}

/// <summary>stack_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct stack_t
{
    public void* ss_sp;
    public int ss_flags;
    public nuint ss_size;
}

/// <summary>ucontext_t up to the signal mask, as far as it is used here.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct ucontext_t
{
    [FieldOffset(0)] public ulong uc_flags;
    [FieldOffset(8)] public nint uc_link;
    [FieldOffset(16)] public stack_t uc_stack;
    [FieldOffset(40)] public InterruptRegisters gregs;

    /// <summary>The mask of the interrupted code. The kernel writes its 64 signals only; what libc declares behind them is the kernel's.</summary>
    [FieldOffset(296)] public ulong uc_sigmask;
}

/// <summary>sigset_t: 1024 bits in libc's interface, of which the kernel uses these 64. Bit n - 1 is signal n.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct sigset_t
{
    [FieldOffset(0)] public ulong bits;
}

/// <summary>struct sigaction of libc (152 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct sigaction_t
{
    public nint sa_sigaction;
    public sigset_t sa_mask;
    public int sa_flags;
    public nint sa_restorer;
}

internal static unsafe partial class LibC
{
    public const int SIGKILL = 9;
    public const int SIGSEGV = 11;
    public const int SIGSTOP = 19;
    public const int SI_USER = 0;
    public const int SI_TIMER = -2;
    public const int SI_QUEUE = -1;
    public const int SI_KERNEL = 0x80;
    public const int POLL_IN = 1;
    public const int POLL_HUP = 6;
    public const int SIGIO = 29;
    public const int SA_SIGINFO = 4;
    public const int SA_ONSTACK = 0x08000000;
    public const int SA_RESTART = 0x10000000;
    public const int SA_NODEFER = 0x40000000;
    public const int SIG_BLOCK = 0;
    public const int SIG_UNBLOCK = 1;
    public const int SIG_SETMASK = 2;
    public const int SS_DISABLE = 2;
    public const nint SIG_DFL = 0;
    public const nint SIG_IGN = 1;

    public const int SYS_rt_tgsigqueueinfo = 297;
    public const int SYS_rt_sigqueueinfo = 129;

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigaction(int signum, sigaction_t* act, sigaction_t* oldact);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigaltstack(stack_t* ss, stack_t* old_ss);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigfillset(sigset_t* set);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigemptyset(sigset_t* set);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigaddset(sigset_t* set, int signum);

    [LibraryImport(Name)]
    public static partial int pthread_sigmask(int how, sigset_t* set, sigset_t* oldset);

    [LibraryImport(Name, SetLastError = true)]
    public static partial int sigtimedwait(sigset_t* set, siginfo_t* info, timespec* timeout);

    /// <summary>The first real-time signal that glibc leaves to programs; the .NET runtime takes it for its own suspension.</summary>
    [LibraryImport(Name)]
    public static partial int __libc_current_sigrtmin();

    [LibraryImport(Name)]
    public static partial int __libc_current_sigrtmax();

    [LibraryImport(Name, SetLastError = true)]
    public static partial int tgkill(int tgid, int tid, int sig);

    /// <summary>rt_tgsigqueueinfo(2): queues a signal with a value to one thread.</summary>
    public static int rt_tgsigqueueinfo(int tgid, int tid, int sig, siginfo_t* info) =>
        (int)syscall(SYS_rt_tgsigqueueinfo, tgid, tid, sig, (nint)info, 0, 0);
}
