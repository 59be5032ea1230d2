namespace TopHalf.Analyzers.Effects;

/// <summary>What code does to a place in memory.</summary>
[Flags]
internal enum Access
{
    None = 0,
    Read = 1,
    Write = 2,

    /// <summary>By plain instructions, which a compiler moves and an interrupt divides.</summary>
    Plain = 4,
}
