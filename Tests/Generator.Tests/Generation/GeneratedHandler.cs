namespace TopHalf.Generator.Tests.Generation;

/// <summary>A handler that the generator wrote.</summary>
/// <param name="Index">Its number: with the seed it determines everything else.</param>
/// <param name="Source">The types that belong to it, as C#.</param>
/// <param name="Poison">What was planted in it, or null.</param>
internal sealed record GeneratedHandler(int Index, string Source, Poison? Poison)
{
    public const string Namespace = "Generated";

    public const string Method = "Handle";

    /// <summary>Sets the statics to what they were at first.</summary>
    public const string Reset = "Reset";

    /// <summary>A number that depends on all statics.</summary>
    public const string Digest = "Digest";

    public string TypeName => $"{Namespace}.{ClassName(Index)}";

    public static string ClassName(int index) => $"H{index}";

    /// <summary>Whether the generator knows that no verifier may accept it.</summary>
    public bool MustBeRefused => Poison is { Knowledge: Knowledge.MustBeRefused };
}
