using System.Runtime.CompilerServices;

namespace TopHalf;

/// <summary>The levels that a source can have. A handler is interrupted by sources of higher levels only.</summary>
internal static class InterruptLevel
{
    /// <summary>How many there are: a nested handler needs stack, and each level in use a signal of its own.</summary>
    public const int Count = 4;

    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public static void Validate(int level, [CallerArgumentExpression(nameof(level))] string parameter = "")
    {
        if (level is < 0 or >= Count)
        {
            throw new ArgumentOutOfRangeException(parameter, level, $"From 0, which every other level interrupts, to {Count - 1}, which none does.");
        }
    }
}
