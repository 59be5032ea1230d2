// The helper that other tests lean on, tested itself.
using System.Runtime.CompilerServices;
using TopHalf.Interop;
using Xunit;

namespace TopHalf.Runtime.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public void A_scenario_that_returns_has_succeeded()
    {
        ChildResult result = ChildProcess.Run(SayHello, environment: new Dictionary<string, string> { ["WHOM"] = "tests" });

        result.AssertSucceeded();
        Assert.Null(result.Signal);
        Assert.Equal("hello tests" + Environment.NewLine, result.Output);
    }

    [Fact]
    public void A_failed_assert_in_the_child_fails_the_child_and_is_shown()
    {
        ChildResult result = ChildProcess.Run(AssertNonsense);

        Assert.Equal("SIGABRT", result.Signal);
        Assert.Contains("Assert.Equal() Failure", result.ToString(), StringComparison.Ordinal);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(result.AssertSucceeded);
    }

    [Fact]
    public void Death_by_a_signal_is_told_by_its_name() => Assert.Equal("SIGKILL", ChildProcess.Run(KillSelf).Signal);

    [Fact]
    public void A_scenario_that_hangs_is_killed_and_told_apart()
    {
        ChildResult result = ChildProcess.Run(Hang, timeout: TimeSpan.FromSeconds(2));

        Assert.True(result.TimedOut);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(result.AssertSucceeded);
    }

    [Fact]
    public void A_lambda_is_refused() => Assert.Throws<ArgumentException>(() => ChildProcess.Run(() => { }));

    private static void SayHello() => Console.WriteLine("hello " + Environment.GetEnvironmentVariable("WHOM"));

    private static void AssertNonsense() => Assert.Equal(1, Unsafe.SizeOf<long>());

    private static void KillSelf() => _ = LibC.tgkill(LibC.getpid(), LibC.gettid(), LibC.SIGKILL);

    private static void Hang() => Thread.Sleep(Timeout.Infinite);
}
