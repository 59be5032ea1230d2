namespace TopHalf.Analyzers.Knowledge;

/// <summary>
/// The functions of the C library that a handler may call through a pointer. The library and the analyzers share this file, so that what one
/// accepts the other does.
/// </summary>
/// <remarks>
/// <para>Each is async-signal-safe by POSIX and not unsafe in glibc, or by one of them where the other is silent, and a bare system call or a
/// pure function: so it calls nothing back, takes no lock, and its stack stays within what the verifier counts for it (a test measures it). Its
/// prototype has a fixed number of arguments, none a struct or a floating-point number, and none, nor the result, narrower than an int: a managed call
/// passes and takes such values as native code does, but does not widen narrow ones, nor count vector registers for a variable list.</para>
/// <para>Some may wait. That is a matter of time, which the verifier does not measure: it accepts them, and the analyzer warns (TH2002).</para>
/// </remarks>
internal static class CallableLibc
{
    private static readonly (string Reason, string Names)[] s_groups =
    [
        ("system calls that tell of the process or the thread, or set one number of it",
            """
            getpid getppid gettid getuid geteuid getgid getegid getpgrp getpgid getsid getgroups getpriority setpriority getrlimit setrlimit getrusage
            uname umask setpgid setsid sched_getcpu sched_yield sched_getscheduler sched_setscheduler sched_getparam sched_setparam
            sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_getaffinity sched_setaffinity
            """),
        ("system calls, or calls of the kernel's page of code (vDSO), about time; they keep nothing in the process",
            """
            clock_gettime clock_getres clock_settime time gettimeofday times getitimer setitimer alarm timer_gettime timer_settime timer_getoverrun
            timerfd_gettime timerfd_settime nanosleep clock_nanosleep
            """),
        ("system calls on descriptors",
            """
            read write pread pread64 pwrite pwrite64 lseek lseek64 close dup dup2 dup3 pipe fsync fdatasync ftruncate ftruncate64 fstat fstat64 fchmod fchown
            futimens fchdir poll select epoll_ctl eventfd
            """),
        ("system calls on files, by names that are given",
            """
            creat creat64 stat stat64 lstat lstat64 fstatat fstatat64 access chmod chown fchownat link linkat unlink unlinkat mkdir mkdirat rmdir rename
            renameat symlink symlinkat readlink readlinkat mkfifo mkfifoat mknod mknodat truncate truncate64 utimensat utime utimes chdir
            """),
        ("system calls on sockets",
            """
            socket socketpair bind listen connect accept shutdown getsockname getpeername getsockopt setsockopt send sendto sendmsg recv recvfrom recvmsg
            """),
        ("system calls that wake or end others; what they send to the handler's own thread waits until the handler returns",
            """
            kill killpg tgkill sigqueue sigpending waitpid wait4 _exit _Exit sem_post
            """),
        ("system calls on memory, which take whole pages and know nothing of an allocator",
            """
            mmap mmap64 munmap mprotect madvise msync mlock munlock
            """),
        ("what the library itself calls in signal context",
            """
            pthread_sigmask __errno_location
            """),
        ("pure functions of numbers, or of memory that is given, and of nothing else",
            """
            htonl ntohl pthread_self sem_trywait sem_getvalue sigemptyset sigfillset sigaddset sigdelset sigismember
            memcpy memmove mempcpy memccpy memset memcmp memchr memrchr rawmemchr bcmp bcopy bzero explicit_bzero
            strlen strnlen strcmp strncmp strcpy strncpy stpcpy stpncpy strcat strncat strchr strchrnul strrchr index rindex
            """),
    ];

    // Async-signal-safe, but not fit for a call through a managed pointer, or not provably harmless in a handler.
    private static readonly (string Reason, string Names)[] s_notCallable =
    [
        ("it takes a variable number of arguments, which a managed call does not pass as native code expects",
            "open open64 openat openat2 fcntl ioctl syscall mremap semctl ulimit"),
        ("a managed call does not widen its 16 bits", "htons ntohs"),
        ("it runs handlers, or lets signals in that are held back while a handler runs",
            "abort raise gsignal pause sigsuspend sigpause sigprocmask sigblock sigsetmask pselect"),
        ("it changes how signals are handled", "sigaction signal sigset sigaltstack ssignal sysv_signal sigstack"),
        ("it runs what others have registered, or another program", "_Fork execv execve fexecve"),
        ("it calls back", "bsearch qsort lfind lsearch tfind twalk twalk_r"),
        ("it may take more stack than the verifier counts for a native function",
            "faccessat fchmodat gethostname posix_fallocate memmem strstr strcasestr strspn strcspn strpbrk strsep strtok_r"),
    ];

    private static readonly Dictionary<string, string> s_callable = ByName(s_groups);

    private static readonly Dictionary<string, string> s_reasons = ByName(s_notCallable);

    /// <summary>The groups' names, in their order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_groups.SelectMany(static group => Words(group.Names))];

    /// <summary>Why each group may be called, and its functions.</summary>
    public static IReadOnlyList<(string Reason, string[] Names)> Groups { get; } = [.. s_groups.Select(static group => (group.Reason, Words(group.Names)))];

    /// <summary>Those that are left out for a reason of their own, and the reason.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut => s_reasons;

    /// <summary>Whether a handler may call the function.</summary>
    public static bool Has(string name) => s_callable.ContainsKey(name);

    /// <summary>Why an async-signal-safe function is not here, where that has a reason of its own: "it calls back". Otherwise null.</summary>
    public static string? WhyNot(string name) => s_reasons.TryGetValue(name, out string? reason) ? reason : null;

    private static Dictionary<string, string> ByName((string Reason, string Names)[] groups) =>
        groups.SelectMany(static group => Words(group.Names), static (group, name) => (group.Reason, Name: name))
            .ToDictionary(static entry => entry.Name, static entry => entry.Reason, StringComparer.Ordinal);

    private static string[] Words(string names) => names.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
