namespace TopHalf;

/// <summary>Whether the runtime itself says, of a method's machine code, what the verifier found by decoding it: where it ends, and that it is final.</summary>
/// <remarks>
/// The verdict does not rest on it, since every instruction that can be reached is judged wherever it lies. It is a second witness: a
/// handler whose code it contradicts, or should speak of and does not, is refused.
/// </remarks>
public enum HandlerConfirmation
{
    /// <summary>The runtime was not asked: the handler is refused anyway, or there is no such witness on this runtime (NativeAOT).</summary>
    NotAsked,

    /// <summary>The runtime says the same.</summary>
    Confirmed,

    /// <summary>The runtime says something else. The handler is refused.</summary>
    Contradicted,

    /// <summary>The runtime did not speak of it, though it compiled it just now. The handler is refused.</summary>
    Silent,
}
