// What registration gets from the verifier: the body's address, or an exception that says how to mend the handler.
using System.Reflection;
using System.Runtime.CompilerServices;
using TopHalf.Verification;
using Xunit;

namespace TopHalf.Runtime.Tests.Verification;

#pragma warning disable CS0649 // Looked at as code only.

public sealed unsafe class PrepareTests
{
    [Fact]
    public void Prepare_gives_the_body_which_runs_when_called()
    {
        VerifiedHandler handler = HandlerVerifier.Prepare((InterruptHandler<State>)CountThree, VerifierOptions.Default);
        State state = default;
        InterruptFrame frame = default;
        var context = new InterruptContext(&frame);

        ((delegate*<ref State, in InterruptContext, void>)handler.EntryPoint)(ref state, in context);

        Assert.Equal(3, state.Count);
        Assert.True(handler.Report.IsSafe);
    }

    [Fact]
    public void Threads_that_prepare_one_handler_at_the_same_time_get_the_same_body() => ChildProcess.Run(PrepareAtTheSameTime).AssertSucceeded();

    private static void PrepareAtTheSameTime()
    {
        using var start = new Barrier(4);
        nint[] entries = new nint[4];
        Thread[] threads = [.. Enumerable.Range(0, entries.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            entries[i] = HandlerVerifier.Prepare((InterruptHandler<State>)CountThree, VerifierOptions.Default).EntryPoint;
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        Assert.Single(entries.Distinct());
    }

    [Fact]
    public void The_body_is_not_the_stub_that_the_runtime_could_re_point()
    {
        VerifiedHandler handler = HandlerVerifier.Prepare((InterruptHandler<State>)CountThree, VerifierOptions.Default);
        byte* body = (byte*)handler.EntryPoint;

        // Neither jmp [cell], which a precode begins with, nor jmp rel32.
        Assert.False(body[0] == 0xFF && body[1] == 0x25);
        Assert.NotEqual(0xE9, body[0]);
        Assert.NotEqual(handler.Method.MethodHandle.GetFunctionPointer(), handler.EntryPoint);
    }

    [Fact]
    public void A_refusal_names_handler_rule_place_instruction_target_consequence_and_remedy()
    {
        var exception = Assert.Throws<HandlerVerificationException>(
            () => HandlerVerifier.Prepare((InterruptHandler<State>)Allocate, VerifierOptions.Default));

        Assert.Contains("PrepareTests.Allocate must not run", exception.Message, StringComparison.Ordinal);
        Assert.Contains("TH1001 PrepareTests.Allocate+0x", exception.Message, StringComparison.Ordinal);
        Assert.Contains("call", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CORINFO_HELP_NEWSFAST", exception.Message, StringComparison.Ordinal);
        Assert.Contains("collection", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Allocate before registration", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.Report.IsSafe);
        Assert.IsAssignableFrom<InvalidOperationException>(exception);
    }

    [Fact]
    public void The_report_shows_the_code_with_its_calls_and_violations_in_place()
    {
        string text = HandlerVerifier.Verify((InterruptHandler<State>)Allocate).ToString();

        Assert.Contains("refused", text, StringComparison.Ordinal);
        Assert.Matches(@"call .*\n  !! TH1001 CORINFO_HELP_NEWSFAST", text.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_stack_budget_is_an_option()
    {
        InterruptHandler<State> handler = UseHalfKilobyte;

        Assert.True(HandlerVerifier.Prepare(handler, VerifierOptions.Default).Report.IsSafe);
        var exception = Assert.Throws<HandlerVerificationException>(
            () => HandlerVerifier.Prepare(handler, new VerifierOptions { StackBudget = 256 }));
        Assert.Equal(["TH4004"], exception.Report.Violations.Select(v => v.RuleId));
    }

    [Fact]
    public void A_dispatcher_may_call_through_a_trusted_pointer_and_the_report_lists_it()
    {
        VerifiedHandler entry = HandlerVerifier.PrepareMethods([Handlers.Method(typeof(PrepareTests), nameof(Dispatch))], VerifierOptions.Default)[0];

        HandlerCall call = Assert.Single(entry.Report.Calls);
        Assert.Equal((HandlerCallKind.Trusted, "only registration writes the table"), (call.Kind, call.Target));
    }

    [Fact]
    public void Without_the_mark_a_dispatcher_is_refused()
    {
        MethodInfo method = Handlers.Method(typeof(PrepareTests), nameof(DispatchUnmarked));

        var exception = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.PrepareMethods([method], VerifierOptions.Default));
        Assert.Equal(["TH3006"], exception.Report.Violations.Select(v => v.RuleId));
    }

    [Fact]
    public void The_mark_of_a_callee_does_not_extend_to_it()
    {
        MethodInfo method = Handlers.Method(typeof(PrepareTests), nameof(CallDispatch));

        var exception = Assert.Throws<HandlerVerificationException>(() => HandlerVerifier.PrepareMethods([method], VerifierOptions.Default));
        Assert.Contains(exception.Report.Violations, v => v.RuleId == "TH3006");
    }

    [Fact]
    public void A_handler_can_be_verified_again() =>
        Assert.Equal(
            HandlerVerifier.Prepare((InterruptHandler<State>)CountThree, VerifierOptions.Default).EntryPoint,
            HandlerVerifier.Prepare((InterruptHandler<State>)CountThree, VerifierOptions.Default).EntryPoint);

    [MethodImpl(Subject.Handler)]
    private static void CountThree(ref State state, in InterruptContext context) => state.Count += 3;

    [MethodImpl(Subject.Handler)]
    private static void Allocate(ref State state, in InterruptContext context) => s_object = new object();

    private static object? s_object;

    [MethodImpl(Subject.Handler)]
    [SkipLocalsInit]
    private static void UseHalfKilobyte(ref State state, in InterruptContext context)
    {
        byte* buffer = stackalloc byte[512];
        buffer[state.Index & 511] = 1;
        state.A = buffer[state.Index & 255];
    }

    [TrustedIndirectCall("only registration writes the table")]
    [MethodImpl(Subject.Handler)]
    private static void Dispatch(int signal, Entry* table, void* context)
    {
        if (table[signal & 63].Handler != null)
        {
            table[signal & 63].Handler(table[signal & 63].State, context);
            table[signal & 63].Count++;
        }
    }

    [MethodImpl(Subject.Handler)]
    private static void DispatchUnmarked(int signal, Entry* table, void* context)
    {
        table[signal & 63].Handler(table[signal & 63].State, context);
        table[signal & 63].Count++;
    }

    [MethodImpl(Subject.Handler)]
    private static void CallDispatch(int signal, Entry* table, void* context)
    {
        MarkedCallee(signal, table, context);
        table[signal & 63].Count++;
    }

    [TrustedIndirectCall("only the root's mark counts")]
    [MethodImpl(Subject.Callee)]
    private static void MarkedCallee(int signal, Entry* table, void* context)
    {
        table[signal & 63].Handler(table[signal & 63].State, context);
        table[signal & 63].Count++;
    }

    private struct Entry
    {
        public delegate*<void*, void*, void> Handler;
        public void* State;
        public long Count;
    }
}
