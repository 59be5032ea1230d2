// Handlers that the verifier must let pass: it is of no use if it refuses what people need.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Looked at as code only.

public sealed unsafe class CleanHandlerTests
{
    private static int s_counter;
    private static State s_static;

    [Fact]
    public void A_handler_that_counts_in_its_state_is_safe_and_calls_nothing()
    {
        HandlerReport report = Subject.AssertSafe(Count);

        Assert.Empty(report.Calls);
        Assert.Empty(report.Loops);
        Assert.Equal(sizeof(long), report.StackBytes);
        Assert.InRange(report.Bytes, report.Instructions, 15 * report.Instructions);
    }

    [Fact]
    public void Pointers_into_unmanaged_memory_are_safe() => Subject.AssertSafe(WriteThroughPointer);

    [Fact]
    public void Interlocked_and_Volatile_are_compiled_into_instructions() => Assert.Empty(Subject.AssertSafe(UseAtomics).Calls);

    [Fact]
    public void Members_of_the_context_are_safe_and_only_the_thread_id_is_a_native_call()
    {
        HandlerCall call = Assert.Single(Subject.AssertSafe(ReadContext).Calls);

        Assert.Equal(("gettid", HandlerCallKind.Native), (call.Target, call.Kind));
    }

    [Fact]
    public void Native_functions_of_SignalSafeLibC_are_known_by_name()
    {
        HandlerReport report = Subject.AssertSafe(ReadClock);

        Assert.Equal(["clock_gettime", "__errno_location"], report.Calls.Select(c => c.Target));
    }

    [Fact]
    public void Optimised_callees_are_verified_with_the_handler_and_their_stack_counts()
    {
        HandlerReport report = Subject.AssertSafe(CallTwoLevels);

        Assert.Contains(report.Calls, c => c.Target.EndsWith(".Middle", StringComparison.Ordinal) && c.Kind == HandlerCallKind.Verified);
        Assert.Contains(report.Calls, c => c.Target.EndsWith(".Leaf", StringComparison.Ordinal) && c.Method.EndsWith(".Middle", StringComparison.Ordinal));
        Assert.True(report.StackBytes >= 3 * sizeof(long), report.ToString());
    }

    [Fact]
    public void A_call_in_tail_position_is_followed()
    {
        HandlerReport report = Subject.AssertSafe(EndInCall);

        Assert.Contains(report.Calls, c => c.Target.EndsWith(".Middle", StringComparison.Ordinal));
        Assert.Contains("Leaf", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Generic_callees_over_structs_are_safe_and_named_with_their_arguments()
    {
        HandlerReport report = Subject.AssertSafe(CallGeneric);

        Assert.Contains(report.Calls, c => c.Target.EndsWith("Applied<Int32>.Run<Scale>", StringComparison.Ordinal));
        Assert.Contains(report.Calls, c => c.Target.EndsWith("Scale.Apply", StringComparison.Ordinal));
    }

    [Fact]
    public void Writing_to_an_interrupt_queue_is_safe() => Assert.True(HandlerVerifier.Verify((InterruptHandler<QueueState>)WriteToQueue).IsSafe,
        HandlerVerifier.Verify((InterruptHandler<QueueState>)WriteToQueue).ToString());

    [Fact]
    public void All_cases_of_a_dense_switch_are_followed()
    {
        HandlerReport report = Subject.AssertSafe(Switch);

        // The call is in one case only, which the table alone leads to.
        Assert.Contains(report.Calls, c => c.Target.EndsWith(".Leaf", StringComparison.Ordinal));
    }

    [Fact]
    public void A_switch_in_a_loop_on_a_value_from_before_it_is_followed()
    {
        HandlerReport report = Subject.AssertSafe(SwitchInLoop);

        Assert.Contains(report.Calls, c => c.Target.EndsWith(".Leaf", StringComparison.Ordinal));
    }

    [Fact]
    public void Loops_are_listed_but_not_refused() => Assert.NotEmpty(Subject.AssertSafe(Loop).Loops);

    [Fact]
    public void Divisions_are_listed_but_not_refused() => Assert.Single(Subject.AssertSafe(Divide).Divisions);

    [Fact]
    public void Statics_without_initialiser_are_safe() => Subject.AssertSafe(CountInStatic);

    [Fact]
    public void A_static_struct_without_references_is_safe() => Subject.AssertSafe(CountInStaticStruct);

    [Fact]
    public void A_type_initialiser_runs_before_compilation_so_its_statics_need_no_check()
    {
        Assert.False(InitializerWatch.HasRun);
        Subject.AssertSafe(UseInitializedStatic);
        Assert.True(InitializerWatch.HasRun);
    }

    [Fact]
    public void A_small_stack_buffer_is_safe_and_counts() => Assert.True(Subject.AssertSafe(UseStackBuffer).StackBytes > 8 * sizeof(long));

    [Fact]
    public void A_constant_byte_span_is_safe() => Subject.AssertSafe(UseConstantBytes);

    [Fact]
    public void A_constant_table_is_safe() => Subject.AssertSafe(UseConstantTable);

    [Fact]
    public void A_callee_that_ran_before_the_first_registration_is_safe() => ChildProcess.Run(UseClockBeforeRegistration).AssertSucceeded();

    private static void UseClockBeforeRegistration()
    {
        Assert.True(Now() > 0);
        Subject.AssertSafe(CallNow);
    }

    [MethodImpl(Subject.Handler)]
    private static void CallNow(ref State state, in InterruptContext context) => state.A = Now();

    [MethodImpl(Subject.Callee)]
    private static long Now() => InterruptClock.Timestamp;

    [MethodImpl(Subject.Handler)]
    private static void UseConstantTable(ref State state, in InterruptContext context)
    {
        ReadOnlySpan<int> table = [3, 1, 4, 1, 5, 9, 2, 6];
        state.Index = table[(int)state.Count & 7];
    }

    [MethodImpl(Subject.Handler)]
    private static void Count(ref State state, in InterruptContext context) => state.Count++;

    [MethodImpl(Subject.Handler)]
    private static void WriteThroughPointer(ref State state, in InterruptContext context)
    {
        if (state.Memory != null)
        {
            *state.Memory += 1;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void UseAtomics(ref State state, in InterruptContext context)
    {
        Interlocked.Increment(ref state.Count);
        Interlocked.CompareExchange(ref state.A, 1, 2);
        Volatile.Write(ref state.B, Volatile.Read(ref state.A) + 1);
        Interlocked.MemoryBarrier();
    }

    [MethodImpl(Subject.Handler)]
    private static void ReadContext(ref State state, in InterruptContext context)
    {
        state.A = context.Signal + context.Overruns + context.Payload + context.Timestamp + context.Lateness;
        state.B = context.InstructionPointer + context.StackPointer + context.FramePointer + (long)context.Registers.Rax;
        state.Count = context.IsInterrupt ? context.ThreadId : 0;
    }

    [MethodImpl(Subject.Handler)]
    private static void ReadClock(ref State state, in InterruptContext context)
    {
        timespec time;
        if (SignalSafeLibC.clock_gettime(LibC.CLOCK_MONOTONIC, &time) != 0)
        {
            state.A = *SignalSafeLibC.__errno_location();
        }

        state.B = time.tv_nsec;
    }

    [MethodImpl(Subject.Callee)]
    private static long Leaf(long value) => value * 3 + 1;

    [MethodImpl(Subject.Callee)]
    private static void Middle(ref State state) => state.A = Leaf(state.B) + Leaf(state.A);

    [MethodImpl(Subject.Handler)]
    private static void CallTwoLevels(ref State state, in InterruptContext context)
    {
        Middle(ref state);
        state.Count++;
    }

    [MethodImpl(Subject.Handler)]
    private static void EndInCall(ref State state, in InterruptContext context) => Middle(ref state);

    [MethodImpl(Subject.Handler)]
    private static void CallGeneric(ref State state, in InterruptContext context) =>
        state.Count = Applied<int>.Run(default(Scale), state.A);

    [MethodImpl(Subject.Handler)]
    private static void WriteToQueue(ref QueueState state, in InterruptContext context)
    {
        state.Count++;
        state.Events.TryWrite(new Event { Number = state.Count, Time = context.Timestamp });
    }

    [MethodImpl(Subject.Handler)]
    private static void Switch(ref State state, in InterruptContext context)
    {
        switch (state.Index)
        {
            case 0: state.A = 5; break;
            case 1: state.B ^= 9; break;
            case 2: state.A = Leaf(3); break;
            case 3: state.B *= 17; break;
            case 4: state.Count -= 3; break;
            case 5: state.A <<= 2; break;
            case 6: state.A = ~state.B; break;
            default: state.Count++; break;
        }
    }

    // The value stays in its register, which is bounded on the way back to the loop's head and not on the way in.
    [MethodImpl(Subject.Handler)]
    private static void SwitchInLoop(ref State state, in InterruptContext context)
    {
        int kind = Interlocked.Increment(ref state.Index);
        int turns = 3;
        while (--turns > 0)
        {
            switch (~kind & 15)
            {
                case 0: state.A = 5; break;
                case 1: state.B ^= 9; break;
                case 2: state.A = Leaf(3); break;
                case 3: state.B *= 17; break;
                case 4: state.Count -= 3; break;
                default: break;
            }
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void Loop(ref State state, in InterruptContext context)
    {
        for (int i = 0; i < state.Index; i++)
        {
            state.Count += i ^ state.A;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void Divide(ref State state, in InterruptContext context)
    {
        if (state.B > 0)
        {
            state.A /= state.B;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void CountInStatic(ref State state, in InterruptContext context) => s_counter++;

    [MethodImpl(Subject.Handler)]
    private static void CountInStaticStruct(ref State state, in InterruptContext context)
    {
        s_static.Count++;
        state.A = s_static.B;
    }

    [MethodImpl(Subject.Handler)]
    private static void UseInitializedStatic(ref State state, in InterruptContext context) => state.A = Initialized.Value;

    [MethodImpl(Subject.Handler)]
    private static void UseStackBuffer(ref State state, in InterruptContext context)
    {
        long* buffer = stackalloc long[8];
        for (int i = 0; i < 8; i++)
        {
            buffer[i] = state.A + i;
        }

        state.B = buffer[state.Index & 7];
    }

    [MethodImpl(Subject.Handler)]
    private static void UseConstantBytes(ref State state, in InterruptContext context)
    {
        fixed (byte* text = "top half"u8)
        {
            state.A += text[state.Index & 7];
        }
    }

    private static class InitializerWatch
    {
        public static bool HasRun;
    }

    private static class Initialized
    {
        public static int Value = Initialize();

        private static int Initialize()
        {
            InitializerWatch.HasRun = true;
            return Environment.ProcessorCount;
        }
    }

    private interface IOperation
    {
        long Apply(long value);
    }

    private struct Scale : IOperation
    {
        [MethodImpl(Subject.Callee)]
        public readonly long Apply(long value) => value * 31;
    }

    private static class Applied<T>
        where T : unmanaged
    {
        [MethodImpl(Subject.Callee)]
        public static long Run<TOperation>(TOperation operation, long value)
            where TOperation : struct, IOperation => operation.Apply(value) + sizeof(T);
    }

    private struct Event
    {
        public long Number;
        public long Time;
    }

    private struct QueueState
    {
        public long Count;
        public InterruptQueueWriter<Event> Events;
    }
}
