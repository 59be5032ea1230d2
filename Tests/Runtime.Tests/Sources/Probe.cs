// A state that remembers all there is to know about its deliveries, and the handler that fills it.
using System.Runtime.CompilerServices;

namespace TopHalf.Runtime.Tests;

/// <summary>What a handler saw.</summary>
internal unsafe struct Probe
{
    /// <summary>If set, gets the number of calls: interrupted code and tests read it without a snapshot.</summary>
    public long* CallsOut;

    /// <summary>If set, 1 while a handler runs: shows two that overlap.</summary>
    public long* Inside;

    /// <summary>A range of code to look for.</summary>
    public nint CodeStart;
    public nint CodeEnd;

    /// <summary>Rounds that each call wastes.</summary>
    public long Rounds;

    public long Calls;
    public long Overlaps;
    public long Interrupts;
    public long InsideCode;
    public long StackMismatches;
    public long ZeroRegisters;
    public long MovesOfThread;
    public long Overruns;
    public long Payloads;
    public long Negative;
    public long LastTimestamp;
    public long TimestampsBackwards;
    public int FirstThread;
    public int LastThread;
    public int Signal;

    [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnInterrupt(ref Probe state, in InterruptContext context)
    {
        if (state.Inside != null && Interlocked.Exchange(ref *state.Inside, 1) != 0)
        {
            state.Overlaps++;
        }

        int thread = context.ThreadId;
        if (state.Calls == 0)
        {
            state.FirstThread = thread;
        }
        else if (thread != state.LastThread)
        {
            state.MovesOfThread++;
        }

        state.LastThread = thread;
        state.Signal = context.Signal;
        state.Overruns += context.Overruns;
        state.Interrupts += context.IsInterrupt ? 1 : 0;
        state.Payloads += context.Payload != 0 ? 1 : 0;
        state.Negative += context.Overruns < 0 || context.Lateness < 0 ? 1 : 0;
        state.InsideCode += context.InstructionPointer >= state.CodeStart && context.InstructionPointer < state.CodeEnd ? 1 : 0;
        state.StackMismatches += (nint)context.Registers.Rsp != context.StackPointer ? 1 : 0;
        state.ZeroRegisters += (context.Registers.Rip | context.Registers.Rsp | context.Registers.Eflags) == 0 ? 1 : 0;
        state.TimestampsBackwards += context.Timestamp < state.LastTimestamp ? 1 : 0;
        state.LastTimestamp = context.Timestamp;
        for (long i = 0; i < state.Rounds; i++)
        {
            state.LastThread = thread;
        }

        state.Calls++;
        if (state.CallsOut != null)
        {
            Volatile.Write(ref *state.CallsOut, state.Calls);
        }

        if (state.Inside != null)
        {
            Volatile.Write(ref *state.Inside, 0);
        }
    }
}
