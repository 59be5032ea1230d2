// The generator test: random handlers, the verifier's verdict on each held against the JIT's own text, and each accepted one run in signal
// context under GC stress. TOPHALF_GENERATED_HANDLERS asks for more, TOPHALF_GENERATED_SEED for others; dotnet run shows the progress.
using System.Globalization;
using TopHalf.Generator.Tests.Generation;
using TopHalf.Generator.Tests.Judging;
using Xunit;
using Xunit.Abstractions;

namespace TopHalf.Generator.Tests;

public sealed class GeneratedHandlerTests(ITestOutputHelper output)
{
    private const int Handlers = 2000;
    private const int RunsOfEach = 10_000;
    private const ulong Seed = 1;
    private const double MostFalseAlarmPercent = 2;

    [Fact]
    public void Verdicts_agree_with_the_JIT_and_accepted_handlers_do_no_harm_in_signal_context()
    {
        int handlers = int.Parse(Environment.GetEnvironmentVariable("TOPHALF_GENERATED_HANDLERS") ?? $"{Handlers}", CultureInfo.InvariantCulture);
        ulong seed = ulong.Parse(Environment.GetEnvironmentVariable("TOPHALF_GENERATED_SEED") ?? $"{Seed}", CultureInfo.InvariantCulture);

        CampaignResult result = new Campaign(RunsOfEach, Show).Run(seed, first: 0, handlers);

        Assert.True(result.Failures.Count == 0, string.Join("\n\n", result.Failures));
        Assert.Equal(handlers, result.Handlers);
        Assert.Equal(result.Accepted, result.Run);
        Assert.Equal((long)result.Accepted * RunsOfEach, result.Interrupts);

        // The measure of the analyzer. That it passes nothing that is refused is among the failures.
        Show(result.Agreement.ToString());
        Assert.Equal(handlers, result.Agreement.Passed + result.Agreement.Flagged);
        Assert.Equal(0, result.Agreement.PassedRefused);
        Assert.InRange(result.Agreement.FalseAlarmPercent, 0, MostFalseAlarmPercent);
        Assert.InRange(result.Agreement.Passed, handlers * 25 / 100, handlers);

        // About half of the handlers are fit, and every kind of poison came up: neither side is judged on few.
        Assert.InRange(result.Accepted, handlers * 40 / 100, handlers * 65 / 100);
        if (handlers >= Handlers)
        {
            Assert.Equal(Poison.All.Select(static p => p.Name).Order(StringComparer.Ordinal), result.Poisons.Keys.Order(StringComparer.Ordinal));
        }
    }

    // The output of a test is shown when it ends, what is on the console at once.
    private void Show(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
