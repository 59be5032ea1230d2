using System.Reflection;

namespace TopHalf.Verification;

/// <summary>A method that was compiled, verified and found safe.</summary>
/// <param name="Method">The method.</param>
/// <param name="EntryPoint">
/// Address of the verified body itself, behind every stub: nothing re-points it, and bodies of non-collectible methods are never freed.
/// </param>
/// <param name="Report">What the verifier saw.</param>
internal sealed record VerifiedHandler(MethodInfo Method, nint EntryPoint, HandlerReport Report);
