namespace TopHalf;

/// <summary>One thing that a machine can do or cannot.</summary>
/// <param name="Name">What it is.</param>
/// <param name="IsAvailable">Whether it is there, and allowed.</param>
/// <param name="Explanation">One line: how much of it, or why not and what to set.</param>
public sealed record InterruptFeature(string Name, bool IsAvailable, string Explanation)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(IsAvailable ? "yes" : "no ")} {Name}: {Explanation}";
}
