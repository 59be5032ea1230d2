// Handlers that the verifier must refuse: a negative for each hazard that C# can express, by rule and by the helper's name.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CA1852 // A sealed class has no virtual calls.

public sealed unsafe class RefusedHandlerTests
{
    private static readonly object s_lock = new();
    private static readonly Node s_node = new();
    private static readonly int[] s_numbers = new int[8];
    private static object? s_object;
    private static delegate*<int> s_pointer;
    private static HugeBlock s_huge;

    [ThreadStatic]
    private static int t_number;

    [Fact]
    public void An_allocation_is_refused_with_the_helpers_name()
    {
        Assert.StartsWith("call", Subject.AssertRefusedCode(Allocate, "TH1001", "CORINFO_HELP_NEWSFAST").Instruction, StringComparison.Ordinal);
        Subject.AssertRefusedSource(Allocate, "TH1001", "Node");
    }

    [Fact]
    public void An_allocation_that_the_optimiser_removes_is_refused_by_its_IL() => Subject.AssertRefusedSource(AllocateInVain, "TH1001", "Node");

    [Fact]
    public void An_array_is_refused() => Subject.AssertRefusedCode(AllocateArray, "TH1001", "CORINFO_HELP_NEWARR_1_VC");

    [Fact]
    public void Boxing_is_refused()
    {
        Subject.AssertRefusedSource(Box, "TH1002", "Int64");
        Subject.AssertRefusedCode(Box, "TH1001", "CORINFO_HELP_NEWSFAST");
    }

    [Fact]
    public void An_interpolated_string_is_refused()
    {
        Assert.NotEmpty(Subject.Verify(Interpolate).Violations);
        Subject.AssertRefusedSource(Interpolate, "TH1006");
    }

    [Fact]
    public void A_lambda_made_in_a_handler_is_refused() => Subject.AssertRefusedSource(MakeLambda, "TH1003");

    [Fact]
    public void Storing_a_reference_is_refused_for_its_write_barrier() => Subject.AssertRefusedCode(StoreReference, "TH1007", "ASSIGN_REF");

    [Fact]
    public void Reading_a_field_of_an_object_is_refused_by_IL_and_by_the_heaps_addresses()
    {
        Subject.AssertRefusedSource(ReadField, "TH1006", "Node.Number");
        Subject.AssertRefusedCode(ReadField, "TH1006");
    }

    [Fact]
    public void An_array_element_is_refused_with_its_bounds_check()
    {
        Subject.AssertRefusedCode(ReadElement, "TH4003", "CORINFO_HELP_RNGCHKFAIL");
        Subject.AssertRefusedSource(ReadElement, "TH1006");
    }

    [Fact]
    public void A_span_over_unmanaged_memory_is_refused_where_it_may_throw() => Subject.AssertRefusedCode(IndexSpan, "TH4003");

    [Fact]
    public void Objects_behind_handles_and_pointers_in_the_state_are_refused_although_no_helper_shows()
    {
        Subject.AssertRefusedSource(FollowHandle, "TH1006", "GCHandle.get_Target");
        Subject.AssertRefusedSource(ReadObjectThroughPointer, "TH1006", "Unsafe.Read");
        Subject.AssertRefusedSource(ReinterpretAsObject, "TH1006", "Unsafe.As");
    }

    [Fact]
    public void What_a_type_or_a_property_around_it_declares_unsafe_is_refused()
    {
        Subject.AssertRefusedSource(CallInUnsafeType, "TH3005");
        Subject.AssertRefusedSource(ReadUnsafeProperty, "TH3005");
    }

    [MethodImpl(Subject.Handler)]
    private static void FollowHandle(ref State state, in InterruptContext context)
    {
        GCHandle handle = Unsafe.As<long, GCHandle>(ref state.A);
        if (handle.IsAllocated && handle.Target != null)
        {
            state.Count++;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void ReadObjectThroughPointer(ref State state, in InterruptContext context) =>
        state.Count += Unsafe.Read<object?>(state.Memory) == null ? 0 : 1;

    [MethodImpl(Subject.Handler)]
    private static void ReinterpretAsObject(ref State state, in InterruptContext context) =>
        state.Count += string.IsNullOrEmpty(Unsafe.As<long, string>(ref state.A)) ? 0 : 1;

    [MethodImpl(Subject.Handler)]
    private static void CallInUnsafeType(ref State state, in InterruptContext context) => state.Count += DeclaredUnsafe.One();

    [MethodImpl(Subject.Handler)]
    private static void ReadUnsafeProperty(ref State state, in InterruptContext context) => state.Count += UnsafeProperty;

    [AsyncSignalUnsafe("for a test")]
    private static int UnsafeProperty
    {
        [MethodImpl(Subject.Callee)]
        get => 1;
    }

    [AsyncSignalUnsafe("for a test")]
    private static class DeclaredUnsafe
    {
        [MethodImpl(Subject.Callee)]
        public static int One() => 1;
    }

    [Fact]
    public void Checked_arithmetic_is_refused() => Subject.AssertRefusedCode(AddChecked, "TH4003", "CORINFO_HELP_OVERFLOW");

    [Fact]
    public void A_throw_is_refused()
    {
        Subject.AssertRefusedCode(Throw, "TH4001", "CORINFO_HELP_THROW");
        Subject.AssertRefusedSource(Throw, "TH4001");
    }

    [Fact]
    public void A_lock_is_refused_as_a_lock_and_as_an_exception_region()
    {
        Subject.AssertRefusedCode(Lock, "TH2001");
        Subject.AssertRefusedSource(Lock, "TH4002");
    }

    [Fact]
    public void An_exception_region_is_refused_even_if_the_optimiser_removes_it() => Subject.AssertRefusedSource(TryFinally, "TH4002");

    [Fact]
    public void A_thread_static_is_refused()
    {
        Subject.AssertRefusedSource(UseThreadStatic, "TH5002", "t_number");
        Subject.AssertRefusedCode(UseThreadStatic, "TH5002");
    }

    [Fact]
    public void A_PInvoke_is_refused_for_its_transition()
    {
        Subject.AssertRefusedCode(CallNative, "TH3003", "CORINFO_HELP_INIT_PINVOKE_FRAME");
        Subject.AssertRefusedSource(CallNative, "TH3003", "getpid");
    }

    [Fact]
    public void A_PInvoke_without_transition_is_refused_for_its_poll()
    {
        Subject.AssertRefusedCode(CallNativeWithoutTransition, "TH3004", "CORINFO_HELP_POLL_GC");
        Subject.AssertRefusedSource(CallNativeWithoutTransition, "TH3004", "getppid");
    }

    [Fact]
    public void A_platform_method_that_hides_a_native_call_is_refused()
    {
        Subject.AssertRefusedCode(ReadStopwatch, "TH3003", "SystemNative_GetTimestamp");
        Subject.AssertRefusedCode(ReadStopwatch, "TH3004");
    }

    [Fact]
    public void An_unmanaged_function_pointer_is_refused() => Subject.AssertRefusedSource(CallUnmanagedPointer, "TH3003");

    [Fact]
    public void A_managed_function_pointer_of_unknown_target_is_refused() => Subject.AssertRefusedCode(CallPointer, "TH3006");

    [Fact]
    public void A_function_pointer_in_a_writable_static_is_refused_though_its_target_is_safe_now()
    {
        s_pointer = SignalSafeLibC.gettid;

        Subject.AssertRefusedCode(CallStaticPointer, "TH3006", "gettid");
    }

    [Fact]
    public void A_large_static_struct_is_refused_for_it_lies_in_the_managed_heap() => Subject.AssertRefusedCode(UseLargeStatic, "TH1006");

    [Fact]
    public void A_virtual_call_is_refused() => Subject.AssertRefusedSource(CallVirtual, "TH3002", "Node.Get");

    [Fact]
    public void A_callee_that_is_not_marked_and_not_inlined_is_refused_by_name() => Subject.AssertRefusedCode(CallPlain, "TH5003", ".Plain");

    [Fact]
    public void Recursion_is_refused() => Subject.AssertRefusedCode(Recurse, "TH3007", ".Fibonacci");

    [Fact]
    public void A_large_frame_is_refused_with_the_budget()
    {
        HandlerReport report = Subject.Verify(UseLargeFrame);
        HandlerViolation violation = Assert.Single(report.Violations);

        Assert.Equal("TH4004", violation.RuleId);
        Assert.True(report.StackBytes > sizeof(LargeBlock), report.ToString());
        Assert.Contains("4096", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stack_buffer_of_variable_size_is_refused() => Subject.AssertRefusedCode(UseVariableBuffer, "TH4004");

    [Fact]
    public void A_floating_point_remainder_is_refused() => Subject.AssertRefusedCode(Remainder, "TH5004", "CORINFO_HELP_DBLREM");

    [Fact]
    public void A_mathematical_function_in_the_runtime_is_refused() => Subject.AssertRefusedCode(Sine, "TH3001");

    [Fact]
    public void Decimal_arithmetic_is_refused() => Assert.NotEmpty(Subject.Verify(UseDecimal).Violations);

    [Fact]
    public void A_virtual_callee_that_the_runtime_will_not_prepare_is_refused() => Assert.NotEmpty(Subject.Verify(CallSlotOpener).Violations);

    [Fact]
    public void A_member_marked_unsafe_is_refused_with_its_reason()
    {
        HandlerViolation violation = Subject.AssertRefusedSource(CallUnsafe, "TH3005");

        Assert.Contains("it formats the disk", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_callee_does_is_found_in_the_callee()
    {
        HandlerViolation violation = Subject.AssertRefusedCode(CallAllocator, "TH1001", "CORINFO_HELP_NEWSFAST");

        Assert.EndsWith(".Make", violation.Method, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generic_callee_over_a_reference_type_is_refused() => Subject.AssertRefusedSource(CallSharedGeneric, "TH5004");

    [Fact]
    public void A_handler_compiled_before_its_type_was_initialised_keeps_the_check_and_is_refused()
    {
        // The JIT is asked for the code before the verifier can run the initialiser.
        RuntimeHelpers.PrepareMethod(((InterruptHandler<State>)UseLateStatic).Method.MethodHandle);

        Subject.AssertRefusedCode(UseLateStatic, "TH5001", "CORINFO_HELP_GET_NONGCSTATIC_BASE");
    }

    [MethodImpl(Subject.Handler)]
    private static void Allocate(ref State state, in InterruptContext context) => s_object = new Node();

    [MethodImpl(Subject.Handler)]
    private static void AllocateInVain(ref State state, in InterruptContext context) => state.Index = new Node { Number = 3 }.Number;

    [MethodImpl(Subject.Handler)]
    private static void AllocateArray(ref State state, in InterruptContext context) => s_object = new int[state.Index];

    [MethodImpl(Subject.Handler)]
    private static void Box(ref State state, in InterruptContext context) => s_object = state.Count;

    [MethodImpl(Subject.Handler)]
    private static void Interpolate(ref State state, in InterruptContext context) => s_object = $"count {state.Count}";

    [MethodImpl(Subject.Handler)]
    private static void MakeLambda(ref State state, in InterruptContext context)
    {
        Func<int> three = () => 3;
        state.Index = three();
    }

    [MethodImpl(Subject.Handler)]
    private static void StoreReference(ref State state, in InterruptContext context) => s_node.Next = s_lock;

    [MethodImpl(Subject.Handler)]
    private static void ReadField(ref State state, in InterruptContext context) => state.Index = s_node.Number;

    [MethodImpl(Subject.Handler)]
    private static void ReadElement(ref State state, in InterruptContext context) => state.A = s_numbers[state.Index];

    [MethodImpl(Subject.Handler)]
    private static void IndexSpan(ref State state, in InterruptContext context) => state.A = new Span<int>(state.Memory, state.Index)[3];

    [MethodImpl(Subject.Handler)]
    private static void AddChecked(ref State state, in InterruptContext context) => state.A = checked(state.A + state.B);

    [MethodImpl(Subject.Handler)]
    private static void Throw(ref State state, in InterruptContext context)
    {
        if (state.A == 3)
        {
            throw new InvalidOperationException();
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void Lock(ref State state, in InterruptContext context)
    {
        lock (s_lock)
        {
            state.Count++;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void TryFinally(ref State state, in InterruptContext context)
    {
        try
        {
            state.A++;
        }
        finally
        {
            state.B++;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void UseThreadStatic(ref State state, in InterruptContext context) => t_number++;

    [MethodImpl(Subject.Handler)]
    private static void CallNative(ref State state, in InterruptContext context) => state.Index = getpid();

    [MethodImpl(Subject.Handler)]
    private static void CallNativeWithoutTransition(ref State state, in InterruptContext context) => state.Index = getppid();

    [MethodImpl(Subject.Handler)]
    private static void ReadStopwatch(ref State state, in InterruptContext context) => state.A = Stopwatch.GetTimestamp();

    [MethodImpl(Subject.Handler)]
    private static void CallUnmanagedPointer(ref State state, in InterruptContext context) =>
        state.Index = ((delegate* unmanaged<int>)state.Memory)();

    [MethodImpl(Subject.Handler)]
    private static void CallPointer(ref State state, in InterruptContext context) => state.Index = state.Function();

    [MethodImpl(Subject.Handler)]
    private static void CallStaticPointer(ref State state, in InterruptContext context) => state.Index = s_pointer();

    [MethodImpl(Subject.Handler)]
    private static void UseLargeStatic(ref State state, in InterruptContext context) => s_huge.Bytes[state.Index] = 1;

    [MethodImpl(Subject.Handler)]
    private static void CallVirtual(ref State state, in InterruptContext context) => state.Index = s_node.Get();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Plain(int value) => value + 1;

    [MethodImpl(Subject.Handler)]
    private static void CallPlain(ref State state, in InterruptContext context) => state.Index = Plain(state.Index) + 1;

    [MethodImpl(Subject.Callee)]
    private static long Fibonacci(long n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    [MethodImpl(Subject.Handler)]
    private static void Recurse(ref State state, in InterruptContext context) => state.A = Fibonacci(state.B);

    [MethodImpl(Subject.Handler)]
    [SkipLocalsInit]
    private static void UseLargeFrame(ref State state, in InterruptContext context)
    {
        LargeBlock block;
        state.Index = ((byte*)&block)[state.Index];
    }

    [MethodImpl(Subject.Handler)]
    private static void UseVariableBuffer(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[state.Index];
        buffer[0] = 1;
        state.A = buffer[state.Index - 1];
    }

    [MethodImpl(Subject.Handler)]
    private static void Remainder(ref State state, in InterruptContext context) => state.Number %= 3;

    [MethodImpl(Subject.Handler)]
    private static void Sine(ref State state, in InterruptContext context) => state.Number = Math.Sin(state.Number);

    [MethodImpl(Subject.Handler)]
    private static void UseDecimal(ref State state, in InterruptContext context) => state.Number = (double)(state.A * 2.5m);

    [MethodImpl(Subject.Handler)]
    private static void CallSlotOpener(ref State state, in InterruptContext context) => state.Index = s_node.Opened();

    [MethodImpl(Subject.Handler)]
    private static void CallUnsafe(ref State state, in InterruptContext context) => FormatDisk(ref state);

    [AsyncSignalUnsafe("it formats the disk")]
    [MethodImpl(Subject.Callee)]
    private static void FormatDisk(ref State state) => state.Count = 0;

    [MethodImpl(Subject.Handler)]
    private static void CallAllocator(ref State state, in InterruptContext context) => state.Index = Make(3);

    [MethodImpl(Subject.Callee)]
    private static int Make(int number)
    {
        s_object = new Node { Number = number };
        return number;
    }

    [MethodImpl(Subject.Handler)]
    private static void CallSharedGeneric(ref State state, in InterruptContext context) => state.Index = SizeOf<string>();

    [MethodImpl(Subject.Callee)]
    private static int SizeOf<T>() => Unsafe.SizeOf<T>();

    [MethodImpl(Subject.Handler)]
    private static void UseLateStatic(ref State state, in InterruptContext context) => state.Index = Late.Value;

    [DllImport("libc.so.6")]
    private static extern int getpid();

    [DllImport("libc.so.6")]
    [SuppressGCTransition]
    private static extern int getppid();

    private class Node
    {
        public int Number;
        public object? Next;

        public virtual int Get() => Number;

        [MethodImpl(Subject.Callee)]
        public virtual int Opened() => 3;
    }

    private struct HugeBlock
    {
        public fixed byte Bytes[200_000];
    }

    private struct LargeBlock
    {
        public fixed byte Bytes[9_000];
    }

    private static class Late
    {
        public static int Value = Environment.ProcessorCount;
    }
}
