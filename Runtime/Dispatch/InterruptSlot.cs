using System.Runtime.InteropServices;

namespace TopHalf.Dispatch;

/// <summary>One row of the source table: all that the dispatcher knows of one source. In unmanaged memory that is never freed.</summary>
/// <remarks>
/// Ownership of the fields: <see cref="Key"/>, <see cref="Sender"/>, <see cref="Code"/>, <see cref="TargetThread"/>, <see cref="Signal"/>,
/// <see cref="Ring"/>, <see cref="Descriptor"/>, <see cref="Announced"/>, <see cref="Bands"/>, <see cref="Every"/>,
/// <see cref="Allowance"/>, <see cref="LongestAllowed"/>, <see cref="MaskAfter"/>, <see cref="Guarded"/>, <see cref="GuardWindow"/>, <see cref="Handler"/>, <see cref="State"/>, <see cref="EntryLatency"/>,
/// <see cref="Masks"/>, <see cref="Level"/>, <see cref="Group"/>, <see cref="ClockId"/>, <see cref="Period"/>, <see cref="FirstKey"/> and <see cref="LastKey"/> are written by ordinary code while <see cref="Active"/> is 0 and Key is 0;
/// <see cref="Active"/>, <see cref="Busy"/>, <see cref="Pending"/>, <see cref="Stale"/>, <see cref="Masked"/>, <see cref="Overflows"/>, <see cref="Storm"/>, <see cref="WindowStart"/>,
/// <see cref="Spent"/>, <see cref="Strikes"/>, <see cref="Throttled"/>, <see cref="HeldBack"/> and <see cref="Deferred"/> only by
/// interlocked operations; <see cref="Window"/> as those that are written before there is a key, and of a guarded source by who begins and ends the guard's windows (StormGuard.cs);
/// <see cref="Row"/> and <see cref="RowTime"/> by the thread that is interrupted, of which a source of the process may have several, whose rows differ: so they only take time off each other's;
/// <see cref="Shares"/> by ordinary code while <see cref="Inside"/> is 0 and the ceiling raised; <see cref="Inside"/> by the dispatcher on the one
/// thread of those that share; the rest only by the thread that holds Busy.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal unsafe struct InterruptSlot
{
    /// <summary>What the signal's value must be: generation in the upper 48 bits, index of this slot in the lower 16. 0: no live source.</summary>
    [FieldOffset(0)] public ulong Key;

    /// <summary>
    /// The second thing that a signal must carry, where siginfo_t has the sender: the kernel's id of a timer, or this process's own of a software
    /// interrupt, and of what asks a descriptor's source to look.
    /// </summary>
    [FieldOffset(8)] public int Sender;

    /// <summary>Clock of the source, for the lateness.</summary>
    [FieldOffset(12)] public int ClockId;

    /// <summary>Body of the verified handler; null in threaded delivery, whose signals only its own thread takes.</summary>
    [FieldOffset(16)] public delegate*<void*, in InterruptContext, void> Handler;

    /// <summary>The user's state.</summary>
    [FieldOffset(24)] public void* State;

    /// <summary>Histogram of the lateness.</summary>
    [FieldOffset(32)] public InterruptHistogram* EntryLatency;

    /// <summary>Nanoseconds between expiries; 0 for a single one.</summary>
    [FieldOffset(40)] public long Period;

    /// <summary>First generation that belongs to the source that owns the slot now; older ones were somebody else's.</summary>
    [FieldOffset(48)] public ulong FirstKey;

    /// <summary>Newest generation that was handed out for that source.</summary>
    [FieldOffset(56)] public ulong LastKey;

    /// <summary>How many threads are between finding the slot and leaving it. The slot is not reused while it is not 0.</summary>
    [FieldOffset(64)] public int Active;

    /// <summary>1 while a thread runs the handler.</summary>
    [FieldOffset(68)] public int Busy;

    /// <summary>The source's masks.</summary>
    [FieldOffset(72)] public SourceMasks* Masks;

    /// <summary>Expiries that wait for a delivery; of a descriptor's source in the lower 32 bits, with all that happened (poll(2)) above them.</summary>
    [FieldOffset(80)] public long Pending;

    /// <summary>Signals of an earlier arm of this source that came after it had ended.</summary>
    [FieldOffset(88)] public long Stale;

    /// <summary>Expiries that came while the source was masked.</summary>
    [FieldOffset(96)] public long Masked;

    /// <summary>The third: SI_TIMER or SI_QUEUE. POLL_IN stands for all codes of a descriptor's signals.</summary>
    [FieldOffset(104)] public int Code;

    /// <summary>Where a software interrupt is sent to; 0: the process.</summary>
    [FieldOffset(108)] public int TargetThread;

    /// <summary>What a software interrupt sends.</summary>
    [FieldOffset(112)] public int Signal;

    /// <summary>The payloads that wait, of a software interrupt; null of other sources, whose interrupts carry none and are merged.</summary>
    [FieldOffset(120)] public PayloadRing* Ring;

    /// <summary>Odd while the handler runs and the counters below change.</summary>
    [FieldOffset(128)] public long Sequence;

    /// <summary>When the next expiry is due, nanoseconds on the source's clock.</summary>
    [FieldOffset(136)] public long NextDue;

    /// <summary>Calls of the handler.</summary>
    [FieldOffset(144)] public long Delivered;

    /// <summary>Expiries that were merged into a later delivery.</summary>
    [FieldOffset(152)] public long Overruns;

    /// <summary>Longest time in the handler, nanoseconds.</summary>
    [FieldOffset(160)] public long LongestHandler;

    /// <summary>The duplicate of a descriptor that signals are asked of.</summary>
    [FieldOffset(168)] public int Descriptor;

    /// <summary>The descriptor that the handler is told of; -1: nothing, as it is a counter of the kernel's.</summary>
    [FieldOffset(172)] public int Announced;

    /// <summary>What of poll(2) the handler wants to hear of.</summary>
    [FieldOffset(176)] public int Bands;

    /// <summary>How often the kernel had no room for a signal, and the descriptor was looked at.</summary>
    [FieldOffset(184)] public long Overflows;

    /// <summary>How many events of a counter make an interrupt.</summary>
    [FieldOffset(192)] public long Every;

    /// <summary>How many of a counter's events have been told of; by who holds Busy, or by ordinary code under a mask.</summary>
    [FieldOffset(200)] public long Settled;

    /// <summary>The window of the source's budget, nanoseconds; 0: it has none, or its guard has not seen a storm, and what follows is not looked at.</summary>
    [FieldOffset(208)] public long Window;

    /// <summary>What it may take of a window, nanoseconds.</summary>
    [FieldOffset(216)] public long Allowance;

    /// <summary>The longest time that a call of the handler may take, nanoseconds.</summary>
    [FieldOffset(224)] public long LongestAllowed;

    /// <summary>After how many throttled windows in a row it is masked; 0: never.</summary>
    [FieldOffset(232)] public int MaskAfter;

    /// <summary>A <see cref="StormState"/>.</summary>
    [FieldOffset(236)] public int Storm;

    /// <summary>When the window began, nanoseconds of CLOCK_MONOTONIC.</summary>
    [FieldOffset(240)] public long WindowStart;

    /// <summary>What was taken of it, nanoseconds.</summary>
    [FieldOffset(248)] public long Spent;

    /// <summary>How many windows in a row were throttled.</summary>
    [FieldOffset(256)] public int Strikes;

    /// <summary>The level of the source's signal.</summary>
    [FieldOffset(260)] public int Level;

    /// <summary>How many windows were throttled.</summary>
    [FieldOffset(264)] public long Throttled;

    /// <summary>How many calls of the handler took too long.</summary>
    [FieldOffset(272)] public long OverBudget;

    /// <summary>Time from entry of the dispatcher to the return of the handler, of all calls, nanoseconds.</summary>
    [FieldOffset(280)] public long HandlerTime;

    /// <summary>The ceilings of the thread, of a source that shares a value with others; else null.</summary>
    [FieldOffset(288)] public CeilingGroup* Group;

    /// <summary>The values that it shares: their bits.</summary>
    [FieldOffset(296)] public ulong Shares;

    /// <summary>1 while something waits that a ceiling held back.</summary>
    [FieldOffset(304)] public int HeldBack;

    /// <summary>1 from the look at the ceiling to the end of the delivery.</summary>
    [FieldOffset(308)] public int Inside;

    /// <summary>How often a ceiling held it back.</summary>
    [FieldOffset(312)] public long Deferred;

    /// <summary>The <see cref="InterruptRow.Start"/> of the row that it last had an interrupt of.</summary>
    [FieldOffset(320)] public long Row;

    /// <summary>What it took of that, nanoseconds.</summary>
    [FieldOffset(328)] public long RowTime;

    /// <summary>1: it has no budget of its own, and gets one while it leaves a thread no time.</summary>
    [FieldOffset(336)] public int Guarded;

    /// <summary>The <see cref="Window"/> of that, nanoseconds.</summary>
    [FieldOffset(344)] public long GuardWindow;
}
