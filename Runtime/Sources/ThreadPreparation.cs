namespace TopHalf;

/// <summary>How the thread that a source makes for itself is to be prepared, so that its handler is served at once. Every property has a default: nothing.</summary>
/// <remarks>
/// What cannot be had does not keep the source from starting: <see cref="InterruptSource.Preparation"/> says of each step whether it was done, or why not and what to
/// set, and a notice says so, too. Immutable; may be shared by sources.
/// </remarks>
public sealed class ThreadPreparation
{
    private const int HighestPriority = 99;
    private const int MostProcessors = 8192;

    /// <summary>
    /// A real-time priority (SCHED_FIFO), from 1 to 99: no ordinary thread delays the handler then. Needs CAP_SYS_NICE or RLIMIT_RTPRIO. A handler that does not return
    /// takes the processor for itself, but for the share that kernel.sched_rt_runtime_us leaves to others.
    /// </summary>
    public int? RealTimePriority { get; init; }

    /// <summary>The processors that the thread may run on, by the kernel's numbers; at least one.</summary>
    public IReadOnlyCollection<int>? Processors { get; init; }

    /// <summary>
    /// Whether the handler's code, its state and the stack that it may need are to be read in at the start, and kept in memory (mlock), so that no page fault
    /// delays it. Needs CAP_IPC_LOCK or RLIMIT_MEMLOCK, some 100 KiB a source; without, they are read in all the same.
    /// </summary>
    public bool LockMemory { get; init; }

    /// <summary>How late the kernel may let the thread's sleeps end, to spare the processor wake-ups: 50 µs as a rule. Not negative. POSIX timers have none.</summary>
    public TimeSpan? TimerSlack { get; init; }

    /// <exception cref="ArgumentException">A property is out of its range, or the thread is not the source's.</exception>
    internal void Validate(InterruptTarget target)
    {
        if (target.Kind != InterruptTargetKind.Dedicated)
        {
            throw new ArgumentException(
                $"Only the thread that a source makes for itself can be prepared, but the target is the {target}. Leave Target unset, or Preparation.", nameof(target));
        }

        Validate();
    }

    private void Validate()
    {
        if (RealTimePriority is < 1 or > HighestPriority)
        {
            throw new ArgumentOutOfRangeException(nameof(RealTimePriority), RealTimePriority, $"From 1 to {HighestPriority}.");
        }

        if (Processors is not null && (Processors.Count == 0 || Processors.Any(static processor => processor is < 0 or >= MostProcessors)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Processors), string.Join(", ", Processors), $"Name at least one processor, by the kernel's numbers, from 0 to {MostProcessors - 1}.");
        }

        if (TimerSlack < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(TimerSlack), TimerSlack, "Not negative.");
        }
    }
}

/// <summary>The steps of a <see cref="ThreadPreparation"/>.</summary>
public enum PreparationStep
{
    /// <summary><see cref="ThreadPreparation.Processors"/>.</summary>
    Processors,

    /// <summary><see cref="ThreadPreparation.TimerSlack"/>.</summary>
    TimerSlack,

    /// <summary><see cref="ThreadPreparation.LockMemory"/>.</summary>
    LockMemory,

    /// <summary><see cref="ThreadPreparation.RealTimePriority"/>.</summary>
    RealTimePriority,
}

/// <summary>What came of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="IsDone">Whether the thread has it.</param>
/// <param name="Explanation">One line: what it has, or why not and what to set.</param>
public sealed record PreparationResult(PreparationStep Step, bool IsDone, string Explanation);
