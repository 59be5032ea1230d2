// What a handler must be: each way of failing is refused at the start of a timer, by its own rule, in words that help.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed unsafe partial class HandlerContractTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);
    private static object? s_object = new();
    private readonly long _field = 1;

    private delegate int Other(string text);

    [Fact]
    public void A_handler_that_allocates_is_told_which_instruction_calls_which_helper()
    {
        HandlerVerificationException refusal = AssertRefused(Allocate, "TH1001");

        HandlerViolation found = refusal.Report.Violations.First(static violation => violation.RuleId == "TH1001");
        Assert.StartsWith("call", found.Instruction, StringComparison.Ordinal);
        Assert.Contains("CORINFO_HELP_NEW", found.Target, StringComparison.Ordinal);
        Assert.Contains(found.Instruction, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(found.Target!, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"+0x{found.Offset:x}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Allocate), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Allocate before registration", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instance_method_is_refused() =>
        Assert.Contains("The handler is an instance method.", AssertRefused(CountByField, "TH0004").Message, StringComparison.Ordinal);

    [Fact]
    public void A_lambda_that_captures_is_refused()
    {
        long captured = 1;

        Assert.Contains("captures", AssertRefused((ref long state, in InterruptContext _) => state += captured, "TH0004").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_handlers_in_one_delegate_are_refused()
    {
        InterruptHandler<long> both = Count;
        both += Count;

        Assert.Contains("combines several methods", AssertRefused(both, "TH0004").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delegate_of_another_shape_is_no_handler()
    {
        HandlerReport report = HandlerVerifier.Verify((Other)int.Parse);

        Assert.False(report.IsSafe);
        Assert.Contains(report.Violations, static violation => violation.RuleId == "TH0001" && violation.Message.Contains("not InterruptHandler<TState>", StringComparison.Ordinal));
    }

    [Fact]
    public void A_handler_that_reads_a_managed_field_is_refused() =>
        Assert.Contains("collector may be moving the object", AssertRefused(ReadObject, "TH1006").Message, StringComparison.Ordinal);

    [Fact]
    public void A_handler_that_calls_native_code_by_P_Invoke_is_refused() => AssertRefused(CallNative, "TH3003");

    [Fact]
    public void A_handler_without_aggressive_optimisation_is_refused() =>
        Assert.Contains("[MethodImpl(MethodImplOptions.AggressiveOptimization)]", AssertRefused(CountUnmarked, "TH0003").Message, StringComparison.Ordinal);

    [Fact]
    public void A_handler_that_takes_too_much_stack_is_refused_by_a_budget_that_is_smaller()
    {
        InterruptTimer.Start<long>(UseStack, s_never).Dispose();

        Assert.Contains(
            "TH4004",
            Assert.Throws<HandlerVerificationException>(static () => InterruptTimer.Start<long>(UseStack, s_never, new() { StackBudget = 256 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_handler_leaves_nothing_behind()
    {
        int before = TimersOfThisProcess();
        for (int i = 0; i < 3; i++)
        {
            AssertRefused(Allocate, "TH1001");
        }

        Assert.InRange(TimersOfThisProcess(), 0, before + 100);
        InterruptTimer.Start<long>(Count, s_never).Dispose();
    }

    [Fact]
    public void Threaded_delivery_takes_any_method()
    {
        using var timer = InterruptTimer.Start<long>(Allocate, TimeSpan.FromMilliseconds(1), new() { Delivery = DeliveryMode.Threaded });

        Wait.Until(() => timer.Snapshot() > 3);
    }

    private static HandlerVerificationException AssertRefused(InterruptHandler<long> handler, string rule)
    {
        HandlerVerificationException refusal = Assert.Throws<HandlerVerificationException>(() => InterruptTimer.Start(handler, s_never));
        Assert.Contains(rule, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(handler.Method.Name, refusal.Message, StringComparison.Ordinal);
        return refusal;
    }

    private static int TimersOfThisProcess() => File.ReadLines("/proc/self/timers").Count(static line => line.StartsWith("ID:", StringComparison.Ordinal));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ref long state, in InterruptContext context) => state++;

    private static void CountUnmarked(ref long state, in InterruptContext context) => state++;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountByField(ref long state, in InterruptContext context) => state += _field;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Allocate(ref long state, in InterruptContext context)
    {
        s_object = new object();
        state++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadObject(ref long state, in InterruptContext context) => state += s_object is null ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CallNative(ref long state, in InterruptContext context) => state += getppid();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UseStack(ref long state, in InterruptContext context)
    {
        Ballast ballast = default;
        for (int i = 0; i < 64; i++)
        {
            ballast.Words[i] = state + i;
        }

        state += ballast.Words[state & 63];
    }

    [LibraryImport("libc.so.6")]
    private static partial int getppid();

    private struct Ballast
    {
        public fixed long Words[64];
    }
}
