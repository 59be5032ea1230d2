// Every runtime that TopHalf supports takes interrupts while it allocates, throws, faults, locks and collects. A few seconds each by
// default; TOPHALF_SOAK_SECONDS=60 asks for the long run. What is published stays in artifacts/soak, so that MSBuild builds it once.
using System.Globalization;
using TopHalf.Testing;
using Xunit;
using Xunit.Abstractions;

namespace TopHalf.Soak.Tests;

public sealed class SoakMatrixTests(ITestOutputHelper log)
{
    private const string DurationVariable = "TOPHALF_SOAK_SECONDS";
    private const int DefaultSeconds = 5;

    // Start-up, compilation and the end, on a busy machine.
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public void CoreCLR_loses_no_interrupt(string framework) => Soak(framework, nativeAot: false);

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public void CoreCLR_lives_through_faults_at_the_first_interrupt_of_a_thread(string framework) => Soak(framework, nativeAot: false, "storm");

    [TheoryNeedsGcc]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public void NativeAOT_lives_through_faults_at_the_first_interrupt_of_a_thread(string framework) => Soak(framework, nativeAot: true, "storm");

    [TheoryNeedsGcc]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public void NativeAOT_loses_no_interrupt_and_builds_without_a_warning(string framework) => Soak(framework, nativeAot: true);

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public void CoreCLR_accounts_for_each_item_of_a_queue_and_has_no_timer_early(string framework) => Soak(framework, nativeAot: false, "bottom");

    [TheoryNeedsGcc]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public void NativeAOT_accounts_for_each_item_of_a_queue_and_has_no_timer_early(string framework) => Soak(framework, nativeAot: true, "bottom");

    [Theory]
    [InlineData("lose", "some expiry was lost")]
    [InlineData("double", "some expiry was counted twice")]
    public void A_single_lost_or_doubled_expiry_is_found(string sabotage, string finding)
    {
        ChildProgram soak = Run(Publish("net10.0", nativeAot: false), DefaultSeconds, DefaultSeconds.ToString(CultureInfo.InvariantCulture), sabotage);

        Assert.Equal(1, soak.ExitCode);
        Assert.Contains("second: ", soak.Error, StringComparison.Ordinal);
        Assert.Contains(finding, soak.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("first: ", soak.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_command_line_is_told_apart_from_a_lost_interrupt()
    {
        ChildProgram soak = Run(Publish("net10.0", nativeAot: false), DefaultSeconds, "soon");

        Assert.Equal(2, soak.ExitCode);
        Assert.Contains("Usage", soak.Error, StringComparison.Ordinal);
    }

    private void Soak(string framework, bool nativeAot, params string[] mode)
    {
        int seconds = Seconds();
        ChildProgram soak = Run(Publish(framework, nativeAot), seconds, [seconds.ToString(CultureInfo.InvariantCulture), .. mode]);

        soak.AssertSucceeded();
        Assert.Contains($".NET {framework[3..^2]}.", soak.Output, StringComparison.Ordinal);
        Assert.Contains(nativeAot ? "NativeAOT" : "CoreCLR", soak.Output, StringComparison.Ordinal);
        string summary = soak.Output.Split('\n').Single(static line => line.StartsWith("PASSED", StringComparison.Ordinal));
        log.WriteLine($"{soak.Output.Split('\n')[0]}\n{summary}");
    }

    private static int Seconds() => Environment.GetEnvironmentVariable(DurationVariable) switch
    {
        null or "" => DefaultSeconds,
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0 => seconds,
        string text => throw new InvalidOperationException($"{DurationVariable} is '{text}', not a number of seconds."),
    };

    private static ChildProgram Run(string program, int seconds, params string[] arguments) =>
        ChildProgram.Run(TimeSpan.FromSeconds(seconds) + s_margin, program, arguments);

    private static string Publish(string framework, bool nativeAot) => PublishedProgram.Publish("Soak", framework, nativeAot);
}
