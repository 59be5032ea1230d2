// What TopHalf offers to handlers.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Library
{
    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void ReadContext(ref State state, in InterruptContext context)
    {
        state.A += context.Signal + context.Overruns + context.Payload + context.Timestamp + context.Lateness;
        state.B += context.InstructionPointer + context.StackPointer + context.FramePointer + (long)context.Registers.Rip;
        state.I += context.IsInterrupt ? 1 : 0;
    }

    [Expect(Verdict.Clean, Construct.Library, Construct.ManagedPointer), MethodImpl(Ahead)]
    private static void ReadThreadId(ref State state, in InterruptContext context) => state.I = context.ThreadId + 1;

    [Expect(Verdict.Clean, Construct.Library, Construct.ManagedPointer), MethodImpl(Ahead)]
    private static void ReadClock(ref State state, in InterruptContext context) => state.A = InterruptClock.Timestamp;

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void ReadClocks(ref State state, in InterruptContext context) =>
        state.A = InterruptClock.Realtime + InterruptClock.BootTime + InterruptClock.Tai + InterruptClock.ProcessCpuTime + InterruptClock.ThreadCpuTime;

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void ReadFileEvent(ref State state, in InterruptContext context)
    {
        var happened = new FileEvent(context.Payload);
        state.I = happened.Descriptor;
        state.J = (happened.Bands & FileBands.Input) != 0 ? 1 : 0;
    }

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void RecordLatency(ref State state, in InterruptContext context) => state.Histogram.Record(context.Lateness);

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void ReadHistogram(ref State state, in InterruptContext context)
    {
        state.A = state.Histogram.Count + state.Histogram.Overflow + state.Histogram.Min + state.Histogram.Max;
        state.D = state.Histogram.Mean;
    }

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void WriteQueue(ref State state, in InterruptContext context) => state.I = state.Queue.TryWrite(context.Timestamp) ? 1 : 0;

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void WriteLine(ref State state, in InterruptContext context)
    {
        state.Log.Write("late by "u8);
        state.Log.Write(context.Lateness);
        state.Log.Write((ulong)context.Timestamp);
        state.Log.Write(state.D, 3);
        state.Log.WriteHex((ulong)context.InstructionPointer);
        state.I = state.Log.EndLine() ? 1 : 0;
    }

    [Expect(Verdict.Clean, Construct.Library), MethodImpl(Ahead)]
    private static void ShareWideValue(ref State state, in InterruptContext context)
    {
        state.I = state.Shared.TryRead(out Guid value) ? 1 : 0;
        state.J = state.Shared.TryWrite(in value) ? 1 : 0;
    }
}
