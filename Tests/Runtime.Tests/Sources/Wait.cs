// Waiting for something to happen. Never for a time to pass: the patience only bounds a test that has already failed.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace TopHalf.Runtime.Tests;

internal static class Wait
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    /// <summary>Waits until the condition holds; fails the test if it never does.</summary>
    public static void Until(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < s_patience, $"Never became true: {what}");
            Thread.Sleep(1);
        }
    }

    /// <summary>
    /// Keeps the calling thread busy, in code that makes no call, until the cell reaches the value. Fails the test if it never does.
    /// </summary>
    public static unsafe void BusyUntil(long* cell, long value)
    {
        const long MostRounds = 40_000_000_000; // Some 10 to 40 s.
        long rounds = BusyCode.SpinUntil(cell, value, MostRounds);
        Assert.True(rounds < MostRounds, $"The cell stopped at {*cell} of {value}.");
    }
}
