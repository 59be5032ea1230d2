using System.Globalization;
using TopHalf.Interop;
using TopHalf.Sources;

namespace TopHalf;

/// <summary>Which thread an interrupt source interrupts.</summary>
/// <remarks>
/// <para>A thread that takes interrupts needs an alternate signal stack of at least 64 KiB, since the runtime handles a
/// NullReferenceException on a small one, where a second signal would not fit. How each target gets it:
/// <see cref="Dedicated"/>: its thread sets it up before the source is armed. <see cref="CurrentThread"/>: reading the property sets it up.
/// <see cref="Thread"/> and <see cref="Process"/>: <see cref="PrepareCurrentThread"/>, called on the thread, sets it up; otherwise its first
/// fault does, before the runtime handles it: TopHalf puts a handler in front of the runtime's handler of SIGSEGV for that.
/// At most 16,384 living threads can have one, which are more than the kernel's default vm.max_map_count lets a process have.</para>
/// <para>Immutable; safe from any thread.</para>
/// </remarks>
public sealed class InterruptTarget
{
    private readonly string _description;

    private InterruptTarget(InterruptTargetKind kind, int threadId, string description)
    {
        Kind = kind;
        ThreadId = threadId;
        _description = description;
    }

    /// <summary>A thread of the source's own, which does nothing but be interrupted. The default for timers.</summary>
    public static InterruptTarget Dedicated { get; } = new(InterruptTargetKind.Dedicated, 0, "dedicated thread");

    /// <summary>
    /// The process: the kernel picks a thread, the main thread if it can. The handler may run on any thread, on one at a
    /// time. Two deliveries on different threads may run in another order than their time stamps say.
    /// </summary>
    public static InterruptTarget Process { get; } = new(InterruptTargetKind.Process, 0, "process");

    /// <summary>The thread that reads this property. Prepares it for interrupts, too.</summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    /// <exception cref="InterruptLimitException">Too many living threads were prepared.</exception>
    public static InterruptTarget CurrentThread
    {
        get
        {
            PrepareCurrentThread();
            return Thread(LibC.gettid());
        }
    }

    /// <summary>The kernel's id of the thread; 0 unless this is one chosen thread.</summary>
    public int ThreadId { get; }

    internal InterruptTargetKind Kind { get; }

    /// <summary>A thread of this process by the kernel's id, gettid(2). Not the managed thread id.</summary>
    /// <param name="threadId">Positive. Whether the thread lives is checked when a source is started.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threadId"/> is not positive.</exception>
    public static InterruptTarget Thread(int threadId)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        return new(InterruptTargetKind.Thread, threadId, string.Create(CultureInfo.InvariantCulture, $"thread {threadId}"));
    }

    /// <summary>
    /// Gives the calling thread the alternate stack that a thread needs which takes interrupts; see the remarks of this class. Cheap to
    /// repeat.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux x86-64 with glibc.</exception>
    /// <exception cref="InterruptLimitException">Too many living threads were prepared.</exception>
    public static void PrepareCurrentThread()
    {
        PlatformSupport.Require();
        AlternateStack.Enlarge();
    }

    /// <inheritdoc/>
    public override string ToString() => _description;
}

/// <summary>The kinds of <see cref="InterruptTarget"/>.</summary>
internal enum InterruptTargetKind
{
    Dedicated,
    Thread,
    Process,
}
