namespace TopHalf;

/// <summary>Says that a member must never be called from a handler, whatever its body looks like.</summary>
/// <param name="reason">Why not, in a few words. It is shown in the diagnostic.</param>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct,
    Inherited = true)]
public sealed class AsyncSignalUnsafeAttribute(string reason) : Attribute
{
    /// <summary>Why the member is not safe in a handler.</summary>
    public string Reason { get; } = reason;
}
