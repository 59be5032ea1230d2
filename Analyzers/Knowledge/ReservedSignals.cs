namespace TopHalf.Analyzers.Knowledge;

/// <summary>
/// The signals that no interrupt source can have, with the reason. The library and the analyzers share this file, so that both refuse the same.
/// </summary>
internal static class ReservedSignals
{
    /// <summary>glibc's SIGRTMIN, with which the runtime suspends threads. glibc keeps the two below for itself.</summary>
    public const int GlibcFirstRealTime = 34;

    /// <summary>Where the search for a free real-time signal begins, from SIGRTMIN on: the first are left to others who take the lowest they find.</summary>
    public const int DefaultOffset = 3;

    /// <summary>glibc's SIGRTMAX.</summary>
    public const int GlibcLast = 64;

    /// <summary>Why the signal cannot be used, to follow "signal N"; null if it can, as far as its number tells.</summary>
    /// <param name="signal">The number.</param>
    /// <param name="firstRealTime">SIGRTMIN.</param>
    /// <param name="last">SIGRTMAX.</param>
    public static string? ReasonFor(int signal, int firstRealTime, int last) => signal switch
    {
        < 1 => "is not a signal number",
        _ when signal > last => $"is beyond the last signal, {last}",
        9 or 19 => "cannot have a handler (SIGKILL and SIGSTOP)",
        4 or 5 or 6 or 7 or 8 or 11 => "reports faults of the program itself (SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV); the .NET runtime needs it",
        13 => "is ignored by the .NET runtime on purpose (SIGPIPE)",
        31 => "reports forbidden system calls (SIGSYS)",
        2 or 3 or 15 or 17 or 18 or 20 or 21 or 22 or 28 =>
            "belongs to the console, job control and child processes (SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH), which .NET handles itself",
        _ when signal >= 32 && signal < firstRealTime => "is reserved by the C library",
        _ when signal == firstRealTime => "is what the .NET runtime suspends threads with (SIGRTMIN)",
        _ => null,
    };
}
