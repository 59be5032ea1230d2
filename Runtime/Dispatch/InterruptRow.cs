using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;

namespace TopHalf.Dispatch;

// Internal workings
// -----------------
// A row is proved in two steps, as nearly all interrupts are to cost no more than a few moves:
//   - they interrupt the very instruction that the one before did (RIP and RSP), soon after its end. So do those of a thread that spins, waits in a system call that the kernel restarts, or
//     interrupts itself: it is a suspicion;
//   - once a row is older than Suspicion, the kernel is asked at the end of each interrupt whether a signal is pending that the thread does not block. If so it is delivered before the thread goes
//     on, however long that takes: that is the proof. If not, the row is over, and the next begins with a suspicion.
// So whatever delays the thread or the machine can only end a row; and of each interrupt no more than MostOfOne counts, so that one in which the machine stopped does not make a row long.
//
// What is interrupted is known by its stack and by what it blocks: the thread, or a handler of some level on the same stack, which has a row of its own. Those whose hashes are the same share a
// cell, and end each other's rows.

/// <summary>
/// The row of interrupts, of whatever sources, between which a thread, or a handler that they interrupt, did not execute one instruction. In the source table; by the thread that is interrupted, in signal context.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct InterruptRow
{
    /// <summary>How many cells there are, by the hash of the stack.</summary>
    public const int Cells = 1 << CellBits;

    private const int CellBits = 10;

    // A thread mostly stays within the same 64 KiB of its stack, so its cell is in the cache.
    private const int StackShift = 16;

    // Some ten times what the return of one handler and the entry of a pending one take where the kernel has to program a slow timer between them (20 us on a virtual machine, 2 us elsewhere).
    private const long Soon = 200_000;

    private const long Suspicion = 1_000_000;
    private const long MostOfOne = StormGuard.StarvingTime / 16;
    private const ulong None = 0;

    /// <summary>The interrupted RSP; 0: no row.</summary>
    private ulong _stack;
    private ulong _instruction;
    private long _entry;
    private long _end;
    private long _isProved;

    /// <summary>When it began, nanoseconds of CLOCK_MONOTONIC: what it is known by.</summary>
    public long Start;

    /// <summary>How long it is, nanoseconds.</summary>
    public long Time;

    /// <summary>The cell of what is interrupted.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe InterruptRow* Of(InterruptTable* table, InterruptFrame* frame) =>
        table->Rows + ((((frame->Registers->Rsp >> StackShift) ^ frame->Blocked) * 0x9E3779B97F4A7C15) >> (64 - CellBits));

    /// <summary>At entry: goes on with the row, or begins one.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Enter(InterruptRow* row, InterruptFrame* frame)
    {
        long now = frame->Timestamp;
        if (row->_stack == frame->Registers->Rsp && row->_instruction == frame->Registers->Rip && (row->_isProved != 0 || now - row->_end < Soon))
        {
            row->Time += Counted(now - row->_entry);
        }
        else
        {
            row->_stack = frame->Registers->Rsp;
            row->_instruction = frame->Registers->Rip;
            row->Start = now;
            row->Time = 0;
        }

        row->_isProved = 0;
        row->_entry = now;
    }

    /// <summary>Before the thread goes on, if it will.</summary>
    /// <returns>Whether it is proved that it will not.</returns>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Leave(InterruptRow* row, InterruptFrame* frame)
    {
        row->_end = frame->Ended;
        if (row->Time < Suspicion)
        {
            return false;
        }

        // All signals are blocked here but those of higher levels, so one that came has stayed pending.
        sigset_t pending;
        pending.bits = 0;
        SignalSafeLibC.sigpending(&pending);
        bool isProved = (pending.bits & ~frame->Blocked) != 0;
        row->_isProved = isProved ? 1 : 0;
        row->_stack = isProved ? row->_stack : None;
        return isProved;
    }

    /// <summary>How long the present interrupt has taken, as far as it counts.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe long Taken(InterruptRow* row, InterruptFrame* frame) => Counted(frame->Ended - row->_entry);

    /// <summary>What counts of the time of one interrupt or delivery.</summary>
    [AsyncSignalSafe, MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Counted(long time) => time < MostOfOne ? time : MostOfOne;
}
