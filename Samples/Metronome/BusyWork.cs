namespace Metronome;

/// <summary>What the thread of each metronome does meanwhile: the work of a program that has better things to do than to keep time.</summary>
internal static class BusyWork
{
    /// <summary>Allocates, throws, and now and then collects. Some hundred microseconds.</summary>
    public static void Round(long number)
    {
        string[] words = [.. Enumerable.Range(0, 100).Select(static i => $"word {i}")];
        try
        {
            throw new FormatException(words[number % words.Length]);
        }
        catch (FormatException failure) when (failure.Message.StartsWith("word", StringComparison.Ordinal))
        {
            // Thrown and caught: that is the work.
        }

        if (number % 50 == 0)
        {
            GC.Collect();
        }
    }
}
