namespace TopHalf.Sources;

/// <summary>Conversions to the kernel's unit.</summary>
internal static class Nanoseconds
{
    /// <summary>Nanoseconds of a span that is not negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Longer than 2^63 - 1 ns, 292 years.</exception>
    public static long Of(TimeSpan span, string parameter)
    {
        const long NanosecondsPerTick = 100;
        return span.Ticks <= long.MaxValue / NanosecondsPerTick
            ? span.Ticks * NanosecondsPerTick
            : throw new ArgumentOutOfRangeException(parameter, span, "Longer than 292 years, the most that nanoseconds in 64 bits can count.");
    }
}
