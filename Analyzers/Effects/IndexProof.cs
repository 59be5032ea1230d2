namespace TopHalf.Analyzers.Effects;

/// <summary>Why an index is in range.</summary>
internal enum IndexProof
{
    /// <summary>It is computed so.</summary>
    Range,

    /// <summary>It is tested.</summary>
    Test,

    /// <summary>It counts up, or down, to an end.</summary>
    Loop,

    /// <summary>It is equal to a constant that is.</summary>
    Equality,
}
