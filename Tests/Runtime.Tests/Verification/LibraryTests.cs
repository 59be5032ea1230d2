// The library's own signal-context code, held to the verifier. (The analyzers hold it in its own build: Runtime/TopHalf.csproj.)
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf.Sources;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Handlers under test are compiled and looked at, but nothing gives their state values.

public sealed unsafe class LibraryTests
{
    private static readonly InterruptHandler<Everything>[] s_handlers = [ReadContext, ReadClocks, UseHistogram, UseQueue, UseSeqLock, UseLog, UseLine, UseFileEvent, UseSignalling, UseShared];

    [Fact]
    public void The_dispatcher_is_proved_but_for_its_calls_of_proved_handlers()
    {
        foreach (VerifiedHandler method in (VerifiedHandler[])[DispatcherMethods.Entry, DispatcherMethods.Replay, DispatcherMethods.AcceptWaited])
        {
            Assert.True(method.Report.IsSafe, method.Report.ToString());
            Assert.Single(method.Report.Calls, static call => call.Kind == HandlerCallKind.Trusted);
        }
    }

    [Fact]
    public void The_fault_dispatcher_is_proved_and_leaves_by_jumps()
    {
        HandlerReport report = DispatcherMethods.Fault.Report;
        Assert.True(report.IsSafe, report.ToString());

        HandlerCall[] trusted = [.. report.Calls.Where(static call => call.Kind == HandlerCallKind.Trusted)];
        Assert.Equal(2, trusted.Length);
        Assert.All(trusted, static call => Assert.StartsWith("jmp ", call.Instruction, StringComparison.Ordinal));
        Assert.InRange(report.StackBytes, 1, 1024);
    }

    [Fact]
    public void What_the_library_offers_to_handlers_is_proved_inside_a_handler() =>
        Assert.All(s_handlers, static handler => Assert.True(HandlerVerifier.Verify(handler) is { IsSafe: true } report, HandlerVerifier.Verify(handler).ToString()));

    [Fact]
    public void Nothing_that_the_library_offers_to_handlers_is_left_out_above()
    {
        HashSet<string> used = [.. s_handlers.SelectMany(static handler => MethodClosure.CalleesOf(handler.Method)).Select(Describe)];

        string[] offered = [.. typeof(InterruptTimer).Assembly.GetExportedTypes().SelectMany(OfferedBy).Select(Describe)];

        Assert.True(offered.Length > 20, "Too few members were found to believe it.");
        Assert.Empty(offered.Except(used));
    }

    private static IEnumerable<MethodInfo> OfferedBy(Type type)
    {
        const BindingFlags Everything = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetMethods(Everything).Where(static m => m.IsDefined(typeof(AsyncSignalSafeAttribute), inherit: false))
            .Concat(type.GetProperties(Everything).Where(static p => p.IsDefined(typeof(AsyncSignalSafeAttribute), inherit: false)).Select(static p => p.GetMethod!));
    }

    private static string Describe(MethodBase method)
    {
        Type type = method.DeclaringType!;
        return $"{(type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName}.{method.Name}";
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void ReadContext(ref Everything state, in InterruptContext context)
    {
        state.Sum += context.Signal + context.Overruns + context.Payload + context.Timestamp + context.Lateness + context.ThreadId;
        state.Sum += context.InstructionPointer + context.StackPointer + context.FramePointer + (long)context.Registers.Rip;
        state.Sum += context.IsInterrupt ? context.Level : 0;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void ReadClocks(ref Everything state, in InterruptContext context)
    {
        state.Sum += InterruptClock.Timestamp + InterruptClock.Realtime + InterruptClock.BootTime + InterruptClock.Tai;
        state.Sum += InterruptClock.ProcessCpuTime + InterruptClock.ThreadCpuTime;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseHistogram(ref Everything state, in InterruptContext context)
    {
        state.Histogram.Record(context.Lateness);
        state.Sum += state.Histogram.Count + state.Histogram.Overflow + state.Histogram.Min + state.Histogram.Max;
        state.Mean = state.Histogram.Mean;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseQueue(ref Everything state, in InterruptContext context) => state.Sum += state.Queue.TryWrite(state.Sum) ? 1 : 0;

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseSeqLock(ref Everything state, in InterruptContext context)
    {
        state.Sum += state.Wide->TryRead(out Guid value) ? 1 : 0;
        state.Sum += state.Wide->TryWrite(in value) ? 1 : 0;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseLog(ref Everything state, in InterruptContext context)
    {
        state.Log.Write("late by "u8);
        state.Log.Write(context.Lateness);
        state.Log.Write((ulong)context.Timestamp);
        state.Log.Write(state.Mean, 3);
        state.Log.WriteHex((ulong)context.InstructionPointer);
        state.Sum += state.Log.EndLine() ? 1 : 0;
        state.Sum += state.Log.FileDescriptor + state.Log.Lines + state.Log.Cut + state.Log.Dropped;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseLine(ref Everything state, in InterruptContext context)
    {
        state.Sum += state.Line.Raise(context.Payload) == RaiseResult.Raised ? 1 : 0;
        state.Sum += InterruptLine.RaiseAll(new ReadOnlySpan<InterruptLine>(state.Lines, 4), 1);
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseFileEvent(ref Everything state, in InterruptContext context)
    {
        var happened = new FileEvent(context.Payload);
        state.Sum += happened.Payload + happened.Descriptor + ((happened.Bands & FileBands.Input) != 0 ? 1 : 0);
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseSignalling(ref Everything state, in InterruptContext context)
    {
        state.Sum += state.Counter.Increment() + state.Counter.Add(context.Overruns) + state.Counter.Value + state.Counter.Take();
        state.Sum += state.Flag.Raise() | state.Flag.IsRaised | state.Flag.Take() ? 1 : 0;
        state.Sum += state.Latch->IsOpen | state.Latch->Close() | state.Latch->Open() ? 1 : 0;
    }

    [InterruptHandler, MethodImpl(Subject.Handler)]
    private static void UseShared(ref Everything state, in InterruptContext context)
    {
        if (state.Shared.TryEnter(in context, out InterruptSharedSection<Guid> outer))
        {
            if (state.Shared.TryEnter(in context, out InterruptSharedSection<Guid> inner))
            {
                inner.Value = outer.Value;
                inner.Exit();
            }

            outer.Exit();
        }
    }

    private struct Everything
    {
        public long Sum;
        public double Mean;
        public InterruptHistogram Histogram;
        public InterruptQueueWriter<long> Queue;
        public SeqLock<Guid>* Wide;
        public InterruptLog Log;
        public InterruptLine Line;
        public InterruptLine* Lines;
        public InterruptCounter Counter;
        public InterruptFlag Flag;
        public InterruptLatch* Latch;
        public InterruptSharedAccess<Guid> Shared;
    }
}
