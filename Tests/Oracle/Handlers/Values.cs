// Structs of the language and of the platform.
using System.Runtime.CompilerServices;
using static TopHalf.Oracle.Compiled;

namespace TopHalf.Oracle.Handlers;

internal static unsafe class Values
{
    [Expect(Verdict.Clean, Construct.Tuple), MethodImpl(Ahead)]
    private static void SwapByTuple(ref State state, in InterruptContext context)
    {
        (state.A, state.B) = (state.B, state.A);
        state.Pair = (state.I, state.A);
    }

    [Expect(Verdict.Depends, Construct.Tuple, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void CompareTuples(ref State state, in InterruptContext context) => state.I = state.Pair.Equals((3, 4L)) ? 1 : 0;

    [Expect(Verdict.Clean, Construct.Tuple), MethodImpl(Ahead)]
    private static void CompareTuplesByOperator(ref State state, in InterruptContext context) => state.I = state.Pair == (3, 4L) ? 1 : 0;

    [Expect(Verdict.Refused, Construct.RecordStruct, Native = Verdict.Depends, Rule = "TH1006"), MethodImpl(Ahead)]
    private static void CompareRecords(ref State state, in InterruptContext context)
    {
        Point here = new(state.I, state.J);
        state.K = here with { Y = 3 } == new Point(state.J, 3) ? 1 : 0;
    }

    [Expect(Verdict.Clean, Construct.RecordStruct), MethodImpl(Ahead)]
    private static void ChangeRecord(ref State state, in InterruptContext context)
    {
        var here = new Point(state.I, state.J);
        state.K = (here with { Y = 3 }).Y + here.X;
    }

    [Expect(Verdict.Code, Construct.RecordStruct, Construct.TextAndFormat), MethodImpl(Ahead)]
    private static void FormatRecord(ref State state, in InterruptContext context) => Objects.Any = new Point(state.I, state.J).ToString();

    [Expect(Verdict.Clean, Construct.Nullable), MethodImpl(Ahead)]
    private static void UseNullable(ref State state, in InterruptContext context)
    {
        state.I = state.Maybe ?? 3;
        state.Maybe = state.Maybe.HasValue ? null : state.J + state.Maybe.GetValueOrDefault();
    }

    [Expect(Verdict.Code, Construct.Nullable), MethodImpl(Ahead)]
    private static void DemandValue(ref State state, in InterruptContext context) => state.I = state.Maybe!.Value;

    [Expect(Verdict.Depends, Construct.DateAndTime, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void MillisecondsOfField(ref State state, in InterruptContext context) => state.D = state.Time.TotalMilliseconds;

    [Expect(Verdict.Depends, Construct.DateAndTime, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void MillisecondsOfLocal(ref State state, in InterruptContext context)
    {
        var time = new TimeSpan(state.A);
        state.D = time.TotalMilliseconds;
    }

    [Expect(Verdict.Depends, Construct.DateAndTime), MethodImpl(Ahead)]
    private static void YearOfDate(ref State state, in InterruptContext context) => state.I = state.Date.Year;

    [Expect(Verdict.Clean, Construct.DateAndTime), MethodImpl(Ahead)]
    private static void TicksOfDate(ref State state, in InterruptContext context) => state.A = state.Date.Ticks + state.Time.Ticks;

    [Expect(Verdict.Code, Construct.DateAndTime), MethodImpl(Ahead)]
    private static void AddTimes(ref State state, in InterruptContext context) => state.Time += new TimeSpan(state.A);

    [Expect(Verdict.Clean, Construct.DateAndTime), MethodImpl(Ahead)]
    private static void CompareDates(ref State state, in InterruptContext context) => state.I = state.Date > new DateTime(1) ? 1 : 0;

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void CompareGuids(ref State state, in InterruptContext context) => state.I = state.Guid == default ? 1 : 0;

    [Expect(Verdict.Depends, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void CombineHashes(ref State state, in InterruptContext context) => state.I = HashCode.Combine(state.I, state.J);

    [Expect(Verdict.Code, Construct.InliningByCallSite), MethodImpl(Ahead)]
    private static void NewGuid(ref State state, in InterruptContext context) => state.Guid = Guid.NewGuid();

    [Expect(Verdict.Clean, Construct.Volatile), MethodImpl(Ahead)]
    private static void UseVolatile(ref State state, in InterruptContext context)
    {
        Volatile.Write(ref state.A, Volatile.Read(ref state.B) + Volatile.Read(ref state.I));
        Thread.MemoryBarrier();
        Volatile.Write(ref state.D, 3);
    }

    [Expect(Verdict.Clean, Construct.Interlocked), MethodImpl(Ahead)]
    private static void UseInterlocked32(ref State state, in InterruptContext context)
    {
        Interlocked.Increment(ref state.I);
        state.J = Interlocked.Add(ref state.K, state.I) + Interlocked.Exchange(ref state.I, 3);
        Interlocked.CompareExchange(ref state.J, 1, 2);
        Interlocked.Or(ref state.U, 3u);
    }

    [Expect(Verdict.Clean, Construct.Interlocked), MethodImpl(Ahead)]
    private static void UseInterlocked64(ref State state, in InterruptContext context)
    {
        Interlocked.Decrement(ref state.A);
        state.B = Interlocked.Add(ref state.C, state.A) + Interlocked.Exchange(ref state.A, 3);
        Interlocked.CompareExchange(ref state.B, 1, 2);
        Interlocked.And(ref state.W, 3ul);
        Interlocked.MemoryBarrier();
    }

    [Expect(Verdict.Clean, Construct.Interlocked), MethodImpl(Ahead)]
    private static void UseInterlockedPointer(ref State state, in InterruptContext context) => Interlocked.CompareExchange(ref state.Handle, 1, 2);

#if NET9_0_OR_GREATER
    [Expect(Verdict.Clean, Construct.InterlockedNarrow), MethodImpl(Ahead)]
    private static void UseInterlocked8(ref State state, in InterruptContext context)
    {
        Interlocked.Exchange(ref state.Byte, 3);
        state.I = Interlocked.CompareExchange(ref state.SByte, 1, 2);
    }

    [Expect(Verdict.Clean, Construct.InterlockedNarrow), MethodImpl(Ahead)]
    private static void UseInterlocked16(ref State state, in InterruptContext context)
    {
        Interlocked.Exchange(ref state.Short, (short)3);
        state.I = Interlocked.CompareExchange(ref state.UShort, (ushort)1, (ushort)2);
    }
#endif

    [Expect(Verdict.Depends, Construct.Interlocked), MethodImpl(Ahead)]
    private static void UseInterlockedDouble(ref State state, in InterruptContext context) => Interlocked.Exchange(ref state.D, 3.0);

    private readonly record struct Point(int X, int Y);
}
