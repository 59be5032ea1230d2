// Where and how a handler runs: the ways in which a timer can reach it.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe class DeliveryTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMicroseconds(500);

    [Fact]
    public void A_timer_interrupts_a_thread_of_its_own_by_default()
    {
        using var timer = new ProbedTimer(s_period);
        timer.AfterCalls(200);
        string command = File.ReadAllText($"/proc/self/task/{timer.Timer.Snapshot().FirstThread}/comm");

        Probe seen = timer.End();
        Assert.Equal(DeliveryMode.Signal, timer.Timer.Delivery);
        Assert.Equal(0, seen.MovesOfThread);
        Assert.True(seen.Interrupts > seen.Calls / 2);
        Assert.NotEqual(LibC.gettid(), seen.FirstThread);
        Assert.StartsWith("TopHalf OnInter", command, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_timers_have_two_threads()
    {
        using var one = new ProbedTimer(s_period);
        using var two = new ProbedTimer(s_period);

        Assert.NotEqual(one.AfterCalls(1).End().FirstThread, two.AfterCalls(1).End().FirstThread);
    }

    [Fact]
    public void A_timer_outlives_the_thread_that_made_it()
    {
        ProbedTimer? made = null;
        var maker = new Thread(() => made = new ProbedTimer(TimeSpan.FromMilliseconds(1)));
        maker.Start();
        maker.Join();

        using ProbedTimer timer = made!;
        timer.AfterCalls(timer.Calls + 10);
    }

    [Fact]
    public void The_dedicated_thread_ends_with_its_timer()
    {
        using var timer = new ProbedTimer(s_period);
        int thread = timer.AfterCalls(1).Timer.Snapshot().FirstThread;
        Assert.True(Directory.Exists($"/proc/self/task/{thread}"));

        timer.Timer.Dispose();

        Wait.Until(() => !Directory.Exists($"/proc/self/task/{thread}"));
    }

    [Fact]
    public void The_current_thread_is_interrupted_in_a_loop_that_makes_no_call()
    {
        (nint start, nint end) = BusyCode.Range();
        long none = 0;
        Wait.BusyUntil(&none, 0); // So that interrupts do not come while this is compiled.
        using var timer = new ProbedTimer(
            s_period, new() { Target = InterruptTarget.CurrentThread }, new() { CodeStart = start, CodeEnd = end });

        long before = timer.Calls;
        Wait.BusyUntil(timer.CallCell, before + 300);

        Probe seen = timer.End();
        Assert.Equal(LibC.gettid(), seen.FirstThread);
        Assert.Equal(0, seen.MovesOfThread);
        Assert.Equal(seen.Calls, seen.Interrupts);
        Assert.True(seen.InsideCode > 150, $"{seen.InsideCode} of {seen.Calls - before} interrupts were inside the loop.");
    }

    [Fact]
    public void A_thread_chosen_by_its_id_is_interrupted_and_no_other()
    {
        using var worker = Worker.Idle();
        using var bystander = Worker.Idle();
        using var timer = new ProbedTimer(s_period, new() { Target = InterruptTarget.Thread(worker.ThreadId) });

        Probe seen = timer.AfterCalls(200).End();
        Assert.Equal(worker.ThreadId, seen.FirstThread);
        Assert.Equal(0, seen.MovesOfThread);
        Assert.Equal(seen.Calls, seen.Interrupts);
    }

    // In a child: a thread that waits for signals, as another test may leave one for a while, is offered the process's, too, and interrupts nothing by them.
    [Fact]
    public void Interrupts_of_a_process_timer_come_to_several_threads_and_never_overlap() => ChildProcess.Run(InterruptProcess).AssertSucceeded();

    private static void InterruptProcess()
    {
        using var cells = new Cells(1);
        long* never = cells[0];
        using var one = new Worker(() => BusyCode.SpinUntil(never, 1, 100_000));
        using var two = new Worker(() => BusyCode.SpinUntil(never, 1, 100_000));
        using var timer = new ProbedTimer(
            TimeSpan.FromMicroseconds(50), new() { Target = InterruptTarget.Process }, new() { Rounds = 20_000 });

        Probe seen = timer.AfterCalls(3000).End();
        Assert.Equal(0, seen.Overlaps);
        Assert.Equal(seen.Calls, seen.Interrupts);
        Assert.True(seen.MovesOfThread > 0, "All interrupts came to one thread, so this has shown nothing.");
    }

    [Fact]
    public void Threaded_delivery_runs_the_handler_on_a_thread_of_its_own_with_nothing_interrupted()
    {
        using var timer = new ProbedTimer(s_period, new() { Delivery = DeliveryMode.Threaded });

        Probe seen = timer.AfterCalls(200).End();
        Assert.Equal(DeliveryMode.Threaded, timer.Timer.Delivery);
        Assert.Equal(0, seen.MovesOfThread);
        Assert.NotEqual(LibC.gettid(), seen.FirstThread);
        Assert.Equal(0, seen.Interrupts);
        Assert.Equal(seen.Calls, seen.ZeroRegisters);
        Assert.Equal(timer.Timer.Signal, seen.Signal);
    }

    [Fact]
    public void Threaded_delivery_may_do_what_only_ordinary_code_can()
    {
        using var timer = InterruptTimer.Start<long>(Collect, s_period, new() { Delivery = DeliveryMode.Threaded });

        Wait.Until(() => timer.Snapshot() >= 20);
    }

    [Theory]
    [InlineData(DeliveryMode.Signal)]
    [InlineData(DeliveryMode.Threaded)]
    public void The_counts_agree_with_what_the_handler_saw(DeliveryMode delivery)
    {
        using var timer = new ProbedTimer(s_period, new() { Delivery = delivery });

        Probe seen = timer.AfterCalls(200).End();
        InterruptStatistics counts = timer.Timer.Statistics;
        Assert.Equal((seen.Calls, seen.Overruns), (counts.Delivered, counts.Overruns));
        Assert.Equal(counts.Delivered, counts.EntryLatency.Count);
        Assert.True(counts.LongestHandler > TimeSpan.Zero);
    }

    [Fact]
    public void The_context_tells_what_was_interrupted()
    {
        using var timer = new ProbedTimer(s_period, new() { Target = InterruptTarget.CurrentThread });
        Wait.BusyUntil(timer.CallCell, 100);

        Probe seen = timer.End();
        Assert.Equal(timer.Timer.Signal, seen.Signal);
        Assert.Equal(
            (0, 0, 0, 0, 0),
            (seen.StackMismatches, seen.ZeroRegisters, seen.Payloads, seen.Negative, seen.TimestampsBackwards));
    }

    [Fact]
    public void The_interrupted_instruction_is_code_and_the_handler_runs_below_it_on_the_same_stack()
    {
        using var cells = new Cells(1);
        using var timer = InterruptTimer.Start(
            Place.OnInterrupt, new Place { Calls = cells[0] }, s_period, new() { Target = InterruptTarget.CurrentThread });
        Wait.BusyUntil(cells[0], 20);
        timer.Dispose();

        Place seen = timer.Snapshot();
        MemoryMap map = MemoryMap.Read();
        Assert.True(map.IsExecutable(seen.Instruction), $"{seen.Instruction:x}");
        Assert.Equal(map.Find((nint)(&seen)), map.Find(seen.Stack));
        Assert.Equal(map.Find((nint)(&seen)), map.Find(seen.HandlerStack));
        Assert.True(seen.HandlerStack < seen.Stack);
    }

    private static void Collect(ref long state, in InterruptContext context)
    {
        GC.Collect(0);
        state++;
    }

    private struct Place
    {
        public long* Calls;
        public nint Instruction;
        public nint Stack;
        public nint HandlerStack;

        [InterruptHandler, MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void OnInterrupt(ref Place state, in InterruptContext context)
        {
            int local;
            state.HandlerStack = (nint)(&local);
            state.Instruction = context.InstructionPointer;
            state.Stack = context.StackPointer;
            Volatile.Write(ref *state.Calls, *state.Calls + 1);
        }
    }
}
