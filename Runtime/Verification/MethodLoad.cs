using System.Reflection;

namespace TopHalf.Verification;

/// <summary>What the runtime says of a body that it has just compiled.</summary>
/// <param name="Id">The runtime's number of the method; 0 where it says the signature instead.</param>
/// <param name="Start">The body's first byte.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Tier">How it was compiled.</param>
/// <param name="Map">What IL it was made of, if the runtime said so.</param>
/// <param name="Signature">What the runtime calls the method where it says no number: "void [Assembly] Namespace.Type::Method(int32)".</param>
internal sealed record MethodLoad(nint Id, nint Start, int Size, CodeTier Tier, ILMap? Map = null, string? Signature = null)
{
    private const int TierShift = 7;
    private const uint TierMask = 7;
    private const int LastVersionWithTier1 = 8;

    /// <summary>Whether it was said of this method. By a signature, overloads and instances of a generic method are not told apart.</summary>
    public bool IsOf(MethodBase method) =>
        Signature is null
            ? Id == method.MethodHandle.Value
            : Signature.IndexOf("::" + method.Name, StringComparison.Ordinal) is >= 0 and int at
                && at + 2 + method.Name.Length is int end && end < Signature.Length && Signature[end] is '(' or '[';

    /// <summary>The tier among the event's method flags.</summary>
    public static CodeTier TierOf(uint flags) => (CodeTier)(flags >> TierShift & TierMask);

    /// <summary>Whether code that was compiled so may be final.</summary>
    public static bool IsFinal(CodeTier tier) => tier == CodeTier.Optimized || (tier == CodeTier.Tier1 && Environment.Version.Major <= LastVersionWithTier1);
}

/// <summary>How the JIT compiled a body, by the numbers of the runtime's event MethodLoadVerbose.</summary>
internal enum CodeTier
{
    Unknown = 0,

    /// <summary>On request, without optimisation: Debug code, or a debugger's wish.</summary>
    Unoptimized = 1,

    /// <summary>Fully optimised, and not tiered.</summary>
    Optimized = 2,

    /// <summary>Quick code of the first tier, to be replaced.</summary>
    Quick = 3,

    /// <summary>Fully optimised code of the second tier. .NET 8 says so of AggressiveOptimization too.</summary>
    Tier1 = 4,

    /// <summary>Replaced quick code while it was running.</summary>
    OnStackReplaced = 5,
}
