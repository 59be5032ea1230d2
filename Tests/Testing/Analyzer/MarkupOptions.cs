namespace TopHalf.Testing;

/// <summary>How the markup of a test's sources is read.</summary>
[Flags]
public enum MarkupOptions
{
    /// <summary><c>[|…|]</c> needs an analyzer with exactly one descriptor; <c>$$</c> is an expected diagnostic.</summary>
    None = 0,

    /// <summary><c>[|…|]</c> and <c>$$</c> mean the first descriptor of the first analyzer.</summary>
    UseFirstDescriptor = 1,

    /// <summary><c>$$</c> is code, as in a raw string literal.</summary>
    TreatPositionIndicatorsAsCode = 2,
}
