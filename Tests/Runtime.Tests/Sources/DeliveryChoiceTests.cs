// DeliveryMode.Auto: a true interrupt for optimised code, a thread for a Debug build, and never in silence.
using TopHalf.Runtime.Unoptimized;
using TopHalf.Sources;
using Xunit;

namespace TopHalf.Runtime.Tests.Sources;

public sealed class DeliveryChoiceTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Unoptimised_code_falls_back_to_a_thread_and_says_so_once_by_event_and_on_stderr()
    {
        ChildResult child = ChildProcess.Run(FallBack);

        child.AssertSucceeded();
        string line = Assert.Single(child.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("TopHalf: 'debugged', or something that it calls, is unoptimised code (a Debug build)", line, StringComparison.Ordinal);
        Assert.Contains("-c Release", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Unoptimised_code_is_refused_where_a_signal_is_demanded()
    {
        HandlerVerificationException refusal = Assert.Throws<HandlerVerificationException>(
            () => InterruptTimer.Start<long>(UnoptimizedHandler.Count, s_period, new() { Delivery = DeliveryMode.Signal }));

        Assert.Contains("TH5005", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("<Optimize>true</Optimize>", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threaded_delivery_on_request_and_optimised_code_by_default_say_nothing() => Assert.Empty(ChildProcess.Run(StartQuietly).Error);

    [Fact]
    public void Where_the_JIT_does_not_optimise_at_all_threaded_delivery_works_and_a_true_interrupt_is_refused_with_the_likely_cause()
    {
        // What a debugger's "suppress JIT optimization" comes to.
        ChildProcess.Run(RunUnoptimised, environment: new Dictionary<string, string> { ["DOTNET_JITMinOpts"] = "1" }).AssertSucceeded();
    }

    private static void RunUnoptimised()
    {
        using var threaded = InterruptTimer.Start<long>(UnoptimizedHandler.Count, s_period, new() { Delivery = DeliveryMode.Threaded });
        Wait.Until(() => threaded.Snapshot() > 3);
        InvalidOperationException refusal = Assert.ThrowsAny<InvalidOperationException>(() => SignalRegistry.Claim(threaded.Signal, interrupts: true));
        Assert.Contains("DOTNET_JITMinOpts", refusal.Message, StringComparison.Ordinal);
    }

    private static void FallBack()
    {
        List<InterruptNoticeEventArgs> notices = [];
        InterruptSource.Notice += (_, notice) => notices.Add(notice);
        using var timer = InterruptTimer.Start<long>(UnoptimizedHandler.Count, s_period, new() { Name = "debugged" });

        Assert.Equal(DeliveryMode.Threaded, timer.Delivery);
        InterruptNoticeEventArgs notice = Assert.Single(notices);
        Assert.Equal((InterruptNoticeKind.ThreadedFallback, "debugged"), (notice.Kind, notice.Source));
        Wait.Until(() => timer.Snapshot() > 3);
        Assert.InRange(timer.Snapshot(), 4, 999_999);
    }

    private static void StartQuietly()
    {
        using var threaded = InterruptTimer.Start<long>(UnoptimizedHandler.Count, s_period, new() { Delivery = DeliveryMode.Threaded });
        using var optimised = new ProbedTimer(s_period);
        Wait.Until(() => threaded.Snapshot() > 3);
        Assert.Equal((DeliveryMode.Threaded, DeliveryMode.Signal), (threaded.Delivery, optimised.AfterCalls(3).Timer.Delivery));
    }
}
