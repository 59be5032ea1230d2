namespace TopHalf.Verification;

/// <summary>What a verification may accept.</summary>
internal sealed record VerifierOptions
{
    public static readonly VerifierOptions Default = new();

    /// <summary>Bytes of stack that the method and its callees may take. A signal can land anywhere, also near the end of a stack.</summary>
    public int StackBudget { get; init; } = 4096;

    /// <summary>What is believed of the runtime's word: all of it, but in tests.</summary>
    public Func<MethodLoad, MethodLoad> Testimony { get; init; } = static load => load;
}
